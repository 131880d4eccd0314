import type { Life, Observation, WireRequest } from '../observation.ts';
import { fieldsOf, textOf } from './fields.ts';

/** A broker that is in reach is heard of at least this often: a cycle and half of one. */
const LONGEST_SILENCE_MS = 15_000;

/** The reads without which nobody knows the account, and what each answer begins with. */
const PARTS: ReadonlyMap<string, string> = new Map([
  ['/v2/account', '{'],
  ['/v2/positions', '['],
  ['/v2/orders', '['],
]);
const LONGEST_READING_MS = 3_000;

/** A read is given up after this, and asked for again with the next cycle. */
const READ_DEADLINE_MS = 10_000;
const LONGEST_READ_MS = 2 * READ_DEADLINE_MS;

/** As many as anybody asks after. */
const MOST_FAILED_READS = 10;

/** Its clock beats every two seconds. */
const LONGEST_REST_MS = 5_000;

/** From the mildest to the strictest. */
const HALTS = ['entries', 'everything', 'flatten'] as const;
type HaltLevel = (typeof HALTS)[number];

type LifeFacts = {
  readonly startedAt: number;
  mode: string | null;
  /** The newest read of each kind that was answered. */
  readonly reads: Map<string, Read>;
  /** When each read that has no answer yet was asked for; its copies ask for the same. */
  readonly asked: Map<string, number>;
  /** When each read was last sent, the first time or again. */
  readonly sent: Map<string, number>;
  knownSince: number | null;
};

/** When a read was asked for first, and when the copy of it that was answered was sent. */
type Read = { readonly askedAt: number; readonly sentAt: number };

/** Which process lives, what it has been told to do, and whether it has the broker in reach. */
export class Lives {
  #current: Life | null = null;
  readonly #facts = new Map<Life, LifeFacts>();
  readonly #sent = new Map<number, { readonly life: Life; readonly at: number }>();
  /** When reads of the living process last failed. */
  #failedReads: number[] = [];
  #liftedAt = Number.NEGATIVE_INFINITY;
  #atWorkAt = Number.NEGATIVE_INFINITY;
  #wokeAt = Number.NEGATIVE_INFINITY;
  #frameAt = Number.NEGATIVE_INFINITY;
  #lastSign: number | null = null;
  #reachMs = 0;
  #halt: { readonly level: HaltLevel; readonly at: number } | null = null;

  /** Null while no process lives. */
  get current(): Life | null {
    return this.#current;
  }

  get halt(): { readonly level: HaltLevel; readonly at: number } | null {
    return this.#halt;
  }

  of(life: Life): LifeFacts | null {
    return this.#facts.get(life) ?? null;
  }

  /**
   * Milliseconds so far in which a process lived and had the broker in reach: from one sign of
   * it to the next. What lies between a sign and a failure is not counted.
   */
  get reachMs(): number {
    return this.#reachMs;
  }

  /**
   * The account is known as it was then: its oldest part was asked for, and the whole reading
   * arrived. Null before the first.
   */
  knownSince(life: Life): number | null {
    return this.#facts.get(life)?.knownSince ?? null;
  }

  /** Whether the living process heard a stream, or asked for the account, since then. */
  hasLookedSince(at: number): boolean {
    return this.#frameAt >= at || this.hasReadSince(at);
  }

  /** Whether it asked for the account since then, and was told. */
  hasReadSince(at: number): boolean {
    return this.#current !== null && (this.knownSince(this.#current) ?? -1) >= at;
  }

  /** When a person last lifted a halt; long ago if never. */
  get liftedAt(): number {
    return this.#liftedAt;
  }

