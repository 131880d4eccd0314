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

const nodeHash = (left: Buffer, right: Buffer): Buffer =>
  hash('sha256', Buffer.concat([NODE, left, right]), 'buffer');

const NODE = Buffer.of(1);
