import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/adapters/system/virtual-clock.ts';
import { formatDecimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { PaperExchange } from '../../../src/paper-exchange/exchange.ts';
import { header, parse, play } from './recorded-given.ts';

describe('bars with splits and dividends', () => {
  const series = parse(
    header,
    '2026-11-23,80,84,78,80,1000',
    '2026-11-24,80,82,79,80,1000',
    '2026-11-25,79,80,76,78,1000',
    '2026-11-27,20,21,19,20,4000',
  );
  const happenings = {
    splits: [{ symbol: 'ACME', date: '2026-11-27', newShares: 4, oldShares: 1 }],
    dividends: [{ symbol: 'ACME', date: '2026-11-25', rate: '2' }],
  };
  const monday = '2026-11-23T09:30:00-05:00';
  const played = (adjustment?: 'raw' | 'split' | 'all') => {
    const options = { series: [series], startAt: monday, ...happenings };
    const { cues } = play(adjustment === undefined ? options : { ...options, adjustment });
    const inputs = cues.flatMap((cue) => cue.inputs);
    return {
      bars: inputs.flatMap((input) =>
        input.kind === 'bar' ? [`${formatDecimal(input.bar.close)} x${input.bar.volume}`] : [],
      ),
      splits: cues.filter((cue) => cue.inputs.some(({ kind }) => kind === 'split')),
      dividends: cues.flatMap(({ at, inputs: told }) =>
        told.flatMap((input) =>
          input.kind === 'corporate_action' && input.announcement.terms.kind === 'cash_dividend'
            ? [`${at} ${formatDecimal(input.announcement.terms.rate)}`]
            : [],
        ),
      ),
    };
  };

  it('play raw unless told otherwise: all that happened happens to what is held', () => {
    const { bars, splits, dividends } = played();
    expect(bars).toEqual(['80 x1000', '80 x1000', '78 x1000', '20 x4000']);
    expect(splits.map(({ at }) => at)).toEqual(['2026-11-27T04:00:00']);
    expect(dividends).toEqual(['2026-11-24T04:00:00 2']);
    expect(played('raw')).toEqual(played());
  });

  it('play as if all splits had happened before, and dividends are those of later shares', () => {
    const { bars, splits, dividends } = played('split');
    expect(bars).toEqual(['20 x4000', '20 x4000', '19.5 x4000', '20 x4000']);
    expect(splits).toEqual([]);
    expect(dividends).toEqual(['2026-11-24T04:00:00 0.5']);
  });

  it('play as if dividends had been paid before too', () => {
    const { bars, splits, dividends } = played('all');
    expect(bars).toEqual(['19.5 x4000', '19.5 x4000', '19.5 x4000', '20 x4000']);
    expect([splits, dividends]).toEqual([[], []]);
  });

  it('know what happened before the start, when the bars of then are raw', () => {
    const past = (startAt: string, adjustment: 'raw' | 'split' | 'all') =>
      play({ series: [series], ...happenings, startAt, adjustment }).market.past.map(
        ({ exDate, terms }) => `${exDate} ${terms.kind}`,
      );
    const friday = '2026-11-27T12:00:00-05:00';
    expect(past(friday, 'raw')).toEqual(['2026-11-25 cash_dividend', '2026-11-27 forward_split']);
    expect(past(friday, 'split')).toEqual(['2026-11-25 cash_dividend']);
    expect(past(friday, 'all')).toEqual([]);
    expect(past(monday, 'raw')).toEqual([]);
  });

  it('are served by REST raw or adjusted, past splits and dividends included', async () => {
    const account = { keyId: 'key', secretKey: 'secret', cash: '1000', multiplier: '1' } as const;
    const clock = new VirtualClock(Date.parse('2026-11-27T17:00:00-05:00'));
    const market = { kind: 'recorded', series: [series], ...happenings } as const;
    const exchange = new PaperExchange({ seed: 'x', accounts: [account], market }, clock);
    const closes = async (adjustment: string) => {
      const query = `timeframe=1Day&start=2026-11-23&adjustment=${adjustment}`;
      const url = `https://data.alpaca.markets/v2/stocks/ACME/bars?${query}`;
      const headers = { 'APCA-API-KEY-ID': 'key', 'APCA-API-SECRET-KEY': 'secret' };
      const response = await exchange.fetchApi(url, { headers });
      const { bars } = (await response.json()) as { readonly bars: { readonly c: number }[] };
      return bars.map(({ c }) => c);
    };
    expect(await closes('raw')).toEqual([80, 80, 78, 20]);
    expect(await closes('split')).toEqual([20, 20, 19.5, 20]);
    expect(await closes('all')).toEqual([19.5, 19.5, 19.5, 20]);
  });

  it('refuse a dividend on a closed day', () => {
    const dividends = [{ symbol: 'ACME', date: '2026-11-26', rate: '1' }];
    expect(() => play({ series: [series], dividends })).toThrow(
      /ACME cannot go ex dividend on 2026-11-26, when the exchange was closed/,
    );
  });
});

describe('bars of long ago', () => {
  it('play from 1990 on', () => {
    const old = parse(header, '1990-01-02,10,11,9,10,100', '1990-01-03,10,11,9,10.5,100');
    expect(play({ series: [old] }).cues.at(-1)?.at).toBe('1990-01-03T16:00:00');
  });

  it.each(['1989-12-29', '1989-12-29T10:00'])('are refused before that: %s', (time) => {
    const next = time.replace('29', '30');
    const older = parse(header, `${time},10,11,9,10,100`, `${next},10,11,9,10,100`);
    expect(() => play({ series: [older] })).toThrow(
      /ACME has a bar on 1989-12-29: .*the calendar covers 1990-01-01 to .*leave such bars out/,
    );
  });
});
