import { describe, expect, it } from 'vitest';
import { guardrails } from '../../../policies/registry.ts';
import { fingerprintOf } from '../../../src/domain/fingerprint.ts';
import type { SentStep } from '../../../src/domain/guardrail.ts';
import { ticker } from '../../../src/domain/ids.ts';
import type { Order } from '../../../src/domain/order.ts';
import type { Step } from '../../../src/domain/plan.ts';
import { closedSession, NOW, order, stopLimit } from '../../support/given.ts';
import { answer, told } from '../answer.ts';
import {
  buyMore,
  cancel,
  type GivenReview,
  intent,
  replace,
  reviewOf,
  settings,
  submit,
} from '../support.ts';

const stop = stopLimit();
const entry = { steps: [buyMore('1', '100')] };
const exit = { steps: [submit()] };
const protection = { steps: [submit({ stop: '95', limit: '94', purpose: 'protect' })] };

describe('trading state', () => {
  it.each([
    { state: 'active', given: entry, code: null },
    { state: 'active', given: exit, code: null },
    { state: 'reducing', given: entry, code: 'trading_reducing' },
    { state: 'reducing', given: exit, code: null },
    { state: 'reducing', given: protection, code: null },
    { state: 'halted', given: entry, code: 'trading_halted' },
    { state: 'halted', given: exit, code: 'trading_halted' },
    { state: 'halted', given: protection, code: 'trading_halted' },
    { state: 'halted', given: { steps: [cancel(stop)] }, code: 'trading_halted' },
  ] as const)('$state: $code', ({ state, given, code }) => {
    expect(answer('trading-state', { ...given, tradingState: state }).code).toBe(code);
  });

  it.each([
    { step: submit({ quantity: '10.1' }), why: 'a sale of more than is held' },
    { step: submit({ intent: 'sell_to_open' }), why: 'a sale that opens' },
    { step: submit({ orderClass: 'bracket' }), why: 'a bracket, which begins with an entry' },
    { step: replace(stop, { stop: '94' }), why: 'a stop lowered' },
    { step: replace(stop, { quantity: '11' }), why: 'a stop larger than the position' },
    {
      step: { ...buyMore('1', '100'), purpose: 'protect' as const },
      why: 'an entry called protection',
    },
  ])('counts $why as adding risk, whatever it says of itself', ({ step }) => {
    const given = { orders: [stop], steps: [step], tradingState: 'reducing' } as const;
    expect(answer('trading-state', given).code).toBe('trading_reducing');
  });

  it('says why trading is halted, where that is known', () => {
    const input = reviewOf({ ...exit, tradingState: 'halted' });
    const cause = {
      state: 'halted',
      code: 'kill_switch',
      because: 'somebody pulled the switch',
      since: NOW,
      clearedBy: 'a person',
    } as const;
    const [guard] = guardrails(settings());
    const snapshot = { ...input.snapshot, tradingStateCauses: [cause] };
    expect(told(guard?.review(input))?.because).toBe('trading is halted');
    expect(told(guard?.review({ ...input, snapshot }))?.because).toBe(
      'trading is halted: somebody pulled the switch',
    );
  });

  it('sends nothing into a blocked account', () => {
    const account = { blockedBecause: 'trading_blocked' };
    expect(answer('trading-state', { ...exit, account }).code).toBe('account_blocked');
  });

  it('enters nothing that the exchange has halted, and lets it be left', () => {
    expect(answer('trading-state', { ...entry, halted: true }).code).toBe('trading_halted');
    expect(answer('trading-state', { ...exit, halted: true }).code).toBeNull();
  });
});

