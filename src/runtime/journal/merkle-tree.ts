import { hash } from 'node:crypto';

/**
 * The Merkle tree of RFC 9162 over the hashes of records, kept by its full subtrees: as many
 * hashes as the count of records has bits.
 */
export class MerkleTree {
  #size = 0;
  /** Roots of full subtrees, largest first; the bits of the size say how large each is. */
  readonly #frontier: Digest[];

  constructor(size = 0, frontier: readonly string[] = []) {
    this.#size = size;
    this.#frontier = frontier.map(fromHex);
  }

  get size(): number {
    return this.#size;
  }

  frontier(): readonly string[] {
    return this.#frontier.map(toHex);
  }

  /** @param recordHash as the record bears it, in hexadecimal digits */
  add(recordHash: string): void {
    let subtree = leafHash(recordHash);
    // Each low bit of the size that is set is a full subtree as large as the new one.
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = this.#frontier.pop();
      if (left !== undefined) subtree = nodeHash(left, subtree);
    }
    this.#frontier.push(subtree);
    this.#size += 1;
  }

  root(): string {
    const last = this.#frontier.at(-1);
    if (last === undefined) return hash('sha256', '');
    const root = this.#frontier
      .slice(0, -1)
      .reduceRight((right, left) => nodeHash(left, right), last);
    return toHex(root);
  }
}

/** A hash as a string of 32 characters, one for each byte: made in half the time of a buffer. */
type Digest = string;

const fromHex = (hex: string): Digest => Buffer.from(hex, 'hex').toString('latin1');
const toHex = (digest: Digest): string => Buffer.from(digest, 'latin1').toString('hex');

function leafHash(recordHash: string): Digest {
  LEAF.write(recordHash, 1, 'latin1');
  return hash('sha256', LEAF, 'binary');
}

function nodeHash(left: Digest, right: Digest): Digest {
  NODE.write(left, 1, 'latin1');
  NODE.write(right, 33, 'latin1');
  return hash('sha256', NODE, 'binary');
}

/** What is hashed: 0x00 and 64 digits, or 0x01 and two children, written in anew each time. */
const LEAF = Buffer.alloc(65, 0);
const NODE = Buffer.alloc(65, 1);

/**
 * For some records the hashes that lead to the root over all (RFC 9162, 2.1.3.1), from the leaf
 * up, in hexadecimal digits.
 *
 * @param indexes of those records, from 0
 */
export function inclusionPaths(
  recordHashes: readonly string[],
  indexes: readonly number[],
): ReadonlyMap<number, readonly string[]> {
  const paths = new Map(indexes.map((index) => [index, [] as string[]]));
  let level: readonly Digest[] = recordHashes.map(leafHash);
  for (let height = 0; level.length > 1; height += 1) {
    for (const [index, path] of paths) {
      const at = Math.floor(index / 2 ** height);
      const neighbour = level[at % 2 === 0 ? at + 1 : at - 1];
      if (neighbour !== undefined) path.push(toHex(neighbour));
    }
    level = levelAbove(level);
  }
  return paths;
}

/** Two by two; the last of an odd number goes up as it is. */
function levelAbove(level: readonly Digest[]): readonly Digest[] {
  const above: Digest[] = [];
  for (let at = 0; at < level.length; at += 2) {
    const [left, right] = [level[at], level[at + 1]];
    if (left !== undefined) above.push(right === undefined ? left : nodeHash(left, right));
  }
  return above;
}
