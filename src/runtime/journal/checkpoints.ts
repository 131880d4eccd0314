import { sha256 } from '../../domain/canonical.ts';
import { type Anchor, type Checkpoint, statementText } from '../../domain/checkpoint.ts';
import type { EventType, JournalRecord } from '../../domain/event.ts';
import { fieldAt } from '../../domain/record-body.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Signer } from '../../ports/signer.ts';
import type { AlertBoard } from './alert-board.ts';
import type { Anchoring } from './anchoring.ts';
import type { EventLogger } from './event-logger.ts';
import { MerkleTree } from './merkle-tree.ts';

const EVERY_RECORDS = 256;
const EVERY_MS = 5 * 60_000;
/** What an account may do changes with these: they are signed for at once. */
const TURNING_POINTS: ReadonlySet<EventType> = new Set<EventType>([
  'started',
  'settings_loaded',
  'trading_state_changed',
  'halt_latched',
  'halt_lifted',
]);

type Parts = {
  readonly logger: EventLogger;
  readonly clock: Clock;
  readonly signer: Signer;
  readonly anchoring: Anchoring;
  readonly alerts: AlertBoard;
  readonly settingsHash: () => string;
  readonly codeVersion: string;
  /** The first step whose outcome is not known; null when every one is. */
  readonly unsettledSince: () => number | null;
};

/**
 * Signs for the journal as it grows: every 256 records, every 5 minutes, when the account may do
 * other things than before, at the close of a session and at the end. Signing takes place
 * between two events, so that no durable write waits for it.
 */
export class Checkpoints {
  readonly #parts: Parts;
  #tree = new MerkleTree();
  #lastHash = '';
  #previous: string | null = null;
  #newest: Anchor | null = null;
  #signedSize = 0;
  #wasOpen = false;
  #isDue = false;
  #cancelTimer: () => void = () => {};

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Takes up what was signed before, and signs from now on. */
  start(): void {
    const { logger } = this.#parts;
    if (logger.brokenBecause !== null) return;
    const [last] = logger.getHistory({ types: ['checkpoint_signed'], limit: 1 }).records;
    if (last !== undefined) this.#takeUp(last);
    if (logger.brokenBecause !== null) return;
    for (const record of logger.recordsAfter(this.#tree.size)) this.#add(record);
    logger.onRecord((record) => this.#hear(record));
    this.#waitForNext();
  }

  /** Signs for all that was written. To be called when nothing more will be. */
  stop(): void {
    this.#cancelTimer();
    this.#sign();
  }

  /** The newest checkpoint; null before the first. */
  newest(): Anchor | null {
    return this.#newest;
  }

  #takeUp({ body, at }: JournalRecord): void {
    const { logger, signer, alerts } = this.#parts;
    const { signature, ...statement } = body as unknown as Checkpoint;
    const said = statementText(statement);
    if (statement.publicKey !== signer.publicKey) {
      const because =
        `the journal was signed by key ${statement.publicKey} and goes on with ` +
        `${signer.publicKey}: "bigbrother verify" has to be told both`;
      alerts.raise({ code: 'checkpoint_key_changed', symbol: null, because });
    } else if (signer.sign(said) !== signature) {
      logger.breakBecause(`its checkpoint over ${statement.size} records was not signed here`);
      return;
    }
    this.#tree = new MerkleTree(statement.size, statement.frontier);
    this.#previous = sha256(said);
    this.#signedSize = statement.size;
    this.#newest = anchorFrom(statement, signature, at);
  }

  #hear(record: JournalRecord): void {
    this.#add(record);
    if (record.type === 'checkpoint_signed') return;
    const isLong = this.#tree.size - this.#signedSize >= EVERY_RECORDS;
    const isTurningPoint = TURNING_POINTS.has(record.type) || this.#hasClosed(record);
    if (isLong || isTurningPoint) this.#signSoon();
  }

  #hasClosed(record: JournalRecord): boolean {
    if (record.type !== 'snapshot_taken') return false;
    const wasOpen = this.#wasOpen;
    const isOpen = fieldAt(record.body, 'sessionOpen');
    this.#wasOpen = isOpen === true;
    return wasOpen && isOpen === false;
  }

  #add({ hash }: JournalRecord): void {
    this.#tree.add(hash);
    this.#lastHash = hash;
  }

  #signSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#parts.clock.after(0, () => {
      this.#isDue = false;
      this.#sign();
    });
  }

  #waitForNext(): void {
    this.#cancelTimer = this.#parts.clock.after(EVERY_MS, () => {
      this.#sign();
      this.#waitForNext();
    });
  }

  #sign(): void {
    const { logger, signer, anchoring, clock } = this.#parts;
    const { size } = this.#tree;
    // A checkpoint signs for those before it; one over nothing but the last one says nothing.
    if (size <= this.#signedSize + 1 || logger.brokenBecause !== null) return;
    const statement = {
      codeVersion: this.#parts.codeVersion,
      frontier: this.#tree.frontier(),
      lastHash: this.#lastHash,
      previous: this.#previous,
      publicKey: signer.publicKey,
      root: this.#tree.root(),
      settingsHash: this.#parts.settingsHash(),
      size,
      unsettledSince: this.#parts.unsettledSince(),
    };
    const said = statementText(statement);
    const body: Checkpoint = { ...statement, signature: signer.sign(said) };
    this.#previous = sha256(said);
    this.#signedSize = size;
    logger.log({ type: 'checkpoint_signed', actor: 'system', body });
    logger.commit();
    // Outside nobody may know of records that this disk does not hold.
    if (logger.brokenBecause !== null) return;
    this.#newest = anchorFrom(statement, body.signature, clock.now());
    anchoring.bring(this.#newest);
  }
}

const anchorFrom = (
  { size, root, publicKey }: Pick<Checkpoint, 'size' | 'root' | 'publicKey'>,
  signature: string,
  at: number,
): Anchor => ({ at, publicKey, root, signature, size });
