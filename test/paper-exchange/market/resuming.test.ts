import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/adapters/system/virtual-clock.ts';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import type { ExchangeEvent, JsonValue } from '../../../src/paper-exchange/core/basics/types.ts';
import { type MarketOptions, PaperExchange } from '../../../src/paper-exchange/exchange.ts';
import { parseBarFile } from '../../../src/paper-exchange/market/bar-file.ts';
import type { GeneratorOptions } from '../../../src/paper-exchange/market/generator.ts';
import { RecordedMarket } from '../../../src/paper-exchange/market/recorded-market.ts';
import type { MarketSource } from '../../../src/paper-exchange/market/source.ts';
import { calendar, dayMs, given, minuteMs, mondayOpen, play } from './given.ts';

const hourMs = 60 * minuteMs;

/** Everything at once, so that nothing can be forgotten. */
const eventful: Partial<GeneratorOptions> = {
  extendedHours: true,
  cadenceMs: 30_000,
  newsPerYear: 3_000,
  badPrintsPerDay: 30,
  symbols: [
    { symbol: 'ACME', startPrice: '100', sector: 'tools', annualVolatilityPercent: 400 },
    { symbol: 'BOLT', startPrice: '1.02', sector: 'tools', delistedOn: '2026-11-05' },
    {
      symbol: 'TOLD',
      startPrice: '50',
      events: [
        { fromMs: hourMs, toMs: 30 * hourMs, driftPercent: 5 },
        { atMs: 31 * hourMs, gapPercent: -3 },
      ],
    },
    { symbol: 'BTC/USD', startPrice: '64000' },
  ],
  corporateActions: [
    {
      terms: { kind: 'cash_dividend', symbol: 'TOLD', rate: decimal('0.4'), special: false },
      exDate: '2026-11-03',
    },
    {
      terms: { kind: 'forward_split', symbol: 'ACME', newRate: 3, oldRate: 1 },
      exDate: '2026-11-04',
    },
  ],
};

const written = (value: unknown): string =>
  JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part));

/** Through text, as a file would hold it. */
const carried = (state: JsonValue): JsonValue => JSON.parse(JSON.stringify(state)) as JsonValue;

function breaksAt(breakAt: number, open: () => MarketSource): void {
  const until = mondayOpen + 3.5 * dayMs;
  const unbroken = open();
  play(unbroken, breakAt);
  const state = carried(unbroken.save());
  const resumed = open();
  resumed.restore(state);
  expect(written(resumed.save())).toBe(written(state));
  expect(resumed.nextDueAt()).toBe(unbroken.nextDueAt());
  expect(written(play(resumed, until))).toBe(written(play(unbroken, until)));
  expect(written(resumed.save())).toBe(written(unbroken.save()));
}

describe('a made-up market that was saved', () => {
  it.each([
    ['before its first tick', 0],
    ['in the middle of a session', 3 * hourMs + 10_001],
    ['in the evening', 8 * hourMs],
    ['at night', 14 * hourMs],
    ['on a morning with a split', dayMs * 2 - 5 * hourMs],
    ['on its last day', dayMs * 3 + hourMs],
  ])('%s goes on byte for byte', (_, elapsedMs) => {
    breaksAt(mondayOpen + elapsedMs, () => given(eventful));
  });

  it('goes on under a clock that has moved, without a first tick of its own', () => {
    const unbroken = given(eventful);
    const breakAt = mondayOpen + 5 * hourMs;
    play(unbroken, breakAt);
    const state = carried(unbroken.save());
    const later = given({ ...eventful, startAt: breakAt + hourMs, corporateActions: [] });
    later.restore(state);
    const until = mondayOpen + 2.5 * dayMs;
    expect(written(play(later, until))).toBe(written(play(unbroken, until)));
  });

  it('refuses the state of other names, and what is no state', () => {
    const state = given(eventful).save();
    expect(() => given().restore(state)).toThrow(
      /has the names ACME, BOLT, TOLD, BTC\/USD, not ACME; start it with the same ones/,
    );
    expect(() => given().restore({ played: 3 })).toThrow(/not in a form that this program knows/);
  });
});

