// The independent check of a journal: one file that an auditor can read in one sitting. It shares
// no code with what writes the journal and trusts nothing that it can compute by itself. What it
// checks is written down in docs/audit.md.
import { createPublicKey, hash, verify } from 'node:crypto';

/** The hash that stands before the first record. */
const NOTHING_BEFORE = '0'.repeat(64);
/** As long as `"hash":"…",` with its 64 digits. */
const HASH_FIELD_LENGTH = 74;
const STATEMENT_PREFIX = 'bigbrother checkpoint v1\n';

/** Where a journal begins whose older records were moved to an archive. */
export type Origin = {
  readonly seq: number;
  readonly hash: string;
  /** Roots of the full subtrees over all records up to `seq`, largest first. */
  readonly frontier: readonly Subtree[];
};
export type Subtree = { readonly size: number; readonly root: string };

/** What somebody outside wrote down of a journal at an earlier time. */
export type Anchor = { readonly size: number; readonly root: string };

/** The columns that stand beside a record in the database; they must say the same as the record. */
export type Columns = {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly symbol: string | null;
  readonly planId: string | null;
  readonly orderId: string | null;
};

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
  /** The key that signed, base64url; null without a checkpoint. */
  readonly publicKey: string | null;
};

/** The last fields of a record; names and ids still as JSON text. */
type Tail = {
  readonly hash: string;
  readonly orderId: string;
  readonly planId: string;
  readonly prev: string;
  readonly seq: number;
  readonly symbol: string;
  readonly type: string;
};

/** Takes the records of a journal one by one, in order, as the text that was written. */
export class JournalVerifier {
  #seq: number;
  #hash: string;
  #bad: { readonly seq: number; readonly because: string } | null = null;
  #checkpoints = 0;
  #signedUpTo = 0;
  #publicKey: string | null;
  #previousStatement: string | null = null;
  readonly #isFromTheStart: boolean;
  readonly #tree: MerkleTree;
  /** Anchors by size, that the root is compared with when that many records have passed. */
  readonly #anchors: readonly Anchor[];
  #nextAnchor = 0;

