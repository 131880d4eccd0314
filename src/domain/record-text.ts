import { canonicalText, type Json, sha256 } from './canonical.ts';
import type { JournalRecord } from './event.ts';

type Written = { readonly text: string; body: Json | undefined };

/** Of records that were made here: nobody writes them out a second time. */
const written = new WeakMap<object, Written>();

/**
 * Read out of the text when somebody asks, since most bodies are only written down. One getter
 * for all records: with one each, making a record would take as long again.
 */
const BODY = {
  enumerable: true,
  get(this: object): Json | undefined {
    const kept = written.get(this);
    if (kept === undefined) return undefined;
    kept.body ??= (JSON.parse(kept.text) as JournalRecord).body;
    return kept.body;
  },
};

/**
 * A record with its hash, which is the SHA-256 of its canonical text without the hash.
 *
 * @throws TypeError when the body has no JSON form
 */
export function hashedRecord(
  fields: Omit<JournalRecord, 'hash' | 'body'> & { readonly body: unknown },
): JournalRecord {
  const { v, seq, at, boot, type, actor, symbol, planId, orderId, prev } = fields;
  // In the order of RFC 8785; what is told apart stands on both sides of the hash.
  const before =
    `{"actor":${canonicalText(actor)},"at":${canonicalText(at)},` +
    `"body":${canonicalText(fields.body)},"boot":${canonicalText(boot)},`;
  const after =
    `"orderId":${canonicalText(orderId)},"planId":${canonicalText(planId)},` +
    `"prev":${canonicalText(prev)},"seq":${canonicalText(seq)},` +
    `"symbol":${canonicalText(symbol)},"type":${canonicalText(type)},"v":${canonicalText(v)}}`;
  const unhashed = before + after;
  const hash = sha256(unhashed);
  const record = { v, seq, at, boot, type, actor, symbol, planId, orderId, prev, hash };
  Object.defineProperty(record, 'body', BODY);
  // Out of the text that was hashed, which is in one piece by now.
  const [head, tail] = [unhashed.slice(0, before.length), unhashed.slice(before.length)];
  written.set(record, { text: `${head}"hash":"${hash}",${tail}`, body: undefined });
  return record as JournalRecord;
}

/** The canonical text of a record, as the journal keeps it. */
export const recordText = (record: JournalRecord): string =>
  written.get(record)?.text ?? canonicalText(record);
