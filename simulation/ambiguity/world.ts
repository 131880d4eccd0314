import { guardrails, policySettings } from '../../policies/registry.ts';
import { connectAlpaca } from '../../src/adapters/alpaca/connect.ts';
import type { RateLimits } from '../../src/adapters/alpaca/rate-limiter.ts';
import { MemoryEventStore } from '../../src/adapters/event-stores/memory.ts';
import { HaltMemory, MemoryHaltLatch } from '../../src/adapters/system/memory-halt-latch.ts';
import { SeededIds } from '../../src/adapters/system/seeded-ids.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { digestOf } from '../../src/domain/canonical.ts';
import { clientOrderId } from '../../src/domain/client-order-id.ts';
import { price, quantity } from '../../src/domain/decimal.ts';
import type { Decision } from '../../src/domain/decision.ts';
import type { PlanId, Ticker } from '../../src/domain/ids.ts';
import { ticker } from '../../src/domain/ids.ts';
import type { ActionPlan, PlanPart, SubmitStep } from '../../src/domain/plan.ts';
import type { PositionContext } from '../../src/domain/portfolio.ts';
import { planFor } from '../../src/engine/planning/plan.ts';
import { sealPlan } from '../../src/engine/planning/plan-hash.ts';
import { defaultPlanning } from '../../src/engine/planning-settings.ts';
import { decimal } from '../../src/paper-exchange/core/basics/decimal.ts';
import { PaperExchange } from '../../src/paper-exchange/exchange.ts';
import { createRuntime } from '../../src/runtime/runtime.ts';
import type { Runtime } from '../../src/runtime/runtime-parts.ts';
import { defaultRuntimeSettings } from '../../src/runtime/settings/settings.ts';
import { Draws } from '../draws.ts';
import { Counter, type Counts } from './counter.ts';
import { Line, noStream } from './line.ts';

const KEYS = { keyId: 'PK-AMBIGUITY', secretKey: 'secret-of-ambiguity' };
/** Thursday 2026-10-08, 11:00 in New York. */
const START = Date.UTC(2026, 9, 8, 15, 0);
const PRICE = '100';
/** Each step of a symbol has a stop price that no other one has, by which it is known. */
const LOWEST_STOP_CENTS = 6_000;
const ANY_STOP = price('60');
/** Stops for each position, of one share each. */
const STOPS = 10;
const ONE_SHARE = quantity('1');
const SETTINGS_HASH = 'ambiguity';
const TOLERANCE = { priceBps: 50 };
const LONGEST_ROUND_MS = 600_000;
const SETTLE_MS = 60_000;
/** So many orders a minute and no more is what the guardrails allow. */
const BETWEEN_ROUNDS_MS = 61_000;

const UNLIMITED: RateLimits = {
  ...{ burst: 1_000_000, perMinute: 1_000_000, queueLimit: 1_000, patienceMs: 2_000 },
  reserved: { kill: 0, protect: 0, reconcile: 0, read: 0 },
};

export type WorldOptions = {
  readonly symbols: number;
  readonly rounds: number;
  readonly isPlanted: boolean;
};

/** Rounds of stops for bare positions, of which none is ever answered. */
export async function ambiguousWorld(seed: number, options: WorldOptions): Promise<Counts> {
  const world = new World(seed, options);
  return world.play();
}

class World {
  readonly #options: WorldOptions;
  readonly #clock = new VirtualClock(START, { quietTurns: 1 });
  readonly #symbols: readonly Ticker[];
  readonly #exchange: PaperExchange;
  readonly #line: Line;
  readonly #runtime: Runtime;
  readonly #ids: SeededIds;
  readonly #counter: Counter;

