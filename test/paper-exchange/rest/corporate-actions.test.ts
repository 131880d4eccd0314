import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import type { CorporateActionTerms } from '../../../src/paper-exchange/core/basics/types.ts';
import { Floor, type Json } from '../core/floor.ts';

const DAY = 86_400_000;
const path = '/v1/corporate-actions?start=2026-10-01&end=2026-12-31';

const split: CorporateActionTerms = {
  ...{ kind: 'forward_split', symbol: 'AAPL', newRate: 4, oldRate: 1 },
};
const dividend: CorporateActionTerms = {
  ...{ kind: 'cash_dividend', symbol: 'AAPL', rate: decimal('2'), special: false },
};
const reverse: CorporateActionTerms = {
  ...{ kind: 'reverse_split', symbol: 'MSFT', newRate: 1, oldRate: 10 },
};
const rename: CorporateActionTerms = { kind: 'name_change', symbol: 'AAPL', newSymbol: 'PEAR' };
const removal: CorporateActionTerms = { kind: 'worthless_removal', symbol: 'HARD' };

const actionsOf = (body: Json) => body.corporate_actions as Record<string, readonly Json[]>;

describe('corporate actions', () => {
  it('are listed by kind, the coming ones too, and kinds without any are left out', () => {
    const floor = new Floor();
    const dates = { recordDate: '2026-10-09', payableDate: '2026-11-16' };
    floor.core.announce({ terms: dividend, exDate: '2026-10-12', ...dates });
    floor.core.announce({ terms: split, exDate: '2026-10-13' });
    const body = floor.get(path);
    expect(Object.keys(actionsOf(body))).toEqual(['forward_splits', 'cash_dividends']);
    expect(actionsOf(body).cash_dividends).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        ...{ symbol: 'AAPL', cusip: expect.any(String), rate: 2, special: false, foreign: false },
        ...{ ex_date: '2026-10-12', record_date: '2026-10-09', payable_date: '2026-11-16' },
        process_date: '2026-11-16',
      },
    ]);
    expect(actionsOf(body).forward_splits).toMatchObject([{ new_rate: 4, old_rate: 1 }]);
  });

  it('are filtered by symbol, kind, day and id', () => {
    const floor = new Floor();
    floor.core.announce({ terms: split, exDate: '2026-10-13' });
    floor.core.announce({ terms: reverse, exDate: '2026-10-14' });
    floor.core.announce({ terms: removal, exDate: '2026-10-15' });
    const kinds = (query: string) =>
      Object.keys(actionsOf(floor.get(`/v1/corporate-actions?${query}`)));
    const all = 'start=2026-10-01&end=2026-12-31';
    expect(kinds(`${all}&symbols=MSFT`)).toEqual(['reverse_splits']);
    expect(kinds(`${all}&types=forward_split,spin_off`)).toEqual(['forward_splits']);
    expect(kinds('start=2026-10-14&end=2026-10-14')).toEqual(['reverse_splits']);
    expect(kinds(`${all}&region=non_us`)).toEqual([]);
    expect(kinds('')).toEqual([]);
    const id = actionsOf(floor.get(path)).worthless_removals?.[0]?.id;
    expect(kinds(`ids=${id}`)).toEqual(['worthless_removals']);
    for (const query of [`ids=${id}&symbols=HARD`, 'types=feast', 'limit=1001', 'page_token=x']) {
      expect(floor.request('GET', `/v1/corporate-actions?${query}`).status).toBe(400);
    }
  });

  it('page by token, oldest or newest first', () => {
    const floor = new Floor();
    for (const [terms, exDate] of [
      [reverse, '2026-10-14'],
      [split, '2026-10-13'],
      [removal, '2026-10-15'],
    ] as const) {
      floor.core.announce({ terms, exDate });
    }
    const walk = (sort: string) => {
      const kinds: string[] = [];
      for (let token = ''; ; ) {
        const page = floor.get(`${path}&limit=1&sort=${sort}${token}`);
        kinds.push(...Object.keys(actionsOf(page)));
        if (page.next_page_token === null) return kinds;
        token = `&page_token=${page.next_page_token}`;
      }
    };
    const ascending = ['forward_splits', 'reverse_splits', 'worthless_removals'];
    expect(walk('asc')).toEqual(ascending);
    expect(walk('desc')).toEqual([...ascending].reverse());
  });

  it('leave activities without a trade, and cash in the history', () => {
    const floor = new Floor({ switches: { dividendsPaid: true } });
    floor.core.announce({ terms: dividend, exDate: '2026-10-12' });
    floor.core.announce({ terms: split, exDate: '2026-10-13' });
    floor.advanceTo('2026-10-13T14:00:00Z');
    const activities = floor.list('/v2/account/activities?category=non_trade_activity');
    expect(activities.map((one) => [one.activity_type, one.activity_sub_type])).toContainEqual([
      'DIV',
      'CDIV',
    ]);
    const [paid] = floor.list('/v2/account/activities/DIV');
    expect(paid).toMatchObject({
      ...{ symbol: 'AAPL', qty: '10', per_share_amount: '2', net_amount: '20' },
      ...{ date: '2026-10-12', status: 'executed', currency: 'USD' },
    });
    expect(floor.list('/v2/account/activities/MISC').map((one) => one.activity_type)).toContain(
      'SPLIT',
    );
    expect(floor.list('/v2/account/activities/FILL')).toEqual([]);
    const history = '/v2/account/portfolio/history?timeframe=1D&start=2026-10-09&end=2026-10-13';
    expect(floor.get(`${history}&cashflow_types=ALL`).cashflow).toMatchObject({ DIV: [0, 20, 0] });
    expect(floor.get(`${history}&cashflow_types=FEE`).cashflow).toEqual({});
  });
});

