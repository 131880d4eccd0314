import { canonicalText, type Json, sha256 } from './canonical.ts';
import type { JournalRecord } from './event.ts';

/** Texts of records that were made here, so that nobody writes them out a second time. */
const written = new WeakMap<JournalRecord, string>();

/**
 * A record with its hash, which is the SHA-256 of its canonical text without the hash.
 *
 * @throws TypeError when the body has no JSON form
 */
export function hashedRecord(
  fields: Omit<JournalRecord, 'hash' | 'body'> & { readonly body: unknown },
): JournalRecord {
  const { v, seq, at, boot, type, actor, symbol, planId, orderId, prev } = fields;
  const bodyText = canonicalText(fields.body);
  // In the order of RFC 8785; what is told apart stands on both sides of the hash.
  const before =
    `{"actor":${canonicalText(actor)},"at":${canonicalText(at)},"body":${bodyText},` +
    `"boot":${canonicalText(boot)},`;
  const after =
    `"orderId":${canonicalText(orderId)},"planId":${canonicalText(planId)},` +
    `"prev":${canonicalText(prev)},"seq":${canonicalText(seq)},` +
    `"symbol":${canonicalText(symbol)},"type":${canonicalText(type)},"v":${canonicalText(v)}}`;
  const hash = sha256(before + after);
  const body = JSON.parse(bodyText) as Json;
  const record: JournalRecord = {
    ...{ v, seq, at, boot, type, actor, symbol, planId, orderId, body, prev, hash },
  };
  written.set(record, `${before}"hash":"${hash}",${after}`);
  return record;
}

/** The canonical text of a record, as the journal keeps it. */
export const recordText = (record: JournalRecord): string =>
  written.get(record) ?? canonicalText(record);