describe('recorded bars that were saved', () => {
  const rows = ['time,open,high,low,close,volume'];
  for (let day = 2; day <= 6; day += 1)
    rows.push(`2026-11-0${day},${day}0,${day}5,${day}0,${day}2,400`);
  const series = ['ACME', 'BOLT'].map((symbol) =>
    parseBarFile({ file: `${symbol}.csv`, symbol, text: rows.join('\n') }),
  );
  const open = (more: { readonly startAt?: number } = {}) =>
    new RecordedMarket({
      ...{ calendar, series, startAt: mondayOpen - hourMs },
      splits: [{ symbol: 'BOLT', date: '2026-11-04', newShares: 2, oldShares: 1 }],
      ...more,
    });

  it.each([0, 2.6 * hourMs, dayMs - 5 * hourMs, 2 * dayMs - 5.4 * hourMs])(
    '%d milliseconds after the open go on byte for byte',
    (elapsedMs) => breaksAt(mondayOpen + elapsedMs, open),
  );

  it('go on under a clock that has moved, and refuse the state of others', () => {
    const unbroken = open();
    play(unbroken, mondayOpen + dayMs);
    const later = open({ startAt: mondayOpen + 1.1 * dayMs });
    later.restore(carried(unbroken.save()));
    const until = mondayOpen + 9 * dayMs;
    expect(written(play(later, until))).toBe(written(play(unbroken, until)));
    const state = open().save();
    const alone = new RecordedMarket({ calendar, series: series.slice(1), startAt: mondayOpen });
    expect(() => alone.restore(state)).toThrow(/played ACME,BOLT; start it with the same bars/);
    expect(() => alone.restore('x')).toThrow(/not the saved state of recorded bars/);
  });
});

describe('a whole exchange that was saved', () => {
  const { symbols = [], ...options } = eventful;
  const market: MarketOptions = { kind: 'generated', symbols, ...options, historyDays: 5 };
  const account = { keyId: 'key', secretKey: 'secret', cash: '50000', multiplier: '4' } as const;
  const begin = (at: number) => {
    const clock = new VirtualClock(at);
    const positions = [{ symbol: 'ACME', qty: '90', averageEntryPrice: '100' }];
    const accounts = [{ ...account, positions }] as const;
    const exchange = new PaperExchange({ seed: 'saved', accounts, market }, clock);
    const events: ExchangeEvent[] = [];
    exchange.core.subscribe((event) => events.push(event));
    return { clock, exchange, events };
  };
  const stop = { symbol: 'ACME', qty: '30', side: 'sell', type: 'stop', time_in_force: 'gtc' };

  it('tells the same events, halts and pauses under way included', async () => {
    const breakAt = mondayOpen + 4 * hourMs + 17_000;
    const unbroken = begin(mondayOpen);
    unbroken.exchange.start();
    const [accountId = ''] = unbroken.exchange.core.accountIds;
    unbroken.exchange.core.submitOrder(accountId, { ...stop, stop_price: '90' });
    await unbroken.clock.advanceTo(breakAt);
    const state = carried(unbroken.exchange.save());
    unbroken.events.length = 0;

    const resumed = begin(breakAt);
    resumed.exchange.restore(state);
    resumed.events.length = 0;
    resumed.exchange.start();
    const until = mondayOpen + 1.5 * dayMs;
    await unbroken.clock.advanceTo(until);
    await resumed.clock.advanceTo(until);
    expect(resumed.events.length).toBeGreaterThan(5_000);
    expect(written(resumed.events)).toBe(written(unbroken.events));
    expect(written(resumed.exchange.save())).toBe(written(unbroken.exchange.save()));
  });
});
