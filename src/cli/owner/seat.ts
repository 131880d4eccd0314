import { join } from 'node:path';
import { connectLocally } from '../../adapters/system/local-socket.ts';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import type { Running } from '../../compose.ts';
import { JOURNAL_FILE } from '../../composition/account-storage.ts';
import { AccountTakenError, StartError } from '../../composition/start-error.ts';
import { type Settings, secretsOf } from '../../config.ts';
import { type Attachment, attachTo } from '../../server/attach/attach.ts';
import type { Relay } from '../../server/attach/relay.ts';
import { OwnerDoor } from './owner-door.ts';
import { accountDirectoryOf, readOwnerFile } from './owner-file.ts';
import { announcementOf, type Started, startBigBrother } from './start.ts';

/** Tries to attach this often, and looks this long, before it tries to own the account again. */
const ATTACH_EVERY_MS = 100;
const ATTACH_FOR_MS = 2_000;
/** How long a process that was just started waits for the owner to let it attach. */
const FIRST_SEAT_MS = 15_000;
/** Between two tries to take the account over while the broker cannot be reached. */
const TRY_AGAIN_MS = 1_000;

export type SeatParts = {
  readonly settings: Settings;
  /** Reads them anew: who owns the account follows what changes in them. */
  readonly reload: () => Settings;
  /** True when this process was started to guard the account. */
  readonly guards: boolean;
  /** The host of this process, if it serves one. */
  readonly relay: Relay | null;
  readonly tell: (line: string) => void;
  /** Both show what is done; what they return ends that. */
  readonly onOwning: (running: Running) => () => void;
  readonly onAttached: (journalPath: string) => () => void;
};

type Place =
  | {
      readonly kind: 'owner';
      readonly running: Running;
      readonly door: OwnerDoor;
      readonly stopView: () => void;
    }
  | { readonly kind: 'guest'; readonly attachment: Attachment; readonly stopView: () => void };

/**
 * This process's place at an account: its one owner, or attached to the owner. When the owner
 * ends, however it ends, one of those who are attached takes its place and the others attach
 * to that one.
 */
export class Seat {
  readonly #parts: SeatParts;
  readonly #clock = new SystemClock();
  readonly #leaving = new AbortController();
  #place: Place | null = null;
  #staying: Promise<void> = Promise.resolve();

  constructor(parts: SeatParts) {
    this.#parts = parts;
  }

  /**
   * Owns the account or is attached to its owner when it resolves.
   *
   * @throws StartError when the account cannot be read, or when its owner does not answer;
   *   FileError for the data directory
   */
  async take(): Promise<void> {
    // Whoever only attaches takes nothing out of the broker's budget, and needs no network.
    const known = accountDirectoryOf(this.#parts.settings);
    const isAttached = known !== null && (await this.#tryToAttach(known)) === null;
    if (!isAttached) await this.#takeFirst();
    this.#staying = this.#stay();
  }

  /** Gives the place up: what is under way is finished and written down. */
  async leave(): Promise<void> {
    this.#leaving.abort();
    const place = this.#place;
    if (place?.kind === 'guest') place.attachment.close();
    await this.#staying;
    await this.#giveUp();
  }

  get #isLeaving(): boolean {
    return this.#leaving.signal.aborted;
  }

  async #takeFirst(): Promise<void> {
    const until = this.#clock.monotonicMs() + FIRST_SEAT_MS;
    let taken = await this.#own();
    while (taken !== null && !this.#isLeaving) {
      const refused = await this.#attach(taken);
      if (refused === null) return;
      if (this.#clock.monotonicMs() > until) {
        throw new StartError(`${taken.message} This one cannot attach to it: ${refused}.`);
      }
      taken = await this.#own();
    }
  }

  async #stay(): Promise<void> {
    while (this.#place?.kind === 'guest') {
      const { attachment, stopView } = this.#place;
      const because = await attachment.ended;
      stopView();
      this.#place = null;
      if (this.#isLeaving) return;
      const { pid } = attachment.welcome;
      this.#parts.relay?.lose(`process ${pid}, which owned the account, is gone (${because})`);
      this.#parts.tell(`Process ${pid}, which owned the account, is gone: ${because}.`);
      await this.#succeed(attachment);
    }
  }