describe('the adjustment of bars', () => {
  /** Daily closes of 100 until the eighth, a dividend of 2 on the ninth, four for one after. */
  function afterDividendAndSplit(): Floor {
    const floor = new Floor({ startAt: '2026-10-08T22:00:00Z', prices: false });
    const bar = (date: string, close: string, volume: number) => {
      const price = decimal(close);
      const prices = { open: price, high: price, low: price, close: price, vwap: price };
      const at = Date.parse(`${date}T04:00:00Z`);
      return { symbol: 'AAPL', at, durationMs: DAY, ...prices, volume, tradeCount: 1 };
    };
    floor.core.loadHistory([bar('2026-10-07', '100', 10), bar('2026-10-08', '100', 10)]);
    floor.core.announce({ terms: dividend, exDate: '2026-10-09' });
    floor.core.announce({ terms: split, exDate: '2026-10-12' });
    floor.advanceTo('2026-10-09T21:00:00Z');
    floor.core.onBar(bar('2026-10-09', '98', 20));
    floor.advanceTo('2026-10-12T21:00:00Z');
    floor.core.onBar(bar('2026-10-12', '24.5', 80));
    return floor;
  }

  const bars = (floor: Floor, adjustment: string, symbol = 'AAPL') => {
    const query = `timeframe=1Day&start=2026-10-01&feed=iex${adjustment}`;
    const list = floor.get(`/v2/stocks/${symbol}/bars?${query}`).bars as readonly Json[];
    return list.map(({ c, v }) => [c, v]);
  };

  it.each([
    ['', [100, 10], [98, 20]],
    ['&adjustment=raw', [100, 10], [98, 20]],
    ['&adjustment=split', [25, 40], [24.5, 80]],
    ['&adjustment=dividend', [98, 10], [98, 20]],
    ['&adjustment=split,dividend', [24.5, 40], [24.5, 80]],
    ['&adjustment=all', [24.5, 40], [24.5, 80]],
    ['&adjustment=spin-off', [100, 10], [98, 20]],
  ])('%j makes a close of 100 and one of 98 into %j and %j', (adjustment, first, third) => {
    expect(bars(afterDividendAndSplit(), adjustment)).toEqual([first, first, third, [24.5, 80]]);
  });

  it('reaches through a change of name, and waits for the day', () => {
    const floor = afterDividendAndSplit();
    floor.core.announce({ terms: { ...reverse, symbol: 'AAPL' }, exDate: '2026-12-01' });
    floor.core.announce({ terms: rename, exDate: '2026-10-13' });
    floor.advanceTo('2026-10-13T14:00:00Z');
    expect(bars(floor, '&adjustment=split', 'PEAR')[0]).toEqual([25, 40]);
    expect(bars(floor, '', 'AAPL')).toEqual([]);
  });
});
