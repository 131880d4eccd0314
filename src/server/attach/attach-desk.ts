import { timingSafeEqual } from 'node:crypto';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { SystemStatus } from '../../domain/answers.ts';
import { type Mode, stricterMode } from '../../domain/environment.ts';
import type { Clock } from '../../ports/clock.ts';
import { type ApprovalDoor, answerOnApprovals } from '../approvals/approval-words.ts';
import { answerOnPage, type PageDoor } from '../page/page-words.ts';
import { type AccountDoor, answerOnAccount } from './account-words.ts';
import { LinkTransport } from './attach-transport.ts';
import {
  ATTACH_VERSION,
  type GuestWord,
  guestWordIn,
  type Hello,
  jsonIn,
  type LineLink,
  type OwnerWord,
  sayTo,
} from './attach-words.ts';

/** Who connects says who it is within this time. */
const HELLO_TIMEOUT_MS = 5_000;
/** Hosts start a few copies; more than this is something gone wrong. */
const MOST_GUESTS = 32;
/** How long the end of the owner waits for answers that are on their way out. */
const LAST_ANSWERS_MS = 1_000;
const LAST_ANSWERS_POLL_MS = 10;
const NO_GREETING = 'this is no greeting';

export type AttachDeskParts = {
  readonly token: string;
  readonly pid: number;
  readonly clock: Clock;
  readonly status: () => SystemStatus;
  /** One server for each connection, going no further than `mode`. */
  readonly createServer: (mode: Mode) => McpServer;
  /** Called when the number of attached processes that want the account guarded changes. */
  readonly onGuards: (count: number) => void;
  /** Orders with our mark that nobody here sent, in words. */
  readonly strangers: () => readonly string[];
  /** Takes a person's word that they are ours. @returns how many they were */
  readonly adopt: (by: string) => number;
  /** Takes a person's word that it may go on. @returns whether it was switched off */
  readonly enable: (policy: string, symbol: string | null, by: string) => boolean;
  /** Where plans wait for a person. */
  readonly approvals: ApprovalDoor;
  /** What a person at a terminal may ask for the account as a whole. */
  readonly account: AccountDoor;
  /** What the local page shows. */
  readonly page: PageDoor;
  readonly log: (line: string) => void;
};

type Guest = {
  readonly link: LineLink;
  readonly transport: LinkTransport;
  readonly guards: boolean;
};

/**
 * Where other processes of this machine attach to the owner of the account. Each has an MCP
 * server of its own; what one sends that is no message ends that one connection.
 */
export class AttachDesk {
  readonly #parts: AttachDeskParts;
  readonly #guests = new Set<Guest>();
  #isClosing = false;

  constructor(parts: AttachDeskParts) {
    this.#parts = parts;
  }

  /** Takes a connection that was just made. */
  receive(link: LineLink): void {
    const { clock } = this.#parts;
    let guest: Guest | null = null;
    const giveUp = clock.after(HELLO_TIMEOUT_MS, () => link.close());
    link.listen(
      (line) => {
        const json = jsonIn(line);
        if (guest === null) {
          giveUp();
          guest = this.#answerFirst(link, guestWordIn(json));
        } else if (guestWordIn(json)?.kind === 'ping') sayTo(link, { kind: 'pong' });
        else if (!guest.transport.take(json)) {
          this.#parts.log('an attached process sent what is no message; it was let go');
          link.close();
          this.#leave(guest);
        }
      },
      () => {
        giveUp();
        if (guest !== null) this.#leave(guest);
      },
    );
  }