  constructor(
    given: {
      readonly origin?: Origin | null;
      readonly anchors?: readonly Anchor[];
      /** The key that must have signed, base64url; without it the first checkpoint's is taken. */
      readonly publicKey?: string | null;
    } = {},
  ) {
    const { origin = null, anchors = [], publicKey = null } = given;
    this.#seq = origin?.seq ?? 0;
    this.#hash = origin?.hash ?? NOTHING_BEFORE;
    this.#isFromTheStart = origin === null;
    this.#tree = new MerkleTree(origin?.frontier ?? []);
    this.#publicKey = publicKey;
    this.#anchors = anchors
      .filter(({ size }) => size > this.#seq)
      .sort((left, right) => left.size - right.size);
  }

  /** @returns false from the first bad record on: nothing after it can be trusted */
  take(text: string, columns: Columns | null = null): boolean {
    if (this.#bad !== null) return false;
    const because = this.#whyBad(text, columns);
    if (because !== null) this.#bad = { seq: this.#seq + 1, because };
    return because === null;
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

  #whyBad(text: string, columns: Columns | null): string | null {
    const hashAt = text.lastIndexOf('"hash":"');
    const tail = hashAt < 0 ? null : tailOf(text.slice(hashAt));
    if (tail === null) return 'it is not a record of version 1';
    const expected = this.#seq + 1;
    if (tail.seq !== expected) return `record ${tail.seq} stands in its place`;
    if (tail.prev !== this.#hash) return 'it does not follow the record before it';
    const unhashed = text.slice(0, hashAt) + text.slice(hashAt + HASH_FIELD_LENGTH);
    if (hash('sha256', unhashed) !== tail.hash) return 'it was changed after it was written';
    const difference = columns === null ? null : differenceTo(columns, text, tail);
    if (difference !== null) return difference;
    if (tail.type === 'checkpoint_signed') {
      const flaw = this.#whyBadCheckpoint(text);
      if (flaw !== null) return flaw;
    }
    this.#seq = expected;
    this.#hash = tail.hash;
    this.#tree.add(tail.hash);
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

  #whyBadCheckpoint(text: string): string | null {
    const body = bodyOf(text);
    if (body === null) return 'its checkpoint cannot be read';
    const { signature, ...statement } = body;
    if (statement.size !== this.#seq) return `its checkpoint signs ${statement.size} records`;
    if (statement.lastHash !== this.#hash) return 'its checkpoint names another last record';
    if (statement.root !== this.#tree.root()) return 'its checkpoint signs other records';
    const isFirst = this.#checkpoints === 0 && !this.#isFromTheStart;
    if (!isFirst && statement.previous !== this.#previousStatement) {
      return 'its checkpoint does not follow the one before it';
    }
    this.#publicKey ??= statement.publicKey;
    if (statement.publicKey !== this.#publicKey) return 'its checkpoint is signed by another key';
    const said = STATEMENT_PREFIX + sorted(statement);
    if (!isSignedBy(statement.publicKey, said, signature)) return 'its signature is not good';
    this.#previousStatement = hash('sha256', said);
    this.#checkpoints += 1;
    this.#signedUpTo = statement.size;
    return null;
  }
}

const STRING = '"(?:[^"\\\\]|\\\\.)*"';
const MAYBE = `(null|${STRING})`;
const HASH = '"([0-9a-f]{64})"';
const TAIL = new RegExp(
  `^"hash":${HASH},"orderId":${MAYBE},"planId":${MAYBE},"prev":${HASH},` +
    `"seq":([1-9]\\d{0,15}),"symbol":${MAYBE},"type":"([a-z_]+)","v":1\\}$`,
);

/**
 * What stands at the end of a record from its hash on. A quote inside a string is escaped, so
 * the last `"hash":"` is the record's own field, and after it come only plain values.
 */
function tailOf(text: string): Tail | null {
  const found = TAIL.exec(text);
  if (found === null) return null;
  const [, own = '', orderId = '', planId = '', prev = '', seq = '', symbol = '', type = ''] =
    found;
  return { hash: own, orderId, planId, prev, seq: Number(seq), symbol, type };
}

function differenceTo(columns: Columns, text: string, tail: Tail): string | null {
  const at = Number(/^\{"actor":"[a-z]+","at":(-?\d+),/.exec(text)?.[1]);
  const { seq, type } = tail;
  const [symbol, planId, orderId] = [tail.symbol, tail.planId, tail.orderId].map(
    (value) => JSON.parse(value) as string | null,
  );
  const said = { seq, at, type, symbol, planId, orderId };
  for (const name of ['seq', 'at', 'type', 'symbol', 'planId', 'orderId'] as const) {
    if (columns[name] !== said[name])
      return `its column ${name} says something else than the record`;
  }
  return null;
}

type Checkpoint = {
  readonly size: number;
  readonly root: string;
  readonly lastHash: string;
  readonly previous: string | null;
  readonly publicKey: string;
  readonly signature: string;
};

function bodyOf(text: string): Checkpoint | null {
  const { body } = JSON.parse(text) as { readonly body: Partial<Checkpoint> | null };
  const texts = [body?.root, body?.lastHash, body?.publicKey, body?.signature];
  const isWhole = texts.every((value) => typeof value === 'string');
  return isWhole && typeof body?.size === 'number' ? (body as Checkpoint) : null;
}

const sorted = (flat: object): string =>
  JSON.stringify(Object.fromEntries(Object.entries(flat).sort(([a], [b]) => (a < b ? -1 : 1))));

function isSignedBy(publicKey: string, said: string, signature: string): boolean {
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

/** RFC 9162, 2.1: leaves are hashed behind a 0x00, nodes behind a 0x01. Keeps full subtrees only. */
class MerkleTree {
  readonly #subtrees: { size: number; root: Buffer }[];

  constructor(frontier: readonly Subtree[]) {
    this.#subtrees = frontier.map(({ size, root }) => ({ size, root: Buffer.from(root, 'hex') }));
  }

  add(recordHash: string): void {
    let right = { size: 1, root: leaf(recordHash) };
    let left = this.#subtrees.at(-1);
    while (left?.size === right.size) {
      this.#subtrees.pop();
      right = { size: left.size + right.size, root: node(left.root, right.root) };
      left = this.#subtrees.at(-1);
    }
    this.#subtrees.push(right);
  }

  root(): string {
    const roots = this.#subtrees.map(({ root }) => root);
    const last = roots.pop();
    if (last === undefined) return hash('sha256', '');
    return roots.reduceRight((right, left) => node(left, right), last).toString('hex');
  }
}

// An entry of the log is a record's hash as it is written, in hexadecimal digits.
const leaf = (recordHash: string): Buffer => hash('sha256', `\0${recordHash}`, 'buffer');

function node(left: Buffer, right: Buffer): Buffer {
  PAIR.set(left, 1);
  PAIR.set(right, 33);
  return hash('sha256', PAIR, 'buffer');
}

const PAIR = Buffer.alloc(65, 1);
