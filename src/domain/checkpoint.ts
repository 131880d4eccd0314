import { canonicalText } from './canonical.ts';
import type { EpochMs } from './time.ts';

/** What a checkpoint says of all records before it. */
export type CheckpointStatement = {
  /** Version of the program that signed. */
  readonly codeVersion: string;
  /** Roots of the full subtrees over the records, largest first: where a restart goes on. */
  readonly frontier: readonly string[];
  /** Hash of the last record it signs for. */
  readonly lastHash: string;
  /** SHA-256 of the statement before this one; null for the first. */
  readonly previous: string | null;
  /** Raw Ed25519 key, base64url. */
  readonly publicKey: string;
  /** Merkle root (RFC 9162) over the hashes of the records, hexadecimal. */
  readonly root: string;
  readonly settingsHash: string;
  /** How many records it signs for: all up to this sequence number. */
  readonly size: number;
  /** The first step whose outcome was not known then; null when every one was. */
  readonly unsettledSince: number | null;
};

/** The body of a `checkpoint_signed`. The signature is base64url, over `statementText`. */
export type Checkpoint = CheckpointStatement & { readonly signature: string };

/** What is kept outside of a checkpoint, to hold the journal to later. */
export type Anchor = Pick<Checkpoint, 'size' | 'root' | 'publicKey' | 'signature'> & {
  readonly at: EpochMs;
};

export const statementText = (statement: CheckpointStatement): string =>
  `bigbrother checkpoint v1\n${canonicalText(statement)}`;

/** How long whoever holds the key could write the end of the journal anew, and nobody would see. */
export const tamperWindowMs = (lastAnchorAt: EpochMs | null, now: EpochMs): number | null =>
  lastAnchorAt === null ? null : Math.max(0, now - lastAnchorAt);