  /**
   * Whether a read of the living process has gone without its answer for over `soonMs`, and
   * its deadline has not passed long ago.
   */
  misses(now: number, soonMs: number): boolean {
    for (const [id, { life, at }] of this.#sent) {
      const age = now - at;
      if (age > LONGEST_READ_MS) this.#sent.delete(id);
      else if (age > soonMs && life === this.#current) return true;
    }
    return false;
  }

  /** How many reads of the living process the broker has failed within the last `withinMs`. */
  readsFailedWithin(withinMs: number, now: number): number {
    return this.#failedReads.filter((at) => now - at <= withinMs).length;
  }

  /** When the living process last went on after its threads had stood still. */
  get wokeAt(): number {
    return this.#wokeAt;
  }

  /** Whether the living process shows no sign of being at work. */
  standsStill(now: number): boolean {
    return now - this.#atWorkAt > LONGEST_REST_MS;
  }

  take(observation: Observation): void {
    if (lifeIn(observation) === this.#current) this.#work(observation.at);
    switch (observation.kind) {
      case 'started':
        this.#current = observation.life;
        this.#facts.set(observation.life, {
          startedAt: observation.at,
          mode: null,
          reads: new Map(),
          asked: new Map(),
          sent: new Map(),
          knownSince: null,
        });
        this.#lastSign = null;
        break;
      case 'died':
        if (this.#current === observation.life) this.#current = null;
        this.#lastSign = null;
        break;
      case 'request_sent':
        this.#ask(observation);
        break;
      case 'answer_arrived':
        this.#answered(observation);
        break;
      case 'frame_arrived':
        if (observation.life !== this.#current) break;
        this.#frameAt = observation.at;
        this.#sign(observation.at);
        break;
      case 'record_written':
        this.#written(observation);
        break;
      case 'halt_latched':
        this.#latch(observation.level, observation.at);
        break;
      case 'halt_lifted':
        this.#liftedAt = observation.at;
        this.#halt = null;
        break;
      default:
    }
  }

  #work(at: number): void {
    if (this.standsStill(at)) this.#wokeAt = at;
    this.#atWorkAt = at;
  }

  /** Market data has a line of its own. */
  #ask({ at, request }: Extract<Observation, { kind: 'request_sent' }>): void {
    const { id, path, life } = request;
    if (!isOfAccount(request)) return;
    this.#sent.set(id, { life, at });
    const facts = this.#facts.get(life);
    const part = partOf(path);
    if (facts === undefined || !PARTS.has(part)) return;
    facts.sent.set(part, at);
    const first = facts.asked.get(part);
    const isAnew = [...PARTS.keys()].every((each) => facts.sent.get(each) === at);
    if (first === undefined || at - first >= READ_DEADLINE_MS) facts.asked.set(part, at);
    // All at once: the reading before has been given up, and this is no copy of its parts.
    if (isAnew) for (const each of PARTS.keys()) facts.asked.set(each, at);
  }

  #written({ at, life, record }: Extract<Observation, { kind: 'record_written' }>): void {
    const body = fieldsOf(record.body);
    const facts = this.#facts.get(life);
    if (record.type === 'started' && facts !== undefined) facts.mode = textOf(body.mode);
    // BigBrother halts itself, too.
    if (record.type === 'halt_latched') this.#latch(textOf(body.level), at);
    if (record.type === 'halt_lifted') this.#halt = null;
  }

  /** A stricter halt takes the place of one that holds; a milder one changes nothing. */
  #latch(level: string | null, at: number): void {
    const wanted = HALTS.find((each) => each === level) ?? 'everything';
    if (this.#halt !== null && HALTS.indexOf(this.#halt.level) >= HALTS.indexOf(wanted)) return;
    this.#halt = { level: wanted, at };
  }

  #answered({ at, request, status, body }: Extract<Observation, { kind: 'answer_arrived' }>): void {
    const sentAt = this.#sent.get(request.id)?.at ?? at;
    this.#sent.delete(request.id);
    if (!request.isOwner || request.life !== this.#current) return;
    // A proxy's page, or half an answer, says nothing of the broker.
    if (status >= 500 || status === 429 || status < 200 || !isWhole(body)) {
      this.#lastSign = null;
      if (isOfAccount(request) && status !== 429) {
        this.#failedReads = [...this.#failedReads, at].slice(-MOST_FAILED_READS);
      }
      return;
    }
    this.#sign(at);
    // A later answer finds nobody who waits for it.
    const isInTime = at - sentAt <= READ_DEADLINE_MS;
    if (request.method === 'GET' && status === 200 && isInTime) this.#read(request, body, sentAt);
  }

  #read({ path, life }: WireRequest, body: string, sentAt: number): void {
    const facts = this.#facts.get(life);
    const part = partOf(path);
    const opens = PARTS.get(part);
    if (facts === undefined || opens === undefined || !body.trimStart().startsWith(opens)) return;
    facts.reads.set(part, { askedAt: facts.asked.get(part) ?? sentAt, sentAt });
    facts.asked.delete(part);
    const parts = [...facts.reads.values()];
    if (parts.length < PARTS.size) return;
    const asked = parts.map(({ askedAt }) => askedAt);
    // Parts that were asked for at different times are not one picture. A read that was
    // repeated may be a part of each reading from when it was first asked for to its last copy.
    const since = Math.max(Math.min(...asked), Math.max(...asked) - LONGEST_READING_MS);
    if (parts.every((each) => each.sentAt >= since)) facts.knownSince = since;
  }

  #sign(at: number): void {
    const last = this.#lastSign;
    if (last !== null && at - last <= LONGEST_SILENCE_MS) this.#reachMs += at - last;
    this.#lastSign = at;
  }
}

const isOfAccount = ({ method, path, isOwner }: WireRequest): boolean =>
  method === 'GET' && isOwner && !path.startsWith('/v2/stocks');

const partOf = (path: string): string => path.split('?')[0] ?? '';

/** JSON that was not cut off, told by its ends. */
function isWhole(body: string): boolean {
  const ends = body.trim().replace(/^(.).*(.)$/s, '$1$2');
  return ends === '' || ends === '{}' || ends === '[]';
}

/** The process that an observation shows at work; null where it shows none. */
function lifeIn(observation: Observation): Life | null {
  if ('life' in observation) return observation.life;
  return observation.kind === 'request_sent' || observation.kind === 'answer_arrived'
    ? observation.request.life
    : null;
}