describe('fresh data', () => {
  const quoted = (ageMs: number) => ({ quotedAt: NOW - ageMs });
  it.each([
    { given: { ...entry, ...quoted(5_000) }, code: null, why: 'an entry at the limit' },
    { given: { ...entry, ...quoted(5_001) }, code: 'quote_stale', why: 'an entry past it' },
    { given: { ...entry, ...quoted(-5_001) }, code: 'quote_stale', why: 'a quote from the future' },
    { given: { ...exit, ...quoted(5_001) }, code: null, why: 'an exit, which may wait less' },
    { given: { ...exit, ...quoted(900_000) }, code: null, why: 'an exit at its own limit' },
    { given: { ...exit, ...quoted(900_001) }, code: 'quote_stale', why: 'an exit past it' },
    {
      given: { ...protection, ...quoted(900_001) },
      code: 'quote_stale',
      why: 'protection past it',
    },
    {
      given: { ...protection, ...quoted(9e8), session: closedSession },
      code: null,
      why: 'protection at night',
    },
    { given: { ...exit, ...quoted(9e8), halted: true }, code: null, why: 'an exit during a halt' },
    {
      given: { ...entry, ...quoted(9e8), session: closedSession },
      code: 'quote_stale',
      why: 'an entry at night',
    },
    { given: { ...entry, bid: null }, code: 'data_missing', why: 'an entry without a quote' },
    { given: { ...exit, bid: null }, code: null, why: 'an exit with a trade but no quote' },
  ])('$why: $code', ({ given, code }) => {
    expect(answer('fresh-data', given).code).toBe(code);
  });

  it('says data_missing when there is no price at all', () => {
    const input = reviewOf(exit);
    const market = { ...input.context.market, quote: null, lastTrade: null };
    const [, fresh] = guardrails(settings());
    const verdict = fresh?.review({ ...input, context: { ...input.context, market } });
    expect(verdict?.code).toBe('data_missing');
  });

  it.each(['account', 'positions', 'orders'] as const)('wants %s confirmed lately', (part) => {
    const confirmed = (ageMs: number) => ({ confirmedAt: { [part]: NOW - ageMs } });
    const check = (given: GivenReview) => answer('fresh-data', given).code;
    expect(check({ ...entry, ...confirmed(15_000) })).toBeNull();
    expect(check({ ...entry, ...confirmed(15_001) })).toBe('snapshot_stale');
    expect(check({ ...exit, ...confirmed(15_000) })).toBeNull();
    expect(check({ ...exit, ...confirmed(15_001) })).toBe('snapshot_stale');
  });

  it('counts the time between the snapshot and the review', () => {
    expect(answer('fresh-data', { ...exit, later: 15_001 }).code).toBe('snapshot_stale');
  });

  it('refuses a snapshot that contradicts itself here or everywhere, not one elsewhere', () => {
    const about = (symbol: string | null) => ({
      incoherences: [{ symbol: symbol === null ? null : ticker(symbol), because: 'fills differ' }],
    });
    expect(answer('fresh-data', { ...exit, ...about('AAPL') }).code).toBe('snapshot_incoherent');
    expect(answer('fresh-data', { ...exit, ...about(null) }).code).toBe('snapshot_incoherent');
    expect(answer('fresh-data', { ...exit, ...about('MSFT') }).code).toBeNull();
  });

  describe('in shares that turned up under another symbol', () => {
    const tooMany = stopLimit({ id: 'much', quantity: '16', stop: '95', limit: '94.5' });
    const second = stopLimit({ id: 'more', quantity: '6', stop: '95', limit: '94.5' });
    const code = (orders: readonly Order[], steps: readonly Step[], isRename?: true) => {
      const because = 'they had another symbol';
      const found = { symbol: ticker('AAPL'), because, ...(isRename ? { isRename } : {}) };
      return answer('fresh-data', { orders, steps, incoherences: [found] }).code;
    };

    it.each([
      ['an exit become as small as what is held', [replace(tooMany, { quantity: '10' })]],
      [
        'it says its prices again',
        [replace(tooMany, { quantity: '10', stop: '95', limit: '94.5' })],
      ],
    ])('lets %s', (_, steps) => {
      expect(code([tooMany], steps, true)).toBeNull();
      expect(code([tooMany], steps)).toBe('snapshot_incoherent');
    });

    it('lets an exit be canceled beside which all shares have another', () => {
      const whole = stopLimit({ id: 'whole' });
      expect(code([whole, second], [cancel(second)], true)).toBeNull();
      expect(code([whole, second], [cancel(whole)], true)).toBe('snapshot_incoherent');
    });

    it.each([
      ['a share loses its exit', [replace(tooMany, { quantity: '9' })]],
      [
        'a share loses its exit for a while',
        [cancel(tooMany), submit({ stop: '95', limit: '94' })],
      ],
      ['a stop is moved', [replace(tooMany, { quantity: '10', stop: '96' })]],
      ['a limit is moved', [replace(tooMany, { quantity: '10', limit: '94' })]],
      ['an exit grows', [replace(tooMany, { quantity: '17' })]],
      ['only a price is said', [replace(tooMany, { stop: '95' })]],
      ['something is sold', [submit()]],
    ])('does not act where %s', (_, steps) => {
      expect(code([tooMany], steps, true)).toBe('snapshot_incoherent');
    });
  });

  it('lets a stop be placed for what the positions show late, and nothing else', () => {
    const code = (steps: readonly Step[], isLag?: true) => {
      const late = { symbol: ticker('AAPL'), because: 'a fill shows before the position' };
      const incoherences = [{ ...late, ...(isLag ? { isLag } : {}) }];
      return answer('fresh-data', { orders: [stop], steps, incoherences }).code;
    };
    const stops = [submit({ quantity: '5', stop: '95', limit: '94', purpose: 'protect' })];
    expect(code(stops, true)).toBeNull();
    expect(code(stops)).toBe('snapshot_incoherent');
    const calledStop = submit({ quantity: '5', purpose: 'protect' });
    for (const more of [submit(), calledStop, cancel(stop), buyMore('1', '100')]) {
      expect(code([...stops, more], true)).toBe('snapshot_incoherent');
    }
  });

  it('refuses to act beside an order whose status it does not know', () => {
    const orders = [order({ status: 'unrecognized' })];
    expect(answer('fresh-data', { ...exit, orders }).code).toBe('snapshot_incoherent');
  });
});

