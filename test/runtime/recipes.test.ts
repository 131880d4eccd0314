import { describe, expect, it } from 'vitest';
import { text, ZERO } from '../../src/domain/decimal.ts';
import {
  AAPL,
  type Given,
  type Guarded,
  guardedAccount,
  loopedAccount,
  settle,
} from '../support/guarded-account.ts';
import { fillPart, placeForeign, sharesHeld } from '../support/other-hands.ts';

const CYCLE_MS = 10_000;
/** Slow enough that a gap would be seen. */
const latencies = { newMs: 40, cancelMs: 200, replaceMs: 60, fillMs: 80, streamMs: 20 };
const atBirth: Given = {
  latencies,
  policies: { partialProfit: { placed: 'with_first_stop' } },
};

type PartEnd = {
  readonly recipe: string;
  readonly cause: string;
  readonly outcome: string;
  readonly predictedNakedDollarSeconds: string;
  readonly nakedDollarSeconds: string;
  readonly nakedShareSeconds: string;
};

/** How each part of each plan ended, by the journal. */
const ends = ({ records }: Guarded): readonly PartEnd[] =>
  records('plan_finished').flatMap(
    ({ body }) => (body as unknown as { readonly parts: readonly PartEnd[] }).parts,
  );
const recipes = (guarded: Guarded) => ends(guarded).map(({ recipe }) => recipe);
const nakedSeconds = ({ state }: Guarded): number => Number(state.nakedTime(AAPL).shareSeconds);
const nothingHeld: Given = { positions: [], symbols: ['AAPL'], latencies };

/** Guarded, with nothing held, and a quote to trade at. */
async function flatAccount(given: Given = {}): Promise<Guarded> {
  const guarded = await loopedAccount({ ...nothingHeld, ...given });
  guarded.price('AAPL', '100');
  return guarded;
}

