import { hash } from 'node:crypto';

/** A full subtree; its root as `MerkleTree` keeps it. */
export type Subtree = { readonly size: number; readonly root: Digest };

/** RFC 9162, 2.1: leaves are hashed behind a 0x00, nodes behind a 0x01. Keeps full subtrees only. */
export class MerkleTree {
  readonly #subtrees: Subtree[] = [];
  #size: number;

  /**
   * @param size its bits say how large each full subtree is
   * @param frontier without it the tree holds what is added after that many, for another to take
   */
  constructor(size: number, frontier: readonly string[]) {
    this.#size = size;
    let rest = size;
    for (const root of frontier) {
      const largest = 2 ** Math.floor(Math.log2(rest));
      this.#subtrees.push({ size: largest, root: fromHex(root) });
      rest -= largest;
    }
  }

  roots(): readonly string[] {
    return this.#subtrees.map(({ root }) => toHex(root));
  }

  subtrees(): readonly Subtree[] {
    return [...this.#subtrees];
  }

  add(recordHash: string): void {
    this.take({ size: 1, root: leaf(recordHash) });
  }

  /** A subtree that was built apart, of what comes next. */
  take(subtree: Subtree): void {
    let right = subtree;
    this.#size += right.size;
    let left = this.#subtrees.at(-1);
    // Two of one size are one of the next only where that begins at a multiple of itself.
    while (left?.size === right.size && this.#size % (2 * right.size) === 0) {
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
    return toHex(roots.reduceRight((right, left) => node(left, right), last));
  }
}

/** The 32 bytes of a hash as a string of as many characters: made in half the time of a buffer. */
type Digest = string;

const fromHex = (hex: string): Digest => Buffer.from(hex, 'hex').toString('latin1');
const toHex = (digest: Digest): string => Buffer.from(digest, 'latin1').toString('hex');

// An entry of the log is a record's hash as it is written, in hexadecimal digits.
function leaf(recordHash: string): Digest {
  LEAF.write(recordHash, 1, 'latin1');
  return hash('sha256', LEAF, 'binary');
}

function node(left: Digest, right: Digest): Digest {
  PAIR.write(left, 1, 'latin1');
  PAIR.write(right, 33, 'latin1');
  return hash('sha256', PAIR, 'binary');
}

/** What is hashed, written into the same places each time. */
const LEAF = Buffer.alloc(65, 0);
const PAIR = Buffer.alloc(65, 1);

/**
 * The root that a path of hashes leads to from one record, as RFC 9162, 2.1.3.2 goes; null for a
 * path that fits no tree of that size.
 *
 * @param index of the record, from 0
 * @param path hexadecimal, from the leaf up
 */
export function rootFrom(
  recordHash: string,
  index: number,
  size: number,
  path: readonly string[],
): string | null {
  let [at, last] = [index, size - 1];
  let root = leaf(recordHash);
  for (const step of path) {
    const other = fromHex(step);
    if (last === 0 || other.length !== 32) return null;
    if (at % 2 === 1 || at === last) {
      root = node(other, root);
      // The last of a level has no neighbour there and goes up until it has one.
      while (at % 2 === 0 && at !== 0) [at, last] = up(at, last);
    } else root = node(root, other);
    [at, last] = up(at, last);
  }
  return last === 0 && index < size ? toHex(root) : null;
}

const up = (at: number, last: number): [number, number] => [
  Math.floor(at / 2),
  Math.floor(last / 2),
];
