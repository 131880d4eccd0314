import { Draws } from './draws.ts';
import type { Guard } from './guard.ts';
import { Connection, type Pending } from './host-connection.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import { anyWish, soundWish } from './wishes.ts';

type Plan = { readonly plan_id: string; readonly hash: string };
type Call = { readonly tool: string; readonly args: unknown; readonly fault: string | null };

const MOST_PLANS = 20;
const GARBAGE: readonly [unknown, ...unknown[]] = [
  '10 ',
  ...['-0', '1e309', '١٢', '../../etc/passwd', '', 'x'.repeat(2_000)],
  ...[null, -1, 1e308, [], { toJSON: 1 }, JSON.parse('{"__proto__":{"isAdmin":true}}')],
];

/** An agent that uses the tools well, badly, twice and all at once. */
export class Host {
  readonly #stage: Stage;
  readonly #scenario: Scenario;
  readonly #draws: Draws;
  /** For what is opened: a world without that draws as ever. */
  readonly #wishes: Draws;
  readonly #guard: () => Guard | null;
  #connection: Connection | null = null;
  #plans: Plan[] = [];
  readonly #intents = new Map<string, string>();
  /** What was proposed, by its plan: once its sales are done, the same again buys. */
  readonly #rebalances = new Map<string, unknown>();
  #isCalm = false;

  constructor(stage: Stage, scenario: Scenario, guard: () => Guard | null) {
    this.#stage = stage;
    this.#scenario = scenario;
    this.#guard = guard;
    this.#draws = new Draws(`${scenario.seed} host`);
    this.#wishes = new Draws(`${scenario.seed} wishes`);
  }

  start(): void {
    const { hostGapMs } = this.#scenario.troubles;
    if (hostGapMs !== null) this.#next(hostGapMs);
  }

  calm(): void {
    this.#isCalm = true;
  }