describe('tranches from birth', () => {
  it('rest as a stop for one half and an OCO for the other', async () => {
    const guarded = await loopedAccount(atBirth);
    await guarded.clock.advanceBy(2_000);
    expect(guarded.resting()).toEqual([
      'sell limit 5 @null',
      'sell stop_limit 5 @92',
      'sell stop_limit 5 @92',
    ]);
    expect(recipes(guarded)).toEqual(['place-tranches']);
    expect(guarded.context()?.cover.nakedQuantity.toFixed()).toBe('0');
    expect(ends(guarded)[0]).toMatchObject({ outcome: 'completed', cause: 'uncovered_shares' });
  });

  it('take the profit at the broker, without a naked second, while nobody is awake', async () => {
    const guarded = await loopedAccount(atBirth);
    const { clock, price, held, resting, broker, context } = guarded;
    await clock.advanceBy(CYCLE_MS);
    const before = nakedSeconds(guarded);
    const sent = broker.mutations().length;
    price('AAPL', '116.5');
    await clock.advanceBy(500);
    expect(held()).toBe('long 5');
    await clock.advanceBy(2 * CYCLE_MS);
    expect(context()?.episode.milestones).toEqual(['partial@2R']);
    expect(resting()).toHaveLength(1);
    expect(nakedSeconds(guarded)).toBe(before);
    // Only the stop that stays is raised behind the price.
    expect(broker.mutations().slice(sent)).toEqual(['replace AAPL - 110.68']);
  });

  it('are both raised by PATCH, without a naked second', async () => {
    const guarded = await loopedAccount(atBirth);
    const { clock, price, liveOrders, broker } = guarded;
    await clock.advanceBy(CYCLE_MS);
    const before = nakedSeconds(guarded);
    price('AAPL', '112');
    await clock.advanceBy(2 * CYCLE_MS);
    const stops = liveOrders().flatMap(({ stopPrice }) => (stopPrice ? [text(stopPrice)] : []));
    expect(stops).toEqual(['106.4', '106.4']);
    expect(broker.mutations().slice(2)).toEqual(['replace AAPL - 106.4', 'replace AAPL - 106.4']);
    expect(nakedSeconds(guarded)).toBe(before);
  });

  it('leave together when the stop is reached', async () => {
    const guarded = await loopedAccount(atBirth);
    await guarded.clock.advanceBy(CYCLE_MS);
    guarded.price('AAPL', '91.9');
    await guarded.clock.advanceBy(2 * CYCLE_MS);
    expect(guarded.held()).toBeNull();
    expect(guarded.resting()).toEqual([]);
    expect(sharesHeld(guarded)).toBe(0);
  });

  it('follow the take-profit when it fills in part: what is left stays covered', async () => {
    const guarded = await loopedAccount(atBirth);
    const { clock, liveOrders, context } = guarded;
    await clock.advanceBy(CYCLE_MS);
    const profit = liveOrders().find(({ type }) => type === 'limit');
    fillPart(guarded, profit?.id ?? '', '2', '116');
    await clock.advanceBy(2 * CYCLE_MS);
    expect(guarded.held()).toBe('long 8');
    expect(context()?.cover.nakedQuantity.toFixed()).toBe('0');
    expect(context()?.cover.exitQuantity.toFixed()).toBe('8');
  });

  it('shrink the other stop where the broker leaves the OCO’s stop too large', async () => {
    const guarded = await loopedAccount({ ...atBirth, switches: { shrinkStopLeg: false } });
    const { clock, liveOrders, context } = guarded;
    await clock.advanceBy(CYCLE_MS);
    const profit = liveOrders().find(({ type }) => type === 'limit');
    fillPart(guarded, profit?.id ?? '', '2', '116');
    await clock.advanceBy(2 * CYCLE_MS);
    expect(context()?.cover.nakedQuantity.toFixed()).toBe('0');
    expect(context()?.cover.exitQuantity.toFixed()).toBe('8');
  });

  it('fall back to one plain stop when the broker refuses the OCO', async () => {
    const guarded = await guardedAccount(atBirth);
    let submits = 0;
    guarded.broker.onStep = (step) => {
      if (step.kind === 'submit' && step.order.orderClass === 'oco') submits += 1;
      if (step.kind === 'submit' && step.order.orderClass === 'oco' && submits === 1) {
        guarded.broker.next('submit', { kind: 'rejects', rejection: 'validation' });
      }
    };
    await settle(guarded.clock, guarded.start());
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(CYCLE_MS);
    expect(submits).toBe(1);
    expect(guarded.context()?.cover.nakedQuantity.toFixed()).toBe('0');
    expect(guarded.resting()).toEqual(['sell stop_limit 10 @92']);
  });

  it('wait for better times where so many positions need their first stop', async () => {
    const symbols = Array.from({ length: 150 }, (_, nth) => `S${nth}`);
    const positions = symbols.map((symbol) => ({ symbol, qty: '10', averageEntryPrice: '100' }));
    const guarded = await loopedAccount({ ...atBirth, latencies: {}, positions });
    await guarded.clock.advanceBy(75_000);
    const contexts = symbols.map((symbol) => guarded.context(symbol));
    expect(contexts.filter((context) => context?.cover.nakedQuantity.gt('0'))).toEqual([]);
    const names = recipes(guarded);
    expect(names.filter((name) => name === 'place-tranches').length).toBeLessThan(75);
    expect(new Set(names)).toEqual(new Set(['place-tranches', 'place-stop']));
  });

  it('are left whole for the host to leave: the take-profit goes to the market', async () => {
    const guarded = await loopedAccount(atBirth);
    const { clock, bigBrother } = guarded;
    await clock.advanceBy(CYCLE_MS);
    const proposal = await settle(
      clock,
      bigBrother.propose({ kind: 'exit', symbol: AAPL }, 'host'),
    );
    if (proposal.outcome !== 'proposed') throw new Error('a plan was to come');
    const { id, hash, parts } = proposal.plan;
    expect(parts[0]?.recipe).toBe('marketable-take-profit');
    expect(parts[0]?.naked.dollarSeconds.gt(ZERO)).toBe(true);
    await settle(clock, bigBrother.execute(id, hash));
    await clock.advanceBy(CYCLE_MS);
    expect(guarded.held()).toBeNull();
    expect(guarded.resting()).toEqual([]);
    expect(sharesHeld(guarded)).toBe(0);
  });
});

describe('an entry that fills in parts', () => {
  it.each([
    ['a plain limit order', {}, 'place-stop-as-oco'],
    [
      'a bracket',
      {
        order_class: 'bracket',
        take_profit: { limit_price: '120' },
        stop_loss: { stop_price: '90', limit_price: '89' },
      },
      'place-stop',
    ],
  ] as const)('of %s has a stop for the filled part within 2 s', async (_, legs, recipe) => {
    const guarded = await flatAccount();
    const { clock, state, context } = guarded;
    const id = await placeForeign(guarded, {
      ...{ qty: '10', side: 'buy', type: 'limit', limit_price: '99', time_in_force: 'gtc' },
      ...legs,
    });
    await clock.advanceBy(1_000);
    guarded.price('AAPL', '100');
    expect(fillPart(guarded, id, '4', '99')).toBe(true);
    await clock.advanceBy(2_000);
    expect(context()?.position.quantity.toFixed()).toBe('4');
    expect(context()?.cover.nakedQuantity.toFixed()).toBe('0');
    expect(state.nakedTime(AAPL).nakedSince).toBeNull();
    expect(recipes(guarded)).toEqual([recipe]);
  });

  it('of a bracket hands over to its legs when it is complete', async () => {
    const guarded = await flatAccount();
    const { clock, context, price } = guarded;
    const id = await placeForeign(guarded, {
      ...{ qty: '10', side: 'buy', type: 'limit', limit_price: '99', time_in_force: 'gtc' },
      order_class: 'bracket',
      take_profit: { limit_price: '120' },
      stop_loss: { stop_price: '90', limit_price: '89' },
    });
    await clock.advanceBy(1_000);
    guarded.price('AAPL', '100');
    expect(fillPart(guarded, id, '4', '99')).toBe(true);
    await clock.advanceBy(2_000);
    price('AAPL', '98.9');
    await clock.advanceBy(2_000);
    // How many shares a leg was left with shows in the next reading only.
    await settle(clock, guarded.state.updateFromAlpaca());
    expect(context()?.position.quantity.toFixed()).toBe('10');
    expect(context()?.cover.nakedQuantity.toFixed()).toBe('0');
    expect(context()?.cover.exitQuantity.toFixed()).toBe('10');
    price('AAPL', '89.9');
    await clock.advanceBy(CYCLE_MS);
    expect(sharesHeld(guarded)).toBe(0);
    expect(guarded.resting()).toEqual([]);
  });
});

