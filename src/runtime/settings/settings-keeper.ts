import { digestOf, type Json } from '../../domain/canonical.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { fieldAt } from '../../domain/record-body.ts';
import type { Direction } from '../../domain/settings-direction.ts';
import { type EpochMs, isoTime } from '../../domain/time.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { AlertBoard } from '../journal/alert-board.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import {
  changeInWords,
  changesBetween,
  knownIn,
  type SettingChange,
  valueAt,
  withChanges,
} from './settings-diff.ts';

const HELD = { code: 'settings_held', symbol: null };
const CODE_LETTERS = 8;

/** Looser settings that wait: for a person, and then for their time. */
export type PendingSettings = {
  readonly changes: readonly SettingChange[];
  /** What the person has to type; never told to an agent. */
  readonly code: string;
  readonly since: EpochMs;
  /** When they will hold; null until a person has accepted them. */
  readonly appliesAt: EpochMs | null;
};

type Parts<Rules> = {
  /** As the settings file and the environment have them now. */
  readonly wanted: Json;
  /** Those that held last, out of the journal; null for the first start. */
  readonly accepted: Json | null;
  /** @throws for what no settings file could say */
  readonly fromJson: (json: Json) => Rules;
  readonly directionOf: (path: string) => Direction | null;
  /** The one setting that BigBrother chooses by itself; no file changes it while there is a choice. */
  readonly ownChoice: string;
  /** How long a looser setting waits once it was accepted. */
  readonly delayMs: (rules: Rules) => number;
  readonly clock: Clock;
  readonly ids: Ids;
};

type Report = { readonly logger: EventLogger; readonly alerts: AlertBoard };

/**
 * The settings that hold. What makes them stricter holds at once; what makes them looser, or
 * where nobody can tell, waits until a person has typed a code, and for a while after that.
 * That is so for a file that changes while BigBrother runs, and for one that changed between
 * two runs.
 */
export class SettingsKeeper<Rules> {
  readonly #parts: Parts<Rules>;
  #json: Json;
  #rules: Rules;
  #hash: string;
  #pending: PendingSettings | null = null;
  #report: Report | null = null;
  #cancelTimer: () => void = () => {};

  constructor(parts: Parts<Rules>) {
    this.#parts = parts;
    const { wanted, accepted, fromJson } = parts;
    const known = accepted === null ? wanted : knownIn(accepted, wanted);
    this.#json = accepted !== null && this.#isSound(known) ? known : wanted;
    this.#rules = fromJson(this.#json);
    this.#hash = this.#digest();
    this.offer(wanted);
  }

  rules(): Rules {
    return this.#rules;
  }

  json(): Json {
    return this.#json;
  }

  /** Digest of what the owner has set; what BigBrother chose among it is not in it. */
  hash(): string {
    return this.#hash;
  }

  pending(): PendingSettings | null {
    return this.#pending;
  }

  /** From now on what changes is written down and told; also what waits already. */
  start(report: Report): void {
    this.#report = report;
    if (this.#pending !== null) this.#tellHeld(this.#pending);
  }

  stop(): void {
    this.#cancelTimer();
  }

  /** Takes settings as they are wanted now, as far as they may hold without a person. */
  offer(wanted: Json): void {
    const { directionOf, ownChoice } = this.#parts;
    const changes = changesBetween(this.#json, wanted, directionOf).filter(
      ({ path }) => path !== ownChoice,
    );
    const tighter = changes.filter(({ effect }) => effect === 'tighter');
    const isApart = tighter.length > 0 && this.#isSound(withChanges(this.#json, tighter));
    if (isApart) this.#apply(tighter, 'system', 'stricter settings hold at once');
    // Those that are only sound together wait together.
    this.#hold(isApart ? changes.filter(({ effect }) => effect === 'looser') : changes);
  }

  /**
   * A person accepts what is pending.
   *
   * @param by who says so, in words
   * @returns when it will hold, or in words why not
   */
  accept(code: string, by: string): { readonly appliesAt: EpochMs } | { readonly because: string } {
    const { clock, delayMs } = this.#parts;
    const pending = this.#pending;
    if (pending === null) return { because: 'no setting waits to be accepted' };
    if (code.trim().toUpperCase() !== pending.code) {
      return { because: 'the code is another one: "bigbrother settings pending" shows it' };
    }
    if (pending.appliesAt !== null) return { appliesAt: pending.appliesAt };
    const waitMs = delayMs(this.#rules);
    const appliesAt = clock.now() + waitMs;
    this.#pending = { ...pending, appliesAt };
    const because = `accepted by ${by}; holds from ${isoTime(appliesAt)} on`;
    this.#report?.logger.logDurably({
      type: 'settings_held',
      actor: 'person',
      body: { changes: pending.changes, by, appliesAt, because },
    });
    this.#cancelTimer = clock.after(waitMs, () => {
      this.#pending = null;
      this.#apply(pending.changes, 'person', because);
      this.#report?.alerts.clear(HELD);
    });
    return { appliesAt };
  }

  /** BigBrother's own choice among what the owner has approved holds at once. */
  choose(after: Json, because: string): void {
    const path = this.#parts.ownChoice;
    const before = valueAt(this.#json, path);
    if (before === after) return;
    this.#apply([{ path, before, after, effect: 'looser' }], 'system', because);
  }

  #apply(changes: readonly SettingChange[], actor: 'person' | 'system', because: string): void {
    this.#json = withChanges(this.#json, changes);
    this.#rules = this.#parts.fromJson(this.#json);
    this.#hash = this.#digest();
    const body = { changes, because, rules: this.#json, settingsHash: this.#hash };
    this.#report?.logger.logDurably({ type: 'settings_changed', actor, body });
  }

  #hold(changes: readonly SettingChange[]): void {
    const before = this.#pending;
    if (before !== null && digestOf(before.changes) === digestOf(changes)) return;
    this.#cancelTimer();
    this.#pending = null;
    if (changes.length === 0) {
      this.#report?.alerts.clear(HELD);
      return;
    }
    const { clock, ids } = this.#parts;
    const code = ids.next('change').slice(-CODE_LETTERS).toUpperCase();
    this.#pending = { changes, code, since: clock.now(), appliesAt: null };
    this.#tellHeld(this.#pending);
  }

  #tellHeld({ changes }: PendingSettings): void {
    if (this.#report === null) return;
    const { logger, alerts } = this.#report;
    const words = changes.map(changeInWords).join('; ');
    const because = `not in force until a person accepts it in a terminal: ${words}`;
    logger.log({ type: 'settings_held', actor: 'system', body: { changes, because } });
    alerts.clear(HELD);
    alerts.raise({
      ...HELD,
      because: `${because}. "bigbrother settings pending" shows how`,
    });
  }

  #digest(): string {
    const path = this.#parts.ownChoice;
    const chosen = { path, before: null, after: null, effect: 'looser' } as const;
    return digestOf(withChanges(this.#json, [chosen]));
  }

  #isSound(json: Json): boolean {
    try {
      this.#parts.fromJson(json);
      return true;
    } catch {
      return false;
    }
  }
}

/** The settings that a record says hold from then on; null for another one. */
export function rulesIn({ type, body }: JournalRecord): Json | null {
  if (type !== 'settings_loaded' && type !== 'settings_changed') return null;
  return fieldAt(body, 'rules') ?? null;
}