describe('duplicate', () => {
  const sent = (
    step: Step,
    ageMs: number,
    clientOrderId: string | null = 'bb1-before',
  ): SentStep => ({
    at: NOW - ageMs,
    symbol: 'AAPL',
    clientOrderId,
    fingerprint: fingerprintOf(step),
    planId: 'plan-0',
  });
  const sale = submit({ quantity: '5', key: 'one' });
  const again = submit({ quantity: '5', key: 'two' });
  const other = submit({ quantity: '6', key: 'two' });

  it.each([
    {
      steps: [again],
      sent: [sent(sale, 30_000)],
      code: 'duplicate_order',
      why: 'inside the window',
    },
    { steps: [again], sent: [sent(sale, 30_001)], code: null, why: 'after the window' },
    { steps: [other], sent: [sent(sale, 10)], code: null, why: 'another quantity' },
    { steps: [again], sent: [], code: null, why: 'nothing sent' },
    {
      steps: [cancel(stop)],
      sent: [sent(cancel(stop), 10, null)],
      code: null,
      why: 'a second cancel',
    },
    {
      steps: [replace(stop, { stop: '96' })],
      sent: [sent(replace(stop, { stop: '96' }), 10)],
      code: 'duplicate_order',
      why: 'the same change again',
    },
    {
      steps: [replace(stop, { stop: '97' })],
      sent: [sent(replace(stop, { stop: '96' }), 10)],
      code: null,
      why: 'a further change',
    },
  ])('$why: $code', ({ code, ...given }) => {
    expect(answer('duplicate', given).code).toBe(code);
  });

  it('sets a stop again at once when the one before is proven dead', () => {
    const dead = intent('cover/whole', 'dead');
    const before = sent(sale, 10, dead.clientOrderId);
    expect(
      answer('duplicate', { steps: [again], sent: [before], intents: [dead] }).code,
    ).toBeNull();
    const live = { ...dead, state: 'live' as const };
    expect(answer('duplicate', { steps: [again], sent: [before], intents: [live] }).code).toBe(
      'duplicate_order',
    );
  });

  it('never lets a client order id be used twice, however long ago', () => {
    const used = intent('x', 'dead', { clientOrderId: sale.clientOrderId });
    const seen = order({ id: 'o', status: 'canceled', clientOrderId: sale.clientOrderId });
    const old = sent(other, 1e9, sale.clientOrderId);
    const check = (given: GivenReview) => answer('duplicate', { ...given, steps: [sale] }).code;
    expect(check({ intents: [used] })).toBe('duplicate_order');
    expect(check({ otherOrders: [seen] })).toBe('duplicate_order');
    expect(check({ sent: [old] })).toBe('duplicate_order');
    expect(check({})).toBeNull();
  });
});

