// The independent check of a journal, which an auditor can read in one sitting. It shares no
// code with what writes the journal and trusts nothing that it can compute by itself. What it
// checks is written down in docs/audit.md.
import { createPublicKey, hash, verify } from 'node:crypto';
import { MerkleTree } from './merkle.ts';
import { type Columns, differenceTo, linkAfter, wholeTailOf } from './one-record.ts';
import type { Stretch } from './stretch.ts';

/** The hash that stands before the first record. */
const NOTHING_BEFORE = '0'.repeat(64);
const STATEMENT_PREFIX = 'bigbrother checkpoint v1\n';

/** Where a journal begins whose older records were moved to an archive. */
export type Origin = {
  readonly seq: number;
  readonly hash: string;
  /** Roots of the full subtrees over all records up to `seq`, largest first. */
  readonly frontier: readonly string[];
};

/** What somebody outside wrote down of a journal at an earlier time. */
export type Anchor = { readonly size: number; readonly root: string };

export type Finding = {
  readonly ok: boolean;
  /** Good records from the beginning on. */
  readonly records: number;
  readonly firstBadSeq: number | null;
  readonly because: string | null;
  /** Merkle root (RFC 9162) over the hashes of the good records; what an anchor is compared with. */
  readonly root: string;
  readonly checkpoints: number;
  /** Records that the last good checkpoint signed for; what came after is chained, not signed. */
  readonly signedUpTo: number;
  /** The key that signed last, base64url; null without a checkpoint. */
  readonly publicKey: string | null;
};

/** Takes the records of a journal one by one, in order, as the text that was written. */
export class JournalVerifier {
  #seq: number;
  #hash: string;
  #bad: { readonly seq: number; readonly because: string } | null = null;
  #checkpoints = 0;
  #signedUpTo = 0;
  #publicKey: string | null = null;
  #previousStatement: string | null = null;
  readonly #isFromTheStart: boolean;
  readonly #trustedKeys: readonly string[];
  readonly #tree: MerkleTree;
  /** Anchors by size, that the root is compared with when that many records have passed. */
  readonly #anchors: readonly Anchor[];
  #nextAnchor = 0;