describe('a stop-limit that triggered and did not fill', () => {
  it('is followed down in steps, each within its time, and then leaves at the market', async () => {
    const guarded = await loopedAccount({ latencies });
    const { clock, price, broker } = guarded;
    await clock.advanceBy(CYCLE_MS);
    const sent = broker.mutations().length;
    // The market runs away under each new limit before it can rest.
    const falls = ['90', '89.1', '88.2'];
    broker.onStep = (step) => {
      const next = step.kind === 'replace' ? falls.shift() : undefined;
      if (next !== undefined) price('AAPL', next);
    };
    price('AAPL', '91');
    await clock.advanceBy(4 * CYCLE_MS);
    expect(sharesHeld(guarded)).toBe(0);
    expect(guarded.resting()).toEqual([]);
    expect(broker.mutations().slice(sent)).toEqual([
      ...Array(3).fill('replace AAPL - 92'),
      'cancel AAPL',
      'submit AAPL sell market 10',
    ]);
    expect(recipes(guarded).slice(1)).toEqual([
      ...Array(3).fill('reprice-triggered-stop'),
      'cancel-and-close',
    ]);
  });

  it('tells what it will cost before it leaves at any price', async () => {
    const guarded = await loopedAccount({ latencies });
    await guarded.clock.advanceBy(CYCLE_MS);
    guarded.price('AAPL', '80');
    await guarded.clock.advanceBy(3 * CYCLE_MS);
    expect(sharesHeld(guarded)).toBe(0);
    const plan = JSON.stringify(guarded.records('plan_proposed').at(-1)?.body);
    expect(plan).toContain('about a loss of');
    expect(ends(guarded).at(-1)).toMatchObject({
      recipe: 'cancel-and-close',
      cause: 'position_left',
      outcome: 'completed',
    });
  });
});

describe('a stop that the broker refuses since the price is through it', () => {
  it('makes the position leave within seconds, under the guardrails', async () => {
    const guarded = await guardedAccount({ latencies });
    guarded.broker.onStep = () => {
      guarded.broker.onStep = () => {};
      guarded.price('AAPL', '91');
    };
    await settle(guarded.clock, guarded.start());
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(5_000);
    // The second goes out before the price that the broker knows has arrived.
    expect(guarded.broker.mutations()).toEqual([
      'submit AAPL sell stop_limit 10',
      'submit AAPL sell stop_limit 10',
      'submit AAPL sell market 10',
    ]);
    expect(ends(guarded).at(-1)).toMatchObject({ recipe: 'close', outcome: 'completed' });
    expect(sharesHeld(guarded)).toBe(0);
  });
});

describe('what was foreseen', () => {
  it('stands in the journal beside what it was, for each part of each plan', async () => {
    const guarded = await loopedAccount({ latencies });
    const { clock, price } = guarded;
    await clock.advanceBy(CYCLE_MS);
    price('AAPL', '116.5');
    await clock.advanceBy(2 * CYCLE_MS);
    const all = ends(guarded);
    expect(all.map(({ recipe, cause }) => [recipe, cause])).toEqual([
      ['place-stop', 'uncovered_shares'],
      ['patch-stop + sell', 'part_sold'],
    ]);
    for (const { predictedNakedDollarSeconds, nakedDollarSeconds, outcome } of all) {
      expect(outcome).toBe('completed');
      expect(Number(nakedDollarSeconds)).toBeGreaterThan(0);
      expect(Number(nakedDollarSeconds)).toBeLessThanOrEqual(Number(predictedNakedDollarSeconds));
    }
  });
});
