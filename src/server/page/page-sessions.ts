import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { TokenEntry } from '../access/tokens.ts';

/** A day at the desk; then a new login is needed. */
const LIVES_MS = 12 * 3_600_000;
const MOST_SESSIONS = 16;

/** `person`: by a link made in a terminal of this machine. `viewer`: by the token of a host. */
type Visitor = 'person' | 'viewer';

export type PageSession = {
  readonly visitor: Visitor;
  /** Of the token that a viewer showed. */
  readonly tokenHash: string | null;
  readonly answerKeyHash: Buffer | null;
  readonly until: number;
};

/** What a browser holds from now on; the key stays in the page, where no other port reads it. */
export type Opened = { readonly id: string; readonly answerKey: string | null };

/** Who has logged in on the page. Kept in memory: a restart ends them all. */
export class PageSessions {
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #sessions = new Map<string, PageSession>();

  constructor({ clock, ids }: { readonly clock: Clock; readonly ids: Ids }) {
    this.#clock = clock;
    this.#ids = ids;
  }

  openForPerson(): Opened {
    const answerKey = this.#ids.next('answer');
    return this.#open(
      { visitor: 'person', tokenHash: null, answerKeyHash: hashOf(answerKey) },
      answerKey,
    );
  }

  openForToken({ hash }: TokenEntry): Opened {
    return this.#open({ visitor: 'viewer', tokenHash: hash, answerKeyHash: null }, null);
  }

  /** @param tokens those that hold now: what one opened ends with it */
  find(id: string | null, tokens: readonly TokenEntry[]): PageSession | null {
    const key = keyOf(id ?? '');
    const session = this.#sessions.get(key);
    if (session === undefined) return null;
    const isRevoked =
      session.tokenHash !== null && !tokens.some(({ hash }) => hash === session.tokenHash);
    if (!isRevoked && this.#clock.monotonicMs() < session.until) return session;
    this.#sessions.delete(key);
    return null;
  }

  close(id: string): void {
    this.#sessions.delete(keyOf(id));
  }

  #open(session: Omit<PageSession, 'until'>, answerKey: string | null): Opened {
    const id = this.#ids.next('page');
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= MOST_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    this.#sessions.set(keyOf(id), { ...session, until: this.#clock.monotonicMs() + LIVES_MS });
    return { id, answerKey };
  }
}

/** Whether an answer comes out of the page that the person's link opened. */
export const mayAnswer = ({ answerKeyHash }: PageSession, key: string): boolean =>
  answerKeyHash !== null && timingSafeEqual(answerKeyHash, hashOf(key));

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();
/** What is looked up by is no secret: the time that a look takes tells nothing of an id. */
const keyOf = (id: string): string => hashOf(id).toString('hex');