  /** Tells everybody whether the account is guarded now. */
  tellGuarding(isGuarding: boolean): void {
    for (const { link } of this.#guests) sayTo(link, { kind: 'guarding', isGuarding });
  }

  /** Takes nobody in any more; resolves when answers that are due have left, or soon after. */
  async drain(): Promise<void> {
    this.#isClosing = true;
    const { clock } = this.#parts;
    const until = clock.monotonicMs() + LAST_ANSWERS_MS;
    const isDue = () => [...this.#guests].some(({ transport }) => transport.unanswered > 0);
    while (isDue() && clock.monotonicMs() < until) await clock.sleep(LAST_ANSWERS_POLL_MS);
  }

  /** Lets everybody go: one of them will own the account. */
  close(): void {
    this.#isClosing = true;
    for (const { link, transport } of this.#guests) {
      link.close();
      transport.ended();
    }
    this.#guests.clear();
  }

  /** The first word of a connection; only who attaches stays. */
  #answerFirst(link: LineLink, word: GuestWord | null): Guest | null {
    const because = this.#whyNot(word);
    if (because !== null || word === null || word.kind === 'ping') {
      sayTo(link, { kind: 'refused', because: because ?? NO_GREETING });
      link.close();
      return null;
    }
    switch (word.kind) {
      case 'hello':
        return this.#admit(link, word);
      case 'list_strangers':
        sayTo(link, { kind: 'strangers', orders: [...this.#parts.strangers()] });
        break;
      case 'adopt':
        sayTo(link, { kind: 'adopted', count: this.#parts.adopt(word.by) });
        break;
      case 'enable': {
        const { policy, symbol, by } = word;
        sayTo(link, { kind: 'enabled', wasOff: this.#parts.enable(policy, symbol, by) });
        break;
      }
      case 'list_approvals':
      case 'approve':
      case 'reject':
      case 'open_page':
        void this.#answerLater(link, answerOnApprovals(word, this.#parts.approvals));
        return null;
      case 'roll_back':
      case 'list_settings':
      case 'accept_settings':
      case 'inspect':
      case 'forget':
        void this.#answerLater(link, answerOnAccount(word, this.#parts.account));
        return null;
      case 'read_page':
        void this.#answerLater(link, answerOnPage(word, this.#parts.page));
        return null;
    }
    link.close();
    return null;
  }

  async #answerLater(link: LineLink, answer: Promise<OwnerWord>): Promise<void> {
    try {
      sayTo(link, await answer);
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      sayTo(link, { kind: 'refused', because });
    }
    link.close();
  }

  #whyNot(word: GuestWord | null): string | null {
    if (word === null || word.kind === 'ping') return NO_GREETING;
    if (!isSame(word.token, this.#parts.token)) return 'the token is not the one of the owner';
    if (word.kind === 'hello' && word.version !== ATTACH_VERSION) {
      return (
        `the owner (process ${this.#parts.pid}) runs another version of BigBrother: ` +
        'stop all of them and start them anew'
      );
    }
    if (this.#isClosing) return 'the owner is ending';
    if (this.#guests.size >= MOST_GUESTS) {
      return `${MOST_GUESTS} processes are attached already: end those that nobody uses`;
    }
    return null;
  }

  #admit(link: LineLink, hello: Hello): Guest {
    const { pid, status, createServer, log } = this.#parts;
    const { environment, accountNumber, loopRunning, mode: ours } = status();
    const mode = stricterMode(ours, hello.mode);
    // Who may not go as far as the owner does not make the owner act.
    const guards = hello.guards && mode === ours;
    const transport = new LinkTransport(link);
    const guest = { link, transport, guards };
    this.#guests.add(guest);
    sayTo(link, {
      ...{ kind: 'welcome', pid, environment, accountNumber, mode },
      isGuarding: loopRunning,
      isGuardedFor: guards,
    });
    // Whatever goes wrong for one guest, the owner stays for the others.
    const serve = async (): Promise<void> => createServer(mode).connect(transport);
    serve().catch((error: unknown) => {
      log(`an attached process could not be served: ${String(error)}`);
      link.close();
      this.#leave(guest);
    });
    log(`process ${hello.pid} is attached`);
    if (guards) this.#countGuards();
    return guest;
  }

  #leave(guest: Guest): void {
    if (!this.#guests.delete(guest)) return;
    guest.transport.ended();
    if (guest.guards) this.#countGuards();
  }

  #countGuards(): void {
    this.#parts.onGuards([...this.#guests].filter(({ guards }) => guards).length);
  }
}

function isSame(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}