  #next(gapMs: number): void {
    this.#stage.clock.after(this.#draws.gapMs(gapMs), () => {
      if (this.#isCalm) return;
      const connection = this.#connected();
      // Some calls come in a bundle, so that they run into one another.
      const calls = this.#draws.chance(0.2) ? this.#draws.between(2, 4) : 1;
      for (let count = 0; count < calls && connection !== null; count += 1) {
        this.#send(connection, this.#call());
      }
      if (connection !== null && this.#plans.length > 0 && this.#draws.chance(0.1)) {
        const args = this.#plans[0];
        this.#send(connection, { tool: 'execute_plan', args, fault: null });
        this.#send(connection, { tool: 'execute_plan', args, fault: 'P11' });
      }
      this.#next(gapMs);
    });
  }

  #connected(): Connection | null {
    const guard = this.#guard();
    if (guard === null) return null;
    if (this.#connection?.guard === guard) return this.#connection;
    // Asked inside the process, so that nothing of it runs while it stands still.
    let isReady = false;
    guard.life.enter(() => {
      isReady = guard.runtime.bigBrother.snapshot() !== null;
    });
    if (!isReady) return null;
    const hear = (call: Pending, text: string) => this.#heard(call, text);
    this.#connection = new Connection(guard, hear);
    return this.#connection;
  }

  #send(connection: Connection, { tool, args, fault }: Call): void {
    if (fault !== null) this.#stage.fire(fault);
    connection.guard.life.enter(() => connection.call(tool, args));
  }

  #heard({ tool, args }: Pending, text: string): void {
    const { clock } = this.#stage;
    this.#stage.observe({ kind: 'tool_answered', at: clock.now(), tool, text });
    const plan = tool === 'propose_plan' ? planIn(text) : null;
    this.#count(tool, args, text, plan);
    if (plan !== null) this.#plans = [plan, ...this.#plans].slice(0, MOST_PLANS);
    if (this.#scenario.isBusy) this.#goOn({ tool, args }, text, plan);
  }

  /** Who is busy carries out what was just proposed, and goes on with a rebalance. */
  #goOn({ tool, args }: Pending, text: string, plan: Plan | null): void {
    if (plan !== null && this.#wishes.chance(0.8)) {
      this.#sendSoon({ tool: 'execute_plan', args: plan, fault: null });
      return;
    }
    const wish = this.#rebalances.get(fieldIn(args, 'plan_id'));
    if (tool === 'execute_plan' && wish !== undefined && hasOutcome(text, 'completed')) {
      this.#sendSoon({ tool: 'propose_plan', args: wish, fault: null });
    }
  }

  #sendSoon(call: Call): void {
    this.#stage.clock.after(this.#wishes.between(20, 1_500), () => {
      const connection = this.#isCalm ? null : this.#connected();
      if (connection !== null) this.#send(connection, call);
    });
  }

  #count(tool: string, args: unknown, text: string, plan: Plan | null): void {
    const intent =
      tool === 'propose_plan' ? intentIn(args) : this.#intents.get(fieldIn(args, 'plan_id'));
    if (intent === undefined) return;
    if (tool === 'propose_plan') this.#stage.noteAsked(intent, 'proposed');
    if (plan !== null) {
      this.#stage.noteAsked(intent, 'planned');
      this.#intents.set(plan.plan_id, intent);
      if (intent === 'rebalance') this.#rebalances.set(plan.plan_id, args);
    } else if (tool === 'execute_plan') {
      if (STARTED.some((outcome) => hasOutcome(text, outcome))) {
        this.#stage.noteAsked(intent, 'executed');
      }
      if (hasOutcome(text, 'completed')) this.#stage.noteAsked(intent, 'completed');
    }
  }

  #call(): Call {
    const draws = this.#draws;
    const { symbol } = draws.any(this.#scenario.positions) ?? { symbol: 'AAPL' };
    const plan = draws.any(this.#plans) ?? { plan_id: 'plan-unknown', hash: 'f'.repeat(64) };
    const newest = this.#plans[0] ?? plan;
    const good = (tool: string, args: unknown): Call => ({ tool, args, fault: null });
    if (this.#scenario.isBusy && this.#wishes.chance(0.7)) {
      return good('propose_plan', soundWish(this.#scenario.positions, this.#wishes));
    }
    if (this.#scenario.opens && this.#wishes.chance(0.4)) {
      return this.#wishes.chance(0.5)
        ? good('execute_plan', newest)
        : good('propose_plan', anyWish(this.#scenario.positions, this.#wishes));
    }
    // Only where there is somebody who lifts it again.
    if (this.#scenario.troubles.haltGapMs !== null && draws.chance(0.05)) {
      return good('propose_plan', { intent: 'halt' });
    }
    return draws.pick<() => Call>([
      () => good('get_portfolio_context', {}),
      () => good('get_portfolio_context', { symbol }),
      () => good('evaluate_position', { symbol }),
      () => good('get_history', { symbol }),
      () => good('propose_plan', { intent: draws.pick(['manage', 'protect']), symbol }),
      () =>
        good('propose_plan', { intent: 'reduce', symbol, fraction: draws.pick(['0.5', '0.2']) }),
      () => good('propose_plan', { intent: 'exit', symbol }),
      () => good('execute_plan', newest),
      () => good('execute_plan', newest),
      () => ({ tool: 'execute_plan', args: plan, fault: 'A01' }),
      () => ({ tool: 'execute_plan', args: { ...plan, hash: '0'.repeat(64) }, fault: 'A02' }),
      () => ({ tool: this.#anyTool(), args: this.#garbage(symbol), fault: 'A09' }),
    ])();
  }

  #anyTool(): string {
    return this.#draws.pick([
      'get_portfolio_context',
      'evaluate_position',
      'propose_plan',
      'execute_plan',
      'get_history',
    ]);
  }

  #garbage(symbol: string): unknown {
    const value = this.#draws.pick(GARBAGE);
    return this.#draws.pick<unknown>([
      { symbol: value },
      { intent: 'reduce', symbol, quantity: value },
      { intent: value, symbol },
      { plan_id: value, hash: value },
      { symbol, limit: value, unknown_field: value },
    ]);
  }
}

/** How a plan ends that was begun. */
const STARTED = ['completed', 'stopped', 'unsettled'] as const;

const hasOutcome = (text: string, outcome: (typeof STARTED)[number]): boolean => {
  const answer: unknown = JSON.parse(text);
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'outcome' in answer &&
    answer.outcome === outcome
  );
};

const INTENTS = ['manage', 'protect', 'reduce', 'exit', 'open', 'rebalance', 'halt'];

function intentIn(args: unknown): string | undefined {
  const intent = fieldIn(args, 'intent');
  if (!INTENTS.includes(intent)) return undefined;
  return fieldIn(args, 'group') === '' ? intent : `${intent} of a group`;
}

function fieldIn(args: unknown, name: string): string {
  const value: unknown = Object.entries(args ?? {}).find(([key]) => key === name)?.[1];
  return typeof value === 'string' ? value : '';
}

function planIn(text: string): Plan | null {
  const answer: unknown = JSON.parse(text);
  if (typeof answer !== 'object' || answer === null) return null;
  if (!('plan_id' in answer) || !('hash' in answer)) return null;
  const { plan_id, hash } = answer;
  return typeof plan_id === 'string' && typeof hash === 'string' ? { plan_id, hash } : null;
}
