import type { Transport as McpTransport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { createMcpServer } from '../src/server/mcp-server.ts';
import { Draws } from './draws.ts';
import type { Guard } from './guard.ts';
import type { Scenario } from './scenario.ts';
import { KEYS, type Stage } from './stage.ts';

type Plan = { readonly plan_id: string; readonly hash: string };
/** Of a call that is on its way: what is wanted by it, for the report. */
type Pending = { readonly tool: string; readonly args: unknown };
type Call = { readonly tool: string; readonly args: unknown; readonly fault: string | null };

const PROTOCOL = '2025-06-18';
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
  }

  #count(tool: string, args: unknown, text: string, plan: Plan | null): void {
    const intent =
      tool === 'propose_plan' ? intentIn(args) : this.#intents.get(fieldIn(args, 'plan_id'));
    if (intent === undefined) return;
    if (tool === 'propose_plan') this.#stage.noteAsked(intent, 'proposed');
    if (plan !== null) {
      this.#stage.noteAsked(intent, 'planned');
      this.#intents.set(plan.plan_id, intent);
    } else if (tool === 'execute_plan' && text.includes('"outcome":"completed"')) {
      this.#stage.noteAsked(intent, 'executed');
    }
  }

  #call(): Call {
    const draws = this.#draws;
    const { symbol } = draws.any(this.#scenario.positions) ?? { symbol: 'AAPL' };
    const plan = draws.any(this.#plans) ?? { plan_id: 'plan-unknown', hash: 'f'.repeat(64) };
    const newest = this.#plans[0] ?? plan;
    const good = (tool: string, args: unknown): Call => ({ tool, args, fault: null });
    if (this.#scenario.opens && this.#wishes.chance(0.4)) {
      return this.#wishes.chance(0.5)
        ? good('execute_plan', newest)
        : good('propose_plan', this.#wish());
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

  /** To open something, to weigh anew, or to leave several names at once. */
  #wish(): unknown {
    const draws = this.#wishes;
    const { symbol, price } = draws.any(this.#scenario.positions) ?? { symbol: 'AAPL', price: 100 };
    const at = (percent: number) => ((price * percent) / 100).toFixed(2);
    const size = draws.pick([`${draws.between(1, 30)}`, '$2000', '0.5%', '1.5']);
    const terms = draws.pick(['', ` stop ${at(95)}`, ` limit ${at(99)}`, ` target ${at(108)}`]);
    const entry = {
      intent: 'open',
      symbol,
      entry: `${draws.pick(['buy', 'buy', 'sell'])} ${size}${terms}`,
    };
    const weights = this.#scenario.positions
      .map((each) => `${each.symbol}=${draws.between(0, 12)}`)
      .join(',');
    return draws.pick<unknown>([
      entry,
      entry,
      entry,
      { intent: 'rebalance', weights },
      { intent: 'exit', group: draws.pick(['all', `${symbol} because sector_shock`]) },
    ]);
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

/** One MCP connection to one process, message by message. */
class Connection {
  readonly guard: Guard;
  readonly #transport: McpTransport;
  readonly #pending = new Map<number, Pending>();
  #id = 0;

  constructor(guard: Guard, hear: (call: Pending, text: string) => void) {
    this.guard = guard;
    this.#transport = {
      start: async () => {},
      close: async () => {},
      send: async (message) => {
        if (guard.life.isAlive) this.#answered(message, hear);
      },
    };
    const { clock, ids, runtime } = guard;
    const server = createMcpServer({
      ...{ bigBrother: runtime.bigBrother, clock, ids, version: '0' },
      secrets: [KEYS.keyId, KEYS.secretKey],
      log: () => {},
    });
    void server.connect(this.#transport).then(() => {
      const capabilities = {};
      const clientInfo = { name: 'simulated-host', version: '0' };
      const params = { protocolVersion: PROTOCOL, capabilities, clientInfo };
      this.#deliver({ jsonrpc: '2.0', id: this.#nextId(), method: 'initialize', params });
      this.#deliver({ jsonrpc: '2.0', method: 'notifications/initialized' });
    });
  }

  call(tool: string, args: unknown): void {
    const id = this.#nextId();
    this.#pending.set(id, { tool, args });
    const params = { name: tool, arguments: args };
    // What a host sends is not what the protocol's types allow.
    this.#deliver({ jsonrpc: '2.0', id, method: 'tools/call', params } as JSONRPCMessage);
  }

  #nextId(): number {
    this.#id += 1;
    return this.#id;
  }

  #deliver(message: JSONRPCMessage): void {
    queueMicrotask(() => this.guard.life.enter(() => this.#transport.onmessage?.(message)));
  }

  #answered(message: JSONRPCMessage, hear: (call: Pending, text: string) => void): void {
    if (!('id' in message) || typeof message.id !== 'number') return;
    const call = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (call === undefined) return;
    const text = 'result' in message ? textOf(message.result) : null;
    hear(call, text ?? JSON.stringify(message));
  }
}

function textOf(result: unknown): string | null {
  if (typeof result !== 'object' || result === null || !('content' in result)) return null;
  const [first] = Array.isArray(result.content) ? (result.content as readonly unknown[]) : [];
  if (typeof first !== 'object' || first === null || !('text' in first)) return null;
  return typeof first.text === 'string' ? first.text : null;
}
