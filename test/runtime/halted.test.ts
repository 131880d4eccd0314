import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TradingState } from '../../src/domain/environment.ts';
import { type Ticker, ticker } from '../../src/domain/ids.ts';
import { opposite } from '../../src/domain/order.ts';
import type { Intent, Step, SubmitStep } from '../../src/domain/plan.ts';
import type { Evaluation, TradingPolicy } from '../../src/domain/policy.ts';
import { isRiskReducing } from '../../src/domain/risk-reducing.ts';
import { sealPlan } from '../../src/engine/planning/plan-hash.ts';
import type { Runtime } from '../../src/runtime/runtime-parts.ts';
import { exit, protect, reduce, reprice, wants } from '../support/given.ts';
import { type Guarded, settle, watchedAccount } from '../support/guarded-account.ts';

const SYMBOLS = ['AAPL', 'MSFT'] as const;
const SLOW_MS = 240_000;

const percent = fc.integer({ min: 85, max: 118 });
const symbol = fc.constantFrom(...SYMBOLS);

type Happening =
  | { readonly kind: 'price'; readonly symbol: string; readonly at: number }
  | { readonly kind: 'wish'; readonly symbol: string; readonly wish: Wish; readonly at: number }
  | { readonly kind: 'ask'; readonly intent: Intent }
  | { readonly kind: 'add'; readonly symbol: string }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'restart' };
type Wish = 'protect' | 'reduce' | 'exit' | 'reprice' | 'nothing';

const intent: fc.Arbitrary<Intent> = fc.oneof(
  fc.constantFrom<Intent>({ kind: 'manage', symbol: null }, { kind: 'protect', symbol: null }),
  symbol.map((of): Intent => ({ kind: 'exit', symbol: ticker(of) })),
  fc
    .record({ of: symbol, fraction: fc.constantFrom('0.5', '1') })
    .map(({ of, fraction }): Intent => {
      return { kind: 'reduce', symbol: ticker(of), amount: { kind: 'fraction', fraction } };
    }),
);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('price' as const), symbol, at: percent }),
  fc.record({
    kind: fc.constant('wish' as const),
    symbol,
    wish: fc.constantFrom<Wish>('protect', 'reduce', 'exit', 'reprice', 'nothing'),
    at: percent,
  }),
  fc.record({ kind: fc.constant('ask' as const), intent }),
  fc.record({ kind: fc.constant('add' as const), symbol }),
  fc.record({ kind: fc.constant('wait' as const), seconds: fc.constantFrom(1, 11, 31) }),
  fc.constant({ kind: 'restart' as const }),
);

const day = fc.record({
  shares: fc.tuple(...SYMBOLS.map(() => fc.constantFrom('10', '-10', '2.5', '100', '-60'))),
  before: fc.array(happening, { maxLength: 3 }),
  after: fc.array(happening, { minLength: 2, maxLength: 6 }),
});

type Sent = { readonly step: Step; readonly state: TradingState; readonly reduces: boolean };

/** An account that is driven through happenings and restarts; every step sent is kept. */
class Driven {
  readonly sent: Sent[] = [];
  readonly #wishes: Map<string, Evaluation>;
  readonly #guarded: Guarded;
  #runtime: Runtime;

  private constructor(guarded: Guarded, wishes: Map<string, Evaluation>) {
    this.#guarded = guarded;
    this.#runtime = guarded;
    this.#wishes = wishes;
    guarded.broker.onStep = (step) => this.#note(step);
  }

  static async open(shares: readonly string[], dailyLossPercent: string | null): Promise<Driven> {
    const wishes = new Map<string, Evaluation>();
    const wishing: TradingPolicy = {
      name: 'wish',
      promise: 'Whatever a test wants.',
      evaluate: ({ position }) =>
        wishes.get(position.symbol) ?? { outcome: 'abstains', policy: 'wish', because: 'none' },
    };
    const positions = SYMBOLS.map((one, index) => ({
      symbol: one,
      qty: shares[index] ?? '10',
      averageEntryPrice: '100',
    }));
    const settings = { dailyLossPercent };
    const guarded = await watchedAccount({ positions, settings, morePolicies: [wishing] });
    guarded.orchestrator.start();
    const driven = new Driven(guarded, wishes);
    await guarded.clock.advanceBy(2_000);
    return driven;
  }

  get state(): TradingState | null {
    return this.#runtime.state.snapshot()?.tradingState ?? null;
  }

  /** The broker blocks the account, and everything under way comes to its end. */
  async block(): Promise<void> {
    const { core } = this.#guarded.exchange;
    core.blockAccount(core.accountIds[0] ?? '', { tradingBlocked: true });
    await this.#guarded.clock.advanceBy(40_000);
  }

