// Checks what was disclosed of a journal without the rest of it: some records, each with the
// hashes that lead from it to the root that a checkpoint signed.
import { type Checkpoint, type Finding, isSignedBy, statementOf } from './journal-verifier.ts';
import { rootFrom } from './merkle.ts';
import { wholeTailOf } from './one-record.ts';

export const DISCLOSURE = 'bigbrother disclosure v1';

type Disclosure = {
  readonly checkpoint: Checkpoint;
  readonly records: readonly { readonly text: string; readonly path: readonly string[] }[];
};

/** @param publicKeys base64url; without any, the key that the checkpoint names is taken */
export function verifyDisclosure(content: string, publicKeys: readonly string[]): Finding {
  const { checkpoint, records } = JSON.parse(content) as Disclosure;
  const { root, size, publicKey, signature } = checkpoint;
  const finding = (bad: { readonly seq: number; readonly because: string } | null): Finding => ({
    ok: bad === null,
    records: records.length,
    firstBadSeq: bad?.seq ?? null,
    because: bad?.because ?? null,
    root,
    checkpoints: 1,
    signedUpTo: size,
    publicKey,
  });
  if (publicKeys.length > 0 && !publicKeys.includes(publicKey)) {
    return finding({ seq: size + 1, because: 'its checkpoint is signed by another key' });
  }
  if (!isSignedBy(publicKey, statementOf(checkpoint), signature)) {
    return finding({ seq: size + 1, because: 'the signature of its checkpoint is not good' });
  }
  for (const [index, { text, path }] of records.entries()) {
    const tail = wholeTailOf(Buffer.from(text));
    if (typeof tail === 'string') return finding({ seq: index + 1, because: tail });
    if (rootFrom(tail.hash, tail.seq - 1, size, path) !== root) {
      return finding({ seq: tail.seq, because: 'the checkpoint does not sign for it' });
    }
  }
  return finding(null);
}
