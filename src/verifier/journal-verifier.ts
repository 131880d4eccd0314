// The independent check of a journal, which an auditor can read in one sitting. It shares no
// code with what writes the journal and trusts nothing that it can compute by itself. What it
// checks is written down in docs/audit.md.
import { createPublicKey, hash, verify } from 'node:crypto';
import { MerkleTree } from './merkle.ts';

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
  readonly frontier: readonly string[];
};

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
  /** The key that signed last, base64url; null without a checkpoint. */
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
  take(text: string, columns: Columns | null = null): boolean {
    if (this.#bad !== null) return false;
    const because = this.#whyBad(text, columns);
    if (because !== null) this.#bad = { seq: this.#seq + 1, because };
    return because === null;
  }

  /**
   * Checks a record from before the origin, which stands there once more. It can be told that
   * it was not changed; only with `archived` also that it ever stood in the journal.
   */
  takeKept(text: string, columns: Columns, archived: string | null): boolean {
    if (this.#bad !== null) return false;
    const tail = wholeTailOf(text);
    const flaw =
      typeof tail === 'string'
        ? tail
        : archived !== null && archived !== text
          ? 'it is not the one in the archive'
          : differenceTo(columns, text, tail);
    if (flaw !== null) this.#bad = { seq: columns.seq, because: flaw };
    return flaw === null;
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
    const tail = wholeTailOf(text);
    if (typeof tail === 'string') return tail;
    const expected = this.#seq + 1;
    if (tail.seq !== expected) return `record ${tail.seq} stands in its place`;
    if (tail.prev !== this.#hash) return 'it does not follow the record before it';
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

const STRING = '"(?:[^"\\\\]|\\\\.)*"';
const MAYBE = `(null|${STRING})`;
const HASH = '"([0-9a-f]{64})"';
const TAIL = new RegExp(
  `^"hash":${HASH},"orderId":${MAYBE},"planId":${MAYBE},"prev":${HASH},` +
    `"seq":([1-9]\\d{0,15}),"symbol":${MAYBE},"type":"([a-z_]+)","v":1\\}$`,
);

/** The last fields of a record that says of itself what it holds; else in words why not. */
export function wholeTailOf(text: string): Tail | string {
  const hashAt = text.lastIndexOf('"hash":"');
  const tail = hashAt < 0 ? null : tailOf(text.slice(hashAt));
  if (tail === null) return 'it is not a record of version 1';
  const unhashed = bytesOf(text.slice(0, hashAt), text.slice(hashAt + HASH_FIELD_LENGTH));
  return hash('sha256', unhashed) === tail.hash ? tail : 'it was changed after it was written';
}

/** Written into one place again and again: new strings would take a fifth of all the time. */
let room = Buffer.alloc(1 << 16);

function bytesOf(before: string, after: string): Buffer {
  const most = 3 * (before.length + after.length);
  if (room.length < most) room = Buffer.alloc(most);
  const length = room.write(before);
  return room.subarray(0, length + room.write(after, length));
}

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

function bodyOf(text: string): Checkpoint | null {
  const { body } = JSON.parse(text) as { readonly body: Partial<Checkpoint> | null };
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
