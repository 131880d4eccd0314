import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inclusionPaths, MerkleTree } from '../../src/runtime/journal/merkle-tree.ts';
import { MerkleTree as Independent, rootFrom } from '../../src/verifier/merkle.ts';

const hashesOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => hash('sha256', `record ${index}`));

describe('the tree over the records', () => {
  it('has the root that the independent verifier computes, wherever it is taken up again', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), (size, cut) => {
        const hashes = hashesOf(size);
        const first = new MerkleTree();
        const other = new Independent(0, []);
        for (const each of hashes.slice(0, cut)) first.add(each);
        const second = new MerkleTree(first.size, first.frontier());
        for (const each of hashes.slice(cut)) second.add(each);
        for (const each of hashes) other.add(each);
        expect(second.root()).toBe(other.root());
        expect(second.frontier()).toEqual(other.roots());
      }),
    );
  });

  it('leads from every record to the root, and from no other', () => {
    for (const size of [1, 2, 3, 4, 5, 7, 8, 13, 64, 65, 100]) {
      const hashes = hashesOf(size);
      const tree = new MerkleTree();
      for (const each of hashes) tree.add(each);
      const paths = inclusionPaths(
        hashes,
        hashes.map((_, index) => index),
      );
      hashes.forEach((each, index) => {
        const path = paths.get(index) ?? [];
        expect(rootFrom(each, index, size, path)).toBe(tree.root());
        expect(rootFrom(hash('sha256', each), index, size, path)).not.toBe(tree.root());
        if (size > 1) expect(rootFrom(each, (index + 1) % size, size, path)).not.toBe(tree.root());
        expect(rootFrom(each, index, size, [...path, each])).toBeNull();
      });
    }
  });
});
