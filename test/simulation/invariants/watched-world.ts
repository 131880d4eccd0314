import { guardrails, policySettings } from '../../../policies/registry.ts';
import { Invariants } from '../../../simulation/invariants/invariants.ts';
import type { Observation, Violation, WireRequest } from '../../../simulation/observation.ts';
import { MemoryEventStore } from '../../../src/adapters/event-stores/memory.ts';
import type { JournalRecord } from '../../../src/domain/event.ts';
import type { EventStore } from '../../../src/ports/event-store.ts';
import type { RuntimeSettings } from '../../../src/runtime/settings/settings.ts';
import { type Given, guardedAccount, settle } from '../../support/guarded-account.ts';

export const CANARY = 'canary-never-shown';

type Told = Observation extends infer One
  ? One extends Observation
    ? Omit<One, 'at'>
    : never
  : never;

/**
 * A guarded account of which all is watched by the invariants: the real exchange, SDK and
 * runtime. What is really done goes through it; what is only said goes through `say`.
 */
export async function watchedWorld(given: Given = {}) {
  const guarded = await guardedAccount(given);
  const { clock, exchange } = guarded;
  const { core } = exchange;
  const accountId = core.accountIds[0] ?? '';
  const violations: Violation[] = [];
  const observations: Observation[] = [];
  const faults: unknown[] = [];
  // Lets a test bend what the exchange's books say.
  const lies: Partial<Record<keyof typeof core, unknown>> = {};
  const bent = new Proxy(core, {
    get(target, name: keyof typeof core) {
      const value = lies[name] ?? Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const invariants = new Invariants({
    core: bent,
    accountId,
    guardrails: guardrails(policySettings.parse({})).map(({ name }) => name),
    canaries: [CANARY],
  });
  const say = (told: Told): void => {
    const observation = { at: clock.now(), ...told } as Observation;
    observations.push(observation);
    try {
      violations.push(...invariants.after(observation));
    } catch (fault) {
      // The exchange makes a 500 of what its listeners throw.
      faults.push(fault);
    }
  };
  let requests = 0;
  let life = 0;

  /** The wire of one process, or of the client of `halt`. */
  const wire =
    (of: number, isOwner = true, fetchApi = exchange.fetchApi) =>
    async (url: string, init: RequestInit) => {
      const { pathname, search } = new URL(url);
      requests += 1;
      const request: WireRequest = {
        id: requests,
        life: of,
        isOwner,
        method: init.method ?? 'GET',
        path: pathname + search,
        body: typeof init.body === 'string' ? init.body : '',
      };
      say({ kind: 'request_sent', request });
      const response = await fetchApi(url, init);
      const body = await response.clone().text();
      say({ kind: 'request_carried_out', request, status: response.status });
      say({ kind: 'answer_arrived', request, status: response.status, body });
      return response;
    };

  core.subscribe((event) => {
    say({ kind: 'exchange_event', event });
    if (event.kind === 'trade_update' && life > 0) say({ kind: 'frame_arrived', life });
  });

  const disk = new MemoryEventStore();
  const telling = (of: number): EventStore => ({
    append(records) {
      disk.append(records);
      for (const record of records) say({ kind: 'record_written', life: of, record });
    },
    last: () => disk.last(),
    query: (query) => disk.query(query),
    scan: (fromSeq) => disk.scan(fromSeq),
    close: () => disk.close(),
  });

  /** A process at work is seen by its timers. */
  const beat = (of: number): void => {
    if (of !== life) return;
    say({ kind: 'timer_ran', life: of });
    clock.after(2_000, () => beat(of));
  };

  /** A process begins, and guards the account from then on. */
  const begin = async (settings: Partial<RuntimeSettings> = {}) => {
    life += 1;
    const { fetchApi } = exchange;
    // The rig hands the exchange's own wire to the SDK; this process gets one that is watched.
    Object.assign(exchange, { fetchApi: wire(life, true, fetchApi) });
    const runtime = guarded.boot(settings, telling(life));
    Object.assign(exchange, { fetchApi });
    say({ kind: 'started', life });
    beat(life);
    await settle(clock, runtime.start());
    runtime.orchestrator.start();
    await clock.advanceBy(1_000);
    return runtime;
  };

  /** What the owner's process sends without its coordinator: the thing that must not happen. */
  const sendAsOwner = (method: string, path: string, body?: object, isOwner = true, of = life) =>
    settle(
      clock,
      wire(of, isOwner)(`http://127.0.0.1${path}`, {
        method,
        headers: {
          'APCA-API-KEY-ID': exchange.credentials.keyId,
          'APCA-API-SECRET-KEY': exchange.credentials.secretKey,
          'content-type': 'application/json',
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );

  /** Records as the journal holds them, which a test may say again with a change. */
  const records = (...types: readonly JournalRecord['type'][]): readonly JournalRecord[] =>
    [...disk.scan(1)].filter(({ type }) => types.includes(type));

  return {
    ...{ clock, exchange, core, accountId, price: guarded.price, trade: guarded.trade },
    ...{
      lies,
      invariants,
      violations,
      faults,
      observations,
      disk,
      say,
      begin,
      sendAsOwner,
      records,
    },
    /** The numbers of the rules that were broken so far, each once. */
    broken: () => [...new Set(violations.map(({ invariant }) => invariant))].sort((a, b) => a - b),
    settled: () => invariants.settled(clock.now()),
    get life() {
      return life;
    },
  };
}

export type WatchedWorld = Awaited<ReturnType<typeof watchedWorld>>;

/** The stop that rests on AAPL. */
export const stopOf = ({ core, accountId }: WatchedWorld) => {
  const open = core.listOrders(accountId, {
    ...{ status: 'open', limit: 50, after: null, until: null, afterOrderId: null },
    ...{ beforeOrderId: null, direction: 'asc', nested: false, symbols: null, side: null },
  } as const);
  const stop = open.map(({ order }) => order).find(({ type }) => type === 'stop_limit');
  if (stop === undefined) throw new Error('no stop rests');
  return stop;
};