  /** Takes the place of an owner that ended, or attaches to who was faster. */
  async #succeed(former: Attachment): Promise<void> {
    let told = '';
    while (!this.#isLeaving) {
      let because: string;
      try {
        const taken = await this.#own();
        if (this.#place?.kind === 'owner' && former.isGuarding()) {
          this.#place.door.tellWhetherGuarded(former.welcome.pid);
        }
        if (taken === null) return;
        const refused = await this.#attach(taken);
        if (refused === null) return;
        because = `${taken.message} This one cannot attach to it: ${refused}`;
      } catch (error) {
        because = error instanceof Error ? error.message : String(error);
      }
      if (because !== told) this.#parts.tell(`Not taken over yet: ${because}. It is tried again.`);
      told = because;
      await this.#clock.sleep(TRY_AGAIN_MS, this.#leaving.signal);
    }
  }

  /** @returns null when this process owns the account now, else who does */
  async #own(): Promise<AccountTakenError | null> {
    const { settings, reload, guards, relay, tell, onOwning } = this.#parts;
    let running: Started;
    try {
      running = await startBigBrother(settings, reload);
    } catch (error) {
      if (error instanceof AccountTakenError) return error;
      throw error;
    }
    const secrets = secretsOf(settings);
    const door = new OwnerDoor({ running, guards, secrets, tell });
    tell(announcementOf(running));
    this.#place = { kind: 'owner', running, door, stopView: onOwning(running) };
    door.guardAsAsked();
    const { environment, mode } = running.bigBrother.status();
    // First the door: whoever has an answer of this process may rely on its being found.
    await door.open();
    await relay?.useServer(door.createServer(mode), { environment, mode });
    return null;
  }

  /** @returns null when this process is attached now, else in words why not */
  async #attach({ accountDirectory }: AccountTakenError): Promise<string | null> {
    const until = this.#clock.monotonicMs() + ATTACH_FOR_MS;
    for (;;) {
      const because = await this.#tryToAttach(accountDirectory);
      if (because === null || this.#isLeaving) return because;
      if (this.#clock.monotonicMs() > until) return because;
      await this.#clock.sleep(ATTACH_EVERY_MS, this.#leaving.signal);
    }
  }

  async #tryToAttach(accountDirectory: string): Promise<string | null> {
    const { settings, guards, relay, tell, onAttached } = this.#parts;
    const owner = readOwnerFile(accountDirectory);
    const link = owner === null ? null : await connectLocally(owner.address);
    if (owner === null || link === null) return 'it does not listen (yet)';
    const attaching = await attachTo(link, {
      ...{
        token: owner.token,
        pid: process.pid,
        mode: settings.rules.mode,
        guards,
        clock: this.#clock,
      },
      onGuarding: (isGuarding) =>
        tell(isGuarding ? 'The account is guarded now.' : 'The account is no longer guarded.'),
    });
    if (attaching.outcome === 'refused') return attaching.because;
    const { attachment } = attaching;
    tell(this.#announcementOf(attachment));
    const stopView = onAttached(join(accountDirectory, JOURNAL_FILE));
    this.#place = { kind: 'guest', attachment, stopView };
    const { environment, mode } = attachment.welcome;
    await relay?.use(attachment.transport, { environment, mode });
    return null;
  }

  #announcementOf({ welcome }: Attachment): string {
    const { pid, environment, accountNumber, mode, isGuarding, isGuardedFor } = welcome;
    const lines = [
      `BigBrother: ${environment} account ${accountNumber}, mode ${mode}.`,
      `Process ${pid} owns the account${isGuarding ? ' and guards it' : ''}; its settings hold. ` +
        'This process is attached to it, and takes its place when it ends.',
    ];
    if (environment === 'live') lines.push('REAL MONEY: this is the live account.');
    if (isGuardedFor) lines.push('It guards the account at least as long as this process runs.');
    else if (this.#parts.guards) {
      lines.push('It is not asked to guard: it goes further than this process may.');
    }
    return lines.join('\n');
  }

  async #giveUp(): Promise<void> {
    const place = this.#place;
    this.#place = null;
    if (place === null) return;
    place.stopView();
    if (place.kind === 'guest') {
      place.attachment.close();
      return;
    }
    await place.door.close();
    const anchor = place.running.checkpoints?.newest() ?? null;
    if (anchor === null) return;
    this.#parts.tell(
      `The journal is signed; keep this elsewhere as its anchor: ${anchor.size}:${anchor.root}`,
    );
  }
}