  constructor(seed: number, options: WorldOptions) {
    this.#options = options;
    this.#symbols = Array.from({ length: options.symbols }, (_, place) =>
      ticker(`S${String.fromCharCode(65 + (place % 26))}${place < 26 ? 'A' : 'B'}`),
    );
    this.#exchange = this.#openExchange(seed);
    const clock = this.#clock;
    const { fetchApi: exchange } = this.#exchange;
    const draws = new Draws(`${seed} ambiguity`);
    this.#line = new Line({ clock, draws, exchange, isPlanted: options.isPlanted });
    this.#counter = new Counter(this.#exchange.core);
    this.#ids = new SeededIds(`${seed} ambiguity`);
    const connection = connectAlpaca(
      {
        ...{ keyId: KEYS.keyId, secret: KEYS.secretKey, endpoint: { url: 'http://127.0.0.1' } },
        ...{ fetchApi: this.#line.fetchApi, wsFactory: noStream },
      },
      clock,
      UNLIMITED,
    );
    this.#runtime = createRuntime({
      ...connection,
      ...{ store: new MemoryEventStore(), clock, ids: this.#ids },
      haltLatch: new MemoryHaltLatch(new HaltMemory()),
      policies: [],
      guardrails: guardrails(policySettings.parse({})),
      planning: defaultPlanning,
      driftTolerance: TOLERANCE,
      settings: {
        ...defaultRuntimeSettings,
        ...{ orderLookbackMs: 10_000, plansInFlight: options.symbols },
      },
      settingsHash: SETTINGS_HASH,
    });
  }

  async play(): Promise<Counts> {
    const clock = this.#clock;
    const runtime = this.#runtime;
    this.#print();
    await this.#until(runtime.start(), 'the start');
    for (let round = 0; round < this.#options.rounds; round += 1) {
      if (!(await this.#round(round))) break;
    }
    // What is still on its way arrives.
    await clock.advanceBy(SETTLE_MS);
    await this.#until(runtime.stop(), 'the end');
    this.#exchange.stop();
    await clock.advanceBy(0);
    return this.#counter.counted(this.#line, clock.now() - START);
  }

  /** Every position gets its stops, and loses them again; false where the plan was refused. */
  async #round(round: number): Promise<boolean> {
    const { state, coordinator, orchestrator } = this.#runtime;
    this.#print();
    const contexts = this.#symbols.flatMap((symbol) => state.getCompleteContext(symbol) ?? []);
    const plan = this.#planFor(contexts, round);
    const report = await this.#until(coordinator.execute(plan), `round ${round}`);
    for (const { outcome, steps } of report.parts) this.#counter.count(outcome, steps.length);
    if (report.refusal !== null) {
      this.#counter.refused(report.because);
      return false;
    }
    // What was given up in doubt is gone after by the cycles, until its symbol has its stop.
    for (let cycle = 0; this.#counter.bare() > 0 && cycle < 12; cycle += 1) {
      await this.#clock.advanceBy(10_000);
      await this.#until(orchestrator.runCycle(), 'a cycle');
    }
    this.#counter.endRound();
    this.#counter.expireAll((command) => this.#exchange.run(command));
    await this.#clock.advanceBy(BETWEEN_ROUNDS_MS);
    return true;
  }

  #planFor(contexts: readonly PositionContext[], round: number): ActionPlan {
    const now = this.#clock.now();
    const parts = contexts.flatMap((context) => {
      const planned = planFor(decisionFor(context, now), context, defaultPlanning);
      return planned.part === null ? [] : this.#slices(planned.part, round);
    });
    const plan = sealPlan({
      id: this.#ids.next('plan') as PlanId,
      origin: 'loop',
      intent: { kind: 'manage', symbol: null },
      accountNumber: contexts[0]?.account.accountNumber ?? '',
      environment: 'simulated',
      ...{ createdAt: now, expiresAt: now + 60_000 },
      terms: {
        ...{ snapshotDigest: digestOf(round), settingsHash: SETTINGS_HASH },
        ...{ codeVersion: 'unversioned', mode: 'execute', tolerance: TOLERANCE },
      },
      approval: { tier: 'T0', because: ['it only protects'] },
      parts,
    });
    // By this a step in doubt is taken up again, by whoever comes after.
    const { logger } = this.#runtime;
    logger.log({ type: 'plan_proposed', actor: 'loop', planId: plan.id, body: { plan } });
    return plan;
  }

  /** The part's one stop as many small ones, so that one look at the account serves them all. */
  #slices(part: PlanPart, round: number): PlanPart {
    const [whole] = part.steps;
    if (whole?.kind !== 'submit' || part.steps.length > 1) {
      throw new Error(`round ${round}: one stop was to be placed, not ${part.recipe}`);
    }
    const steps = Array.from({ length: STOPS }, (_, place): SubmitStep => {
      const key = `${whole.key}/${place}`;
      const stopPrice = price(((LOWEST_STOP_CENTS + round * STOPS + place) / 100).toFixed(2));
      const prices = { stopPrice, limitPrice: stopPrice };
      const identity = { key, generation: round + 1, clientOrderId: clientOrderId(key, round + 1) };
      return { ...whole, ...identity, order: { ...whole.order, ...prices, quantity: ONE_SHARE } };
    });
    return { ...part, steps };
  }

  #openExchange(seed: number): PaperExchange {
    const positions = this.#symbols.map((symbol) => ({
      ...{ symbol, qty: String(STOPS), averageEntryPrice: PRICE },
    }));
    const exchange = new PaperExchange(
      {
        seed: String(seed),
        accounts: [{ ...KEYS, cash: '400000', multiplier: '4', positions }],
        market: { kind: 'silent', symbols: this.#symbols },
        rest: { requestsPerMinute: null },
      },
      this.#clock,
    );
    exchange.start();
    return exchange;
  }

  #print(): void {
    const at = this.#clock.now();
    for (const symbol of this.#symbols) {
      const [bidPrice, askPrice] = [decimal('99.99'), decimal('100.01')];
      const quote = { symbol, at, bidPrice, askPrice, bidSize: 1_000, askSize: 1_000 };
      this.#exchange.tell({ kind: 'quote', quote });
    }
  }

  /** Lets time pass until it has come. */
  async #until<Result>(coming: Promise<Result>, what: string): Promise<Result> {
    const clock = this.#clock;
    const endsAt = clock.now() + LONGEST_ROUND_MS;
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    coming.then(over, over);
    await clock.advanceBy(0);
    while (!isOver) {
      const due = clock.nextDueAt();
      if (due === null || due > endsAt) throw new Error(`${what} has not ended`);
      await clock.advanceTo(due);
    }
    return coming;
  }
}

const decisionFor = ({ position, snapshotVersion }: PositionContext, at: number): Decision => ({
  ...{ symbol: position.symbol, at, snapshotVersion },
  ...{ evaluations: [], chosen: [], overruled: [], urgency: 'critical' },
  target: {
    ...{ symbol: position.symbol, side: 'long', holdQuantity: position.quantity },
    cover: { stopPrice: ANY_STOP, limitPrice: ANY_STOP },
    ...{ sale: null, takeProfit: null, repriceLimit: null },
  },
});
