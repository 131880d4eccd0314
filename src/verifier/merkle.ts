import { hash } from 'node:crypto';

/** RFC 9162, 2.1: leaves are hashed behind a 0x00, nodes behind a 0x01. Keeps full subtrees only. */
export class MerkleTree {
  readonly #subtrees: { size: number; root: Buffer }[] = [];

  /** @param size its bits say how large each full subtree is */
  constructor(size: number, frontier: readonly string[]) {
    let rest = size;
    for (const root of frontier) {
      const largest = 2 ** Math.floor(Math.log2(rest));
      this.#subtrees.push({ size: largest, root: Buffer.from(root, 'hex') });
      rest -= largest;
    }
  }

  roots(): readonly string[] {
    return this.#subtrees.map(({ root }) => root.toString('hex'));
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
    const other = Buffer.from(step, 'hex');
    if (last === 0 || other.length !== 32) return null;
    if (at % 2 === 1 || at === last) {
      root = node(other, root);
      // The last of a level has no neighbour there and goes up until it has one.
      while (at % 2 === 0 && at !== 0) [at, last] = up(at, last);
    } else root = node(root, other);
    [at, last] = up(at, last);
  }
  return last === 0 && index < size ? root.toString('hex') : null;
}

const up = (at: number, last: number): [number, number] => [
  Math.floor(at / 2),
  Math.floor(last / 2),
];
