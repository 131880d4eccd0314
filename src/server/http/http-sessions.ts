import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { HttpLimits } from '../access/http-words.ts';
import type { Scope, TokenEntry } from '../access/tokens.ts';
import { RecentEvents } from './http-events.ts';
import { ScopedHost } from './http-scope.ts';

/** After a connection broke, a client is asked to wait so long before it comes back. */
const RETRY_MS = 1_000;

/** Leads a host to a server of its own, which goes no further than the scope. */
export type ConnectHost = (host: Transport, scope: Scope) => Promise<() => Promise<void>>;

export type Session = {
  readonly bearer: TokenEntry;
  readonly transport: StreamableHTTPServerTransport;
  readonly events: RecentEvents;
};

type Held = Session & {
  readonly host: ScopedHost;
  readonly leave: () => Promise<void>;
  lastUsedAt: number;
};

/** Why a session ended before its host ended it. */
export type Eviction = 'room' | 'idle' | 'revoked';

type Parts = {
  readonly connect: ConnectHost;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limits: HttpLimits;
  readonly log: (line: string) => void;
  readonly onEviction: (because: Eviction) => void;
};

/**
 * The sessions of all hosts. Each belongs to the token that opened it: its id opens nothing for
 * another one. Where there is no room, the one goes that nobody used for longest.
 */
export class HttpSessions {
  readonly #parts: Parts;
  readonly #held = new Map<string, Held>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** How many there are, by the name of their token. */
  counts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { bearer } of this.#held.values()) {
      counts.set(bearer.name, (counts.get(bearer.name) ?? 0) + 1);
    }
    return counts;
  }

  find(id: string, bearer: TokenEntry): Session | null {
    const held = this.#held.get(id);
    if (held === undefined || held.bearer.hash !== bearer.hash) return null;
    held.lastUsedAt = this.#parts.clock.monotonicMs();
    return held;
  }

  /** @returns null when there is no room: every session has a call under way */
  async open(bearer: TokenEntry): Promise<Session | null> {
    if (!this.#makeRoom(bearer)) return null;
    const { clock, ids, connect, log } = this.#parts;
    const id = ids.next('session');
    const events = new RecentEvents();
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      eventStore: events,
      retryInterval: RETRY_MS,
      onsessionclosed: () => this.#end(id, 'its host ended it'),
    });
    const host = new ScopedHost(transport, bearer.scope);
    // Taken before anything is awaited: nobody else gets this room meanwhile.
    let leave = async (): Promise<void> => transport.close();
    const held: Held = {
      ...{ bearer, transport, events, host, lastUsedAt: clock.monotonicMs() },
      leave: () => leave(),
    };
    this.#held.set(id, held);
    leave = await connect(host, bearer.scope);
    // Ended meanwhile: what it was just given is given back.
    if (!this.#held.has(id)) await leave();
    log(`A session of token ${bearer.name} (${bearer.scope}) began.`);
    return held;
  }

  /** Ends those whose token is none any more, and those that nobody uses. */
  sweep(tokens: readonly TokenEntry[]): void {
    const valid = new Set(tokens.map(({ hash }) => hash));
    const { clock, limits } = this.#parts;
    for (const [id, held] of this.#held) {
      if (!valid.has(held.bearer.hash)) this.#evict(id, 'revoked');
      else if (isIdle(held) && clock.monotonicMs() - held.lastUsedAt > limits.idleMs) {
        this.#evict(id, 'idle');
      }
    }
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#held.keys()].map((id) => this.#end(id, 'the server ends')));
  }

  #makeRoom({ hash }: TokenEntry): boolean {
    const { sessions, sessionsPerToken } = this.#parts.limits;
    const all = [...this.#held];
    const own = all.filter(([, { bearer }]) => bearer.hash === hash);
    // Who opens many loses its own, and not those of others.
    const crowd = own.length >= sessionsPerToken ? own : all.length >= sessions ? all : null;
    if (crowd === null) return true;
    const [longest] = crowd
      .filter(([, held]) => isIdle(held))
      .sort(([, one], [, other]) => one.lastUsedAt - other.lastUsedAt);
    if (longest === undefined) return false;
    this.#evict(longest[0], 'room');
    return true;
  }

  #evict(id: string, because: Eviction): void {
    this.#parts.onEviction(because);
    const words = { room: 'another one needs its room', idle: 'nobody used it' };
    void this.#end(id, because === 'revoked' ? 'its token was revoked' : words[because]);
  }

  async #end(id: string, because: string): Promise<void> {
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    this.#parts.log(`A session of token ${held.bearer.name} ended: ${because}.`);
    await held.leave();
    await held.transport.close();
  }
}

/** One with a call under way is none: its host waits for an answer. */
const isIdle = ({ host }: Held): boolean => host.waiting === 0;
