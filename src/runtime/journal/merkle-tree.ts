import { hash } from 'node:crypto';

/**
 * The Merkle tree of RFC 9162 over the hashes of records, kept by its full subtrees: as many
 * hashes as the count of records has bits.
 */
export class MerkleTree {
  #size = 0;
  /** Roots of full subtrees, largest first; the bits of the size say how large each is. */
  readonly #frontier: Buffer[];

  constructor(size = 0, frontier: readonly string[] = []) {
    this.#size = size;
    this.#frontier = frontier.map((root) => Buffer.from(root, 'hex'));
  }

  get size(): number {
    return this.#size;
  }

  frontier(): readonly string[] {
    return this.#frontier.map((root) => root.toString('hex'));
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
    return root.toString('hex');
  }
}

const leafHash = (recordHash: string): Buffer => hash('sha256', `\0${recordHash}`, 'buffer');

function nodeHash(left: Buffer, right: Buffer): Buffer {
  NODE.set(left, 1);
  NODE.set(right, 33);
  return hash('sha256', NODE, 'buffer');
}

/** What is hashed of a node: 0x01 and its two children, written in anew each time. */
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
  let level: readonly Buffer[] = recordHashes.map(leafHash);
  for (let height = 0; level.length > 1; height += 1) {
    for (const [index, path] of paths) {
      const at = Math.floor(index / 2 ** height);
      const neighbour = level[at % 2 === 0 ? at + 1 : at - 1];
      if (neighbour !== undefined) path.push(neighbour.toString('hex'));
    }
    level = levelAbove(level);
  }
  return paths;
}

/** Two by two; the last of an odd number goes up as it is. */
function levelAbove(level: readonly Buffer[]): readonly Buffer[] {
  const above: Buffer[] = [];
  for (let at = 0; at < level.length; at += 2) {
    const [left, right] = [level[at], level[at + 1]];
    if (left !== undefined) above.push(right === undefined ? left : nodeHash(left, right));
  }
  return above;
}