describe('price collar', () => {
  const wide = { bid: '99', ask: '101' }; // The middle is 100.
  const at = (limit: string) => ({ ...wide, steps: [submit({ limit })] });
  const entryAt = (limit: string) => ({ ...wide, steps: [buyMore('1', limit)] });
  const stopAt = (stopPrice: string, limit: string) => ({
    ...wide,
    steps: [submit({ stop: stopPrice, limit })],
  });
  it.each([
    { given: entryAt('103'), code: null, why: 'an entry exactly 3 % above' },
    { given: entryAt('103.01'), code: 'price_outside_collar', why: 'a cent more' },
    { given: entryAt('97'), code: null, why: 'an entry exactly 3 % below' },
    { given: entryAt('96.99'), code: 'price_outside_collar', why: 'a cent less' },
    { given: at('90'), code: null, why: 'a sale exactly 10 % below' },
    { given: at('89.99'), code: 'price_outside_collar', why: 'a cent less' },
    { given: at('1'), code: 'price_outside_collar', why: 'a sale for nothing' },
    { given: at('5000'), code: null, why: 'a sale at a better price' },
    { given: stopAt('60', '59'), code: null, why: 'a stop far below, its limit near it' },
    { given: stopAt('60', '51'), code: null, why: 'a stop’s limit exactly 15 % beyond it' },
    { given: stopAt('60', '50.99'), code: 'price_outside_collar', why: 'a cent more' },
    { given: stopAt('95', '95'), code: null, why: 'a limit at its stop' },
    { given: stopAt('95', '95.01'), code: 'price_outside_collar', why: 'a limit before its stop' },
    { given: { ...wide, steps: [submit()] }, code: null, why: 'a market order has no limit' },
    {
      given: { ...wide, orders: [stop], steps: [cancel(stop)] },
      code: null,
      why: 'a cancel neither',
    },
  ])('$why: $code', ({ given, code }) => {
    expect(answer('price-collar', given).code).toBe(code);
  });

  describe('what an agent wants sold at the market', () => {
    const asked = (given: GivenReview) => {
      const input = reviewOf({ steps: [submit()], ...given });
      const part = { ...input.part, wantedBy: ['host'] };
      const [collar] = guardrails(settings()).filter(({ name }) => name === 'price-collar');
      return told(collar?.review({ ...input, part, plan: { ...input.plan, parts: [part] } }));
    };

    it('waits for a bid inside the collar', () => {
      expect(asked({ bid: '90', ask: '110' })).toMatchObject({ outcome: 'pass' });
      expect(asked({ bid: '89.99', ask: '110.01' })).toMatchObject({
        ...{ code: 'price_outside_collar', measured: 'sell at the market 89.99' },
        limit: '10 % from the middle of the quote at 100.00',
      });
      const nobody = {
        code: 'data_missing',
        measured: 'sell at the market, where nobody offers a price',
      };
      expect(asked({ bid: '0', ask: '100' })).toMatchObject(nobody);
      expect(asked({ bid: null })).toMatchObject(nobody);
    });

    it('is bought back at an ask inside it', () => {
      const short = { side: 'short', steps: [submit({ side: 'buy' })] } as const;
      expect(asked({ ...short, bid: '90', ask: '110' })?.outcome).toBe('pass');
      expect(asked({ ...short, bid: '89', ask: '111.01' })?.code).toBe('price_outside_collar');
    });
  });

  it.each([
    { limit: '110', code: null },
    { limit: '110.01', code: 'price_outside_collar' },
    { limit: '3', code: null },
  ])('turns around for a short: buying back at $limit: $code', ({ limit, code }) => {
    const steps = [submit({ side: 'buy', limit })];
    expect(answer('price-collar', { ...wide, side: 'short', steps }).code).toBe(code);
  });

  it('looks at both exits of an OCO', () => {
    const pair = (stopLoss: readonly [string, string]) => ({
      ...wide,
      steps: [submit({ orderClass: 'oco', limit: '120', stopLoss })],
    });
    expect(answer('price-collar', pair(['95', '94'])).code).toBeNull();
    expect(answer('price-collar', pair(['95', '9.4'])).code).toBe('price_outside_collar');
  });

  it('measures the take-profit of an OCO that is to fill at once by the market', () => {
    const pair = (takeProfit: string) => ({
      ...wide,
      steps: [submit({ orderClass: 'oco', type: 'limit', takeProfit, stopLoss: ['70', '69'] })],
    });
    expect(answer('price-collar', pair('90')).code).toBeNull();
    expect(answer('price-collar', pair('89.99')).code).toBe('price_outside_collar');
  });

  it('measures the new limit of a triggered stop by the market', () => {
    const given = { price: '90', bid: '90', ask: '90', orders: [stop] };
    const to = (limit: string) => ({ ...given, steps: [replace(stop, { limit })] });
    expect(answer('price-collar', to('81')).code).toBeNull();
    expect(answer('price-collar', to('80.99')).code).toBe('price_outside_collar');
  });

  it('refuses an entry without a fresh and sound quote', () => {
    const check = (given: GivenReview) =>
      answer('price-collar', { ...entryAt('100'), ...given }).code;
    expect(check({ bid: null })).toBe('data_missing');
    expect(check({ quotedAt: NOW - 5_001 })).toBe('data_missing');
    expect(check({ bid: '101', ask: '99' })).toBe('data_missing');
    expect(check({ bid: '0' })).toBe('data_missing');
    expect(check({ quotedAt: NOW - 5_000 })).toBeNull();
    expect(check({ bid: '100', ask: '100' })).toBeNull();
  });

  it('measures an exit by the worst price known when the quote is old', () => {
    const given = { price: '100', bid: '80', ask: '101', quotedAt: NOW - 5_001 };
    const to = (limit: string) => ({ ...given, steps: [submit({ limit })] });
    expect(answer('price-collar', to('72')).code).toBeNull();
    expect(answer('price-collar', to('71.99')).code).toBe('price_outside_collar');
  });
});

describe('a halt of everything', () => {
  const cancelIn = (given: { quantity: string; steps?: readonly Step[]; code?: string }) => {
    const input = reviewOf({ tradingState: 'halted', steps: [cancel(stopLimit())], ...given });
    const cause = {
      state: 'halted' as const,
      because: 'pressed',
      since: NOW,
      clearedBy: 'a person',
    };
    const tradingStateCauses = [{ ...cause, code: given.code ?? 'halt_everything' }];
    const snapshot = { ...input.snapshot, tradingStateCauses };
    const [guard] = guardrails(settings()).filter(({ name }) => name === 'trading-state');
    return told(guard?.review({ ...input, snapshot }))?.code;
  };

  it('lets exits be canceled where nothing is held that they could close', () => {
    expect(cancelIn({ quantity: '0' })).toBeNull();
    expect(cancelIn({ quantity: '1' })).toBe('trading_halted');
    expect(cancelIn({ quantity: '0', steps: [submit()] })).toBe('trading_halted');
  });

  it('is told from any other halt', () => {
    expect(cancelIn({ quantity: '0', code: 'own_fault' })).toBe('trading_halted');
  });
});