  /** Both positions lose more than the day may cost. */
  async lose(): Promise<void> {
    for (const one of SYMBOLS) {
      const { position } = this.#runtime.state.getPositionWithOrders(ticker(one)) ?? {};
      if (position !== undefined) {
        this.#guarded.price(one, position.side === 'long' ? '94' : '106');
      }
    }
    await this.#guarded.clock.advanceBy(40_000);
  }

  async happen(one: Happening): Promise<void> {
    const { clock, price } = this.#guarded;
    switch (one.kind) {
      case 'price':
        price(one.symbol, String(one.at));
        break;
      case 'wish':
        this.#wish(one.symbol, one.wish, one.at);
        break;
      case 'ask':
        await this.#ask(one.intent);
        break;
      case 'add':
        await this.#add(ticker(one.symbol));
        break;
      case 'wait':
        await clock.advanceBy(one.seconds * 1_000);
        break;
      case 'restart':
        await this.#restart();
    }
    await clock.advanceBy(1_000);
  }

  #note(step: Step): void {
    const { state } = this.#runtime;
    const position = state.getPositionWithOrders(step.symbol)?.position;
    const reduces = position !== undefined && isRiskReducing(step, position);
    this.sent.push({ step, state: state.snapshot()?.tradingState ?? 'halted', reduces });
  }

  #wish(of: string, wish: Wish, at: number): void {
    const given = { policy: 'wish', symbol: of };
    const action = {
      protect: protect(String(at), String(at - 1)),
      reduce: reduce('1', `partial@${at}`),
      exit: exit(`exit@${at}`),
      reprice: reprice(String(at)),
      nothing: null,
    }[wish];
    if (action === null) this.#wishes.delete(of);
    else this.#wishes.set(of, wants(action, given));
  }

  async #ask(asked: Intent): Promise<void> {
    const { clock } = this.#guarded;
    const { bigBrother } = this.#runtime;
    const proposal = await settle(clock, bigBrother.propose(asked, 'host'));
    if (proposal.outcome !== 'proposed') return;
    // Whatever the proposal says of itself, the host insists.
    await settle(clock, bigBrother.execute(proposal.plan.id, proposal.plan.hash));
  }

  /** A plan to double the position, as no policy makes one today, past everybody but the gate. */
  async #add(of: Ticker): Promise<void> {
    const { clock } = this.#guarded;
    const { bigBrother, coordinator } = this.#runtime;
    const exiting = await settle(clock, bigBrother.propose({ kind: 'exit', symbol: of }, 'host'));
    if (exiting.outcome !== 'proposed') return;
    const { hash: _, ...plan } = exiting.plan;
    const parts = plan.parts.map((part) => ({
      ...part,
      steps: part.steps.flatMap((step) => (step.kind === 'submit' ? [adding(step)] : [])),
    }));
    await settle(clock, coordinator.execute(sealPlan({ ...plan, parts })));
  }

  async #restart(): Promise<void> {
    const { clock, boot } = this.#guarded;
    await settle(clock, this.#runtime.stop());
    const next = boot();
    next.broker.onStep = (step) => this.#note(step);
    this.#runtime = next;
    await settle(clock, next.start());
    next.orchestrator.start();
  }
}

const adding = (step: SubmitStep): SubmitStep => {
  const side = opposite(step.order.side);
  const positionIntent = side === 'buy' ? 'buy_to_open' : 'sell_to_open';
  return { ...step, until: 'live', order: { ...step.order, side, positionIntent } };
};

describe('an account', () => {
  it(
    'that is halted never trades, whatever is wished, asked or restarted',
    async () => {
      let sentBefore = 0;
      await fc.assert(
        fc.asyncProperty(day, async ({ shares, before, after }) => {
          const driven = await Driven.open(shares, null);
          for (const one of before) await driven.happen(one);
          await driven.block();
          expect(driven.state).toBe('halted');
          const sent = driven.sent.length;
          sentBefore += sent;
          for (const one of after) await driven.happen(one);
          expect(driven.state).toBe('halted');
          expect(driven.sent.slice(sent)).toEqual([]);
        }),
        { numRuns: 60 },
      );
      expect(sentBefore).toBeGreaterThan(0);
    },
    SLOW_MS,
  );

  it(
    'that may only reduce sends nothing that adds risk',
    async () => {
      let reduced = 0;
      await fc.assert(
        fc.asyncProperty(day, async ({ shares, before, after }) => {
          const driven = await Driven.open(shares, '0.01');
          for (const one of before) await driven.happen(one);
          await driven.lose();
          for (const one of after) await driven.happen(one);
          const reducing = driven.sent.filter(({ state }) => state === 'reducing');
          reduced += reducing.length;
          expect(reducing.filter(({ reduces }) => !reduces)).toEqual([]);
        }),
        { numRuns: 60 },
      );
      expect(reduced).toBeGreaterThan(0);
    },
    SLOW_MS,
  );
});
