import { describe, expect, it } from 'vitest';
import { guardrails } from '../../../policies/registry.ts';
import type { ReviewInput } from '../../../src/domain/guardrail.ts';
import type { SymbolMarket } from '../../../src/domain/market.ts';
import { NOW, order, stopLimit } from '../../support/given.ts';
import { codeOf, told } from '../answer.ts';
import {
  buyMore,
  type GivenReview,
  ordering,
  replace,
  reviewOf,
  settings,
  submit,
} from '../support.ts';

type Given = GivenReview & {
  readonly market?: Partial<SymbolMarket>;
  /** Whoever wants it. */
  readonly wantedBy?: string;
};

/** What a guardrail says where the market is another one than the account's list shows. */
const asked = (name: string, { market = {}, wantedBy, ...given }: Given) => {
  const input = reviewOf(given);
  const { context, plan } = input;
  const part = wantedBy === undefined ? input.part : { ...input.part, wantedBy: [wantedBy] };
  const changed: ReviewInput = {
    ...input,
    part,
    plan: { ...plan, parts: [part] },
    context: { ...context, market: { ...context.market, ...market } },
  };
  return told(
    guardrails(settings())
      .find((one) => one.name === name)
      ?.review(changed),
  );
};

const marketBuy = submit({ side: 'buy', quantity: '1', intent: 'buy_to_open' });
const unpriced = order({ symbol: 'NVDA', side: 'buy', type: 'market', quantity: '1' });

describe('an entry whose price nobody knows', () => {
  it('is not let into the account, by each limit in dollars', () => {
    const given = { steps: [marketBuy], bid: null };
    for (const name of ['order-size', 'exposure-name', 'exposure-total', 'buying-power']) {
      expect(codeOf(name, given)).toBe('data_missing');
    }
  });

  it('is not paid for beside one that waits without a price', () => {
    const given = { steps: [buyMore('1', '100')], otherOrders: [unpriced] };
    expect(codeOf('buying-power', given)).toBe('data_missing');
    expect(codeOf('buying-power', { ...given, otherOrders: [] })).toBeNull();
  });

  it('has the price of its stop, which a change leaves where it is', () => {
    const waiting = order({ type: 'stop', side: 'buy', quantity: '1', stop: '110' });
    const given = { orders: [waiting], bid: null, ask: null };
    const grown = [replace(waiting, { quantity: '50' })];
    expect(codeOf('order-size', { ...given, steps: grown })).toBeNull();
    const tooFar = [replace(waiting, { quantity: '91' })];
    expect(codeOf('order-size', { ...given, steps: tooFar })).toBe('order_too_large');
    const moved = [replace(waiting, { quantity: '50', stop: '210' })];
    expect(codeOf('order-size', { ...given, steps: moved })).toBe('order_too_large');
  });
});

describe('an exit', () => {
  const nothing = { quote: null, lastTrade: null };

  it('is held back where there is neither a quote nor a trade, and says what it waits for', () => {
    expect(asked('fresh-data', { steps: [submit()], market: nothing })).toMatchObject({
      ...{ code: 'data_missing', measured: 'no price', limit: '900000 ms' },
      because: 'there is no quote and no trade for AAPL',
      wouldPass: 'the same plan with a quote not older than 900000 ms',
    });
  });

  it('rests on the newer one of quote and trade', () => {
    const given = { steps: [submit()], quotedAt: NOW - 900_001 };
    const { lastTrade } = reviewOf(given).context.market;
    if (lastTrade === null) throw new Error('there is always a trade');
    const newer = { lastTrade: { ...lastTrade, at: NOW - 10 } };
    expect(asked('fresh-data', { ...given, market: newer })).toMatchObject({
      ...{ code: null, measured: '10 ms' },
    });
  });

  it('is measured by the mark where there is no trade', () => {
    const at = (limit: string) => ({
      ...{ steps: [submit({ limit })], bid: null, market: { lastTrade: null } },
    });
    expect(asked('price-collar', at('90'))?.code).toBeNull();
    expect(asked('price-collar', at('89.99'))?.code).toBe('price_outside_collar');
  });

  it('of a short is measured by what buying costs, where the quote is old', () => {
    const given = { side: 'short', bid: '80', ask: '120', quotedAt: NOW - 5_001 } as const;
    const at = (limit: string) => ({ ...given, steps: [submit({ side: 'buy', limit })] });
    expect(codeOf('price-collar', at('132'))).toBeNull();
    expect(codeOf('price-collar', at('132.01'))).toBe('price_outside_collar');
  });
});

describe('what an agent wants', () => {
  it('has its own limit measured, and not the bid, where it names one', () => {
    const at = (limit: string) => ({ steps: [submit({ limit })], wantedBy: 'host' });
    expect(asked('price-collar', at('90'))).toMatchObject({
      ...{ code: null, measured: 'sell limit 90.00' },
    });
    expect(asked('price-collar', at('89'))?.code).toBe('price_outside_collar');
  });

  it('is not bought back where nobody offers a share', () => {
    const short = { side: 'short', bid: null, steps: [submit({ side: 'buy' })] } as const;
    expect(asked('price-collar', { ...short, wantedBy: 'host' })).toMatchObject({
      ...{ code: 'data_missing', measured: 'buy at the market, where nobody offers a price' },
    });
  });
});

describe('the stop beside a take-profit', () => {
  const pair = submit({ orderClass: 'oco', limit: '120', stopLoss: ['95', '94.5'] });

  it('is measured where it has a limit, and only then', () => {
    const none = ordering(pair, { stopLoss: null });
    expect(codeOf('price-collar', { steps: [none] })).toBeNull();
    const { stopLoss } = pair.order;
    if (stopLoss === null) throw new Error('the pair has a stop');
    const bare = ordering(pair, { stopLoss: { ...stopLoss, limitPrice: null } as never });
    expect(codeOf('price-collar', { steps: [bare] })).toBeNull();
  });
});

describe('a position that turned up under another symbol', () => {
  const because = 'they had another symbol';
  const renamed = (held: ReturnType<typeof order>, steps: GivenReview['steps']) => {
    const incoherences = [{ symbol: held.symbol, because, isRename: true as const }];
    return codeOf('fresh-data', { orders: [held], steps: steps ?? [], incoherences });
  };

  it('keeps exits whose size nobody knows, or that would get a price they did not have', () => {
    const dollars = order({ type: 'market', quantity: null });
    expect(renamed(dollars, [replace(dollars, { quantity: '10' })])).toBe('snapshot_incoherent');
    const profit = order({ quantity: '16', limit: '120' });
    const stopToo = [replace(profit, { quantity: '10', stop: '95' })];
    expect(renamed(profit, stopToo)).toBe('snapshot_incoherent');
    expect(renamed(profit, [replace(profit, { quantity: '10' })])).toBeNull();
    const stop = stopLimit({ quantity: '16' });
    expect(renamed(stop, [replace(stop, { quantity: '10' })])).toBeNull();
  });
});
