import { listenLocally, localAddressFor } from '../../adapters/system/local-socket.ts';
import type { Mode } from '../../domain/environment.ts';
import { wordsOf } from '../../runtime/account/second-owner.ts';
import { AttachDesk } from '../../server/attach/attach-desk.ts';
import { createMcpServer } from '../../server/mcp-server.ts';
import type { PageDoor } from '../../server/page/page-words.ts';
import { VERSION } from '../shared/version.ts';
import { accountDoor } from './account-door.ts';
import { APP_PAGE } from './app-page.ts';
import { writeOwnerFile } from './owner-file.ts';
import { pageDoor } from './page-door.ts';
import { PageHost } from './page-host.ts';
import type { Started } from './start.ts';

/** Of an owner whose account is guarded by nobody any more. */
const NOT_GUARDED = { code: 'not_guarded', symbol: null };

export type OwnerParts = {
  readonly running: Started;
  /** True when this process was started to guard the account. */
  readonly guards: boolean;
  /** Values that must never leave the process. */
  readonly secrets: readonly string[];
  readonly tell: (line: string) => void;
};

/**
 * What an owner is to the other processes of this machine: the one they attach to. The account
 * is guarded while this process or one that is attached was started for it.
 */
export class OwnerDoor {
  readonly #parts: OwnerParts;
  readonly #token: string;
  readonly #desk: AttachDesk;
  readonly #page: PageHost;
  readonly #pageDoor: PageDoor;
  #guests = 0;
  #isEnding = false;
  #stopListening: () => void = () => {};

  constructor(parts: OwnerParts) {
    this.#parts = parts;
    const { running, tell } = parts;
    this.#token = running.ids.next('token');
    this.#page = new PageHost(running);
    this.#pageDoor = pageDoor(running, parts.secrets);
    this.#desk = new AttachDesk({
      token: this.#token,
      pid: process.pid,
      clock: running.clock,
      status: () => running.bigBrother.status(),
      createServer: (mode) => this.createServer(mode),
      onGuards: (count) => {
        this.#guests = count;
        this.guardAsAsked();
      },
      strangers: () => running.strangers.strangers().map(wordsOf),
      adopt: (by) => running.strangers.adopt(by),
      enable: (policy, symbol, by) =>
        running.controls.enable(policy, symbol, by) ||
        (symbol === null && running.stepBack.enable(policy, by)),
      approvals: { waiting: running.approvals, openPage: () => this.#page.open() },
      account: accountDoor(running),
      page: this.#pageDoor,
      log: tell,
    });
  }

  /** Lets others attach. Where that fails the account is owned all the same, and it is told. */
  async open(): Promise<void> {
    const { running, tell } = this.#parts;
    const { accountDirectory } = running;
    if (accountDirectory === null) return;
    try {
      const address = localAddressFor(accountDirectory);
      const listener = await listenLocally(address, (link) => this.#desk.receive(link));
      this.#stopListening = () => listener.close();
      writeOwnerFile(accountDirectory, { address, token: this.#token, pid: process.pid });
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      tell(`Other processes cannot attach to this one: ${because}.`);
    }
  }

  createServer(atMost: Mode) {
    const { running, secrets, tell } = this.#parts;
    const { bigBrother, clock, ids, approvals } = running;
    return createMcpServer({
      ...(APP_PAGE === null ? {} : { app: { page: APP_PAGE, approvals } }),
      onRecord: (listener) => running.logger.onRecord(listener),
      guardrails: () => this.#rules(),
      models: running.models,
      bigBrother,
      clock,
      ids,
      version: VERSION,
      secrets,
      log: tell,
      atMost,
    });
  }

  async #rules(): Promise<string | null> {
    const reading = await this.#pageDoor.read('rules', {});
    return reading.outcome === 'read' ? reading.json : null;
  }

  /** Starts or ends the loop, as those who are here want it. */
  guardAsAsked(): void {
    if (this.#isEnding) return;
    const { running, guards } = this.#parts;
    const { orchestrator, alerts } = running;
    if (guards || this.#guests > 0) {
      orchestrator.start();
      alerts.clear(NOT_GUARDED);
    } else orchestrator.rest();
    this.#desk.tellGuarding(orchestrator.running);
  }

  /** To be called when the owner before this one guarded the account. */
  tellWhetherGuarded(pid: number): void {
    const { running, tell } = this.#parts;
    if (running.orchestrator.running) return;
    const because =
      `process ${pid}, which guarded the account, has ended, and nobody guards it now; orders ` +
      'that rest at the broker go on protecting. Run "bigbrother loop" to guard it again';
    running.alerts.raise({ ...NOT_GUARDED, because });
    tell(`${because}.`);
  }

  /** Ends what is under way, gives the account back, and lets those go who are attached. */
  async close(): Promise<void> {
    this.#isEnding = true;
    // Before the lock is free: the next owner listens at the same place.
    this.#stopListening();
    await this.#page.close();
    const { running } = this.#parts;
    await running.stopGuarding();
    await this.#desk.drain();
    running.close();
    this.#desk.close();
  }
}