  constructor(
    given: {
      readonly origin?: Origin | null;
      readonly anchors?: readonly Anchor[];
      /** Keys that may have signed, base64url; without any, the first checkpoint's is taken. */
      readonly publicKeys?: readonly string[];
    } = {},
  ) {
    const { origin = null, anchors = [], publicKeys = [] } = given;
    this.#seq = origin?.seq ?? 0;
    this.#hash = origin?.hash ?? NOTHING_BEFORE;
    this.#isFromTheStart = origin === null;
    this.#tree = new MerkleTree(this.#seq, origin?.frontier ?? []);
    this.#trustedKeys = publicKeys;
    this.#anchors = anchors
      .filter(({ size }) => size > this.#seq)
      .sort((left, right) => left.size - right.size);
  }

  /** @returns false from the first bad record on: nothing after it can be trusted */
  take(record: Buffer | string, columns: Columns | null = null): boolean {
    if (this.#bad !== null) return false;
    const bytes = typeof record === 'string' ? Buffer.from(record) : record;
    const because = this.#whyBad(bytes, columns);
    if (because !== null) this.#bad = { seq: this.#seq + 1, because };
    return because === null;
  }

  /**
   * Checks a record from before the origin, which stands there once more. It can be told that
   * it was not changed; only with `archived` also that it ever stood in the journal.
   */
  takeKept(record: Buffer, columns: Columns, archived: Buffer | null): boolean {
    if (this.#bad !== null) return false;
    const tail = wholeTailOf(record);
    const flaw =
      typeof tail === 'string'
        ? tail
        : archived?.equals(record) === false
          ? 'it is not the one in the archive'
          : differenceTo(columns, record, tail);
    if (flaw !== null) this.#bad = { seq: columns.seq, because: flaw };
    return flaw === null;
  }

  /**
   * Takes records whose hashes, links and columns were checked apart, and checks their checkpoints
   * and anchors as `take` does.
   *
   * @returns whether all of them are good; if not, only `take` can tell which one is not, and why
   */
  takeStretch({ afterSeq, prev, parts }: Stretch): boolean {
    if (this.#bad !== null || afterSeq !== this.#seq || prev !== this.#hash) return false;
    return parts.every(({ checkpoint, upToSeq, lastHash, subtrees }) => {
      if (checkpoint !== null && this.#whyBadCheckpoint(checkpoint) !== null) return false;
      for (const subtree of subtrees) this.#tree.take(subtree);
      this.#seq = upToSeq;
      this.#hash = lastHash;
      return this.#whyNotAnchored() === null;
    });
  }

  /** For what cannot even be read where the next record should be. */
  unreadable(because: string): void {
    this.#bad ??= { seq: this.#seq + 1, because };
  }

  finding(): Finding {
    const missed = this.#anchors[this.#nextAnchor];
    if (this.#bad === null && missed !== undefined) {
      const because = `the journal ends after record ${this.#seq}, but an anchor saw ${missed.size}`;
      this.#bad = { seq: this.#seq + 1, because };
    }
    return {
      ok: this.#bad === null,
      records: this.#seq,
      firstBadSeq: this.#bad?.seq ?? null,
      because: this.#bad?.because ?? null,
      root: this.#tree.root(),
      checkpoints: this.#checkpoints,
      signedUpTo: this.#signedUpTo,
      publicKey: this.#publicKey,
    };
  }

  #whyBad(record: Buffer, columns: Columns | null): string | null {
    const link = linkAfter({ seq: this.#seq, hash: this.#hash }, record, columns);
    if (typeof link === 'string') return link;
    const flaw = link.type === 'checkpoint_signed' ? this.#whyBadCheckpoint(record) : null;
    if (flaw !== null) return flaw;
    this.#seq += 1;
    this.#hash = link.hash;
    this.#tree.add(link.hash);
    return this.#whyNotAnchored();
  }

  #whyNotAnchored(): string | null {
    let anchor = this.#anchors[this.#nextAnchor];
    while (anchor?.size === this.#seq) {
      if (anchor.root !== this.#tree.root()) {
        return `the first ${anchor.size} records are not those that an anchor saw`;
      }
      this.#nextAnchor += 1;
      anchor = this.#anchors[this.#nextAnchor];
    }
    return null;
  }

  #whyBadCheckpoint(record: Buffer | string): string | null {
    const body = bodyOf(record);
    if (body === null) return 'its checkpoint cannot be read';
    const { signature, ...statement } = body;
    if (statement.size !== this.#seq) return `its checkpoint signs ${statement.size} records`;
    if (statement.lastHash !== this.#hash) return 'its checkpoint names another last record';
    if (statement.root !== this.#tree.root()) return 'its checkpoint signs other records';
    const { frontier } = statement;
    if (frontier !== undefined && `${frontier}` !== `${this.#tree.roots()}`) {
      return 'its checkpoint goes on from other records';
    }
    const isFirst = this.#checkpoints === 0 && !this.#isFromTheStart;
    if (!isFirst && statement.previous !== this.#previousStatement) {
      return 'its checkpoint does not follow the one before it';
    }
    this.#publicKey ??= this.#trustedKeys[0] ?? statement.publicKey;
    if (![this.#publicKey, ...this.#trustedKeys].includes(statement.publicKey)) {
      return 'its checkpoint is signed by another key';
    }
    const said = statementOf(body);
    if (!isSignedBy(statement.publicKey, said, signature)) return 'its signature is not good';
    this.#publicKey = statement.publicKey;
    this.#previousStatement = hash('sha256', said);
    this.#checkpoints += 1;
    this.#signedUpTo = statement.size;
    return null;
  }
}

export type Checkpoint = {
  readonly size: number;
  readonly root: string;
  readonly lastHash: string;
  readonly previous: string | null;
  readonly publicKey: string;
  readonly signature: string;
  /** What the writer goes on from after a restart. */
  readonly frontier?: readonly string[];
};

function bodyOf(record: Buffer | string): Checkpoint | null {
  const { body } = JSON.parse(record.toString()) as { readonly body: Partial<Checkpoint> | null };
  const texts = [body?.root, body?.lastHash, body?.publicKey, body?.signature];
  const isWhole = texts.every((value) => typeof value === 'string');
  return isWhole && typeof body?.size === 'number' ? (body as Checkpoint) : null;
}

/** The text that is signed: all of a checkpoint but its signature, the fields in order. */
export function statementOf({ signature, ...statement }: Checkpoint): string {
  const fields = Object.entries(statement).sort(([a], [b]) => (a < b ? -1 : 1));
  return STATEMENT_PREFIX + JSON.stringify(Object.fromEntries(fields));
}

export function isSignedBy(publicKey: string, said: string, signature: string): boolean {
  try {
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: publicKey },
      format: 'jwk',
    });
    return verify(null, Buffer.from(said), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false; // A key or a signature that is none.
  }
}
