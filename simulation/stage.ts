import { createHash, type Hash } from 'node:crypto';
import { MemoryEventStore } from '../src/adapters/event-stores/memory.ts';
import { HaltMemory } from '../src/adapters/system/memory-halt-latch.ts';
import { VirtualClock } from '../src/adapters/system/virtual-clock.ts';
import type { EpochMs } from '../src/domain/time.ts';
import { PaperExchange } from '../src/paper-exchange/exchange.ts';
import type { Asked, Observation, Violation, WireRequest } from './observation.ts';
import { quietHistory } from './quiet-history.ts';
import type { Scenario } from './scenario.ts';
import { REQUEST_HEADER } from './transport.ts';

export const KEYS = { keyId: 'PK-SIMULATION', secretKey: 'canary-4b1d-never-shown' };

const DAILY_VOLUME = 10_000;
/** The number of a violation that no invariant names: a fault of our own came out. */
const OWN_FAULT = 0;

/** What the observers and the counters need from an invariant checker. */
export type Watcher = {
  after(observation: Observation): readonly Violation[];
  settled(at: EpochMs): readonly Violation[];
};

type StepKind = Observation['kind'];

/** Each is one event at a seam. */
const STEPS: ReadonlySet<StepKind> = new Set<StepKind>([
  'request_carried_out',
  'answer_arrived',
  'frame_arrived',
  'record_written',
  'timer_ran',
  'started',
  'died',
  'tool_answered',
  'stranger_acted',
  'halt_latched',
  'halt_lifted',
  'fault_fired',
]);

const NEVER_ASKED: Asked = { proposed: 0, planned: 0, executed: 0, completed: 0 };

/** Of what the exchange tells of itself, a print is what the script has made happen. */
const isStep = (observation: Observation): boolean =>
  observation.kind === 'exchange_event'
    ? observation.event.kind === 'trade'
    : STEPS.has(observation.kind);

/** One world's clock, exchange and disk, and everything that is observed in it. */
export class Stage {
  readonly clock: VirtualClock;
  readonly exchange: PaperExchange;
  readonly disk = new MemoryEventStore();
  /** What the latch files beside the journal hold. */
  readonly haltMemory = new HaltMemory();
  readonly accountId: string;
  readonly fired = new Map<string, number>();
  /** What became of what the agent wanted, by intent. */
  readonly asked = new Map<string, Asked>();
  readonly violations: Violation[] = [];
  steps = 0;
  ambiguousPosts = 0;
  /** Life 0 is nobody: it stands for what did not come from a process. */
  readonly #requests = new Map<number, WireRequest>();
  readonly #trace: Hash = createHash('sha256');
  #pending = '';
  #requestId = 0;
  #watcher: Watcher | null = null;
  readonly #listeners: ((observation: Observation) => void)[] = [];

  constructor(scenario: Scenario) {
    this.clock = new VirtualClock(scenario.startAt, { quietTurns: 1 });
    const { positions, multiplier, latencies, switches, seed } = scenario;
    this.exchange = new PaperExchange(
      {
        seed: String(seed),
        accounts: [{ ...KEYS, cash: '400000', multiplier, positions: positions.map(opening) }],
        market: { kind: 'silent', symbols: positions.map(({ symbol }) => symbol) },
        latencies,
        switches,
        // Where only answers are lost, the exchange's own rules are nobody's worry.
        oracle: scenario.hasRequestBudget,
        ...(scenario.hasRequestBudget ? {} : { rest: { requestsPerMinute: null } }),
        onCarriedOut: ({ headers }, { status }) => {
          const request = this.#requests.get(Number(headers[REQUEST_HEADER]));
          if (request === undefined) return;
          this.observe({ kind: 'request_carried_out', at: this.clock.now(), request, status });
        },
        onFault: (error) => this.ownFault(error),
      },
      this.clock,
    );
    this.accountId = this.exchange.core.accountIds[0] ?? '';
    this.exchange.core.loadHistory(
      positions.flatMap((position) =>
        quietHistory({ ...position, volume: DAILY_VOLUME }, scenario.startAt),
      ),
    );
    // The oracle was there before the history, which has moved every price.
    this.exchange.oracle?.rebase();
    this.exchange.core.subscribe((event) =>
      this.observe({ kind: 'exchange_event', at: event.at, event }),
    );
    this.exchange.faults.onFired(({ rule }) => this.fire(catalogueIdOf(rule.id)));
    this.exchange.start();
  }

  /** Once; before that nothing is checked. */
  watchBy(watcher: Watcher): void {
    this.#watcher = watcher;
  }

  onObservation(listener: (observation: Observation) => void): void {
    this.#listeners.push(listener);
  }

  observe(observation: Observation): void {
    if (isStep(observation)) this.steps += 1;
    if (observation.kind === 'request_sent') {
      this.#requests.set(observation.request.id, observation.request);
    }
    this.#note(observation);
    for (const listener of this.#listeners) listener(observation);
    const found = this.#watcher?.after(observation) ?? [];
    if (found.length > 0) this.violations.push(...found);
  }

  settle(): void {
    this.violations.push(...(this.#watcher?.settled(this.clock.now()) ?? []));
  }

  /** The agent's wish has come so far; for the report only. */
  noteAsked(intent: string, stage: keyof Asked): void {
    const asked = this.asked.get(intent) ?? NEVER_ASKED;
    this.asked.set(intent, { ...asked, [stage]: asked[stage] + 1 });
  }

  fire(fault: string): void {
    this.fired.set(fault, (this.fired.get(fault) ?? 0) + 1);
    this.observe({ kind: 'fault_fired', at: this.clock.now(), fault });
  }

  /** Something threw that never may, in us or in the exchange. */
  ownFault(error: unknown): void {
    const because = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.violations.push({ invariant: OWN_FAULT, at: this.clock.now(), symbol: null, because });
  }

  nextRequestId(): number {
    this.#requestId += 1;
    return this.#requestId;
  }

  traceHash(): string {
    this.#trace.update(this.#pending);
    this.#pending = '';
    return this.#trace.copy().digest('hex');
  }

  #note(observation: Observation): void {
    this.#pending += lineOf(observation);
    if (this.#pending.length < 65_536) return;
    this.#trace.update(this.#pending);
    this.#pending = '';
  }
}

/** `B01#7` is the seventh injection of B01; `B01.2#7` its second rule. */
const catalogueIdOf = (ruleId: string): string => ruleId.replace(/(\.\d+)?(#.*)?$/, '');

const opening = ({ symbol, qty, averageEntryPrice }: Scenario['positions'][number]) => ({
  ...{ symbol, qty, averageEntryPrice },
});

/** A record's own hash covers all of it; of everything else, every word counts. */
function lineOf(observation: Observation): string {
  const { kind, at } = observation;
  switch (observation.kind) {
    case 'record_written':
      return `${kind} ${at} ${observation.life} ${observation.record.hash}\n`;
    case 'request_sent':
    case 'request_carried_out': {
      const { request } = observation;
      const { id, life, method, path, body } = request;
      return `${kind} ${at} ${id} ${life} ${method} ${path} ${body}\n`;
    }
    case 'answer_arrived':
      return `${kind} ${at} ${observation.request.id} ${observation.status} ${observation.body}\n`;
    case 'exchange_event':
      return `${kind} ${at} ${JSON.stringify(observation.event, digits)}\n`;
    default:
      return `${JSON.stringify(observation)}\n`;
  }
}

const digits = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;
