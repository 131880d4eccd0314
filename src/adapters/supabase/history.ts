import { z } from 'zod';
import type { HistoryPage } from '../../domain/answers.ts';
import { canonicalText, sha256 } from '../../domain/canonical.ts';
import type { Anchor } from '../../domain/checkpoint.ts';
import type { HistoryQuery, JournalRecord } from '../../domain/event.ts';
import { ReplicaError, type ReplicaHistory } from '../../ports/replica.ts';
import { keptName } from './access.ts';
import { type SupabaseParts, SupabaseProject } from './client.ts';

/** What one request brings at most: hosted projects cut longer answers off without a word. */
const PAGE = 500;
/** Numbers in one address, which may be some 8,000 characters long. */
const MOST_NUMBERS = 300;
const GENESIS = '0'.repeat(64);

const rows = z.array(z.object({ seq: z.number(), record: z.string() }));
const hashes = z.array(z.object({ seq: z.number(), hash: z.string() }));
const anchors = z.array(
  z.object({
    seq: z.number(),
    at: z.string(),
    size: z.number(),
    root: z.string(),
    public_key: z.string(),
    signature: z.string(),
  }),
);
/** What stands in every record; that it is the record that was written, its hash tells. */
const written = z.object({ v: z.number(), seq: z.number(), prev: z.string(), hash: z.string() });

/** Reads the copy in Supabase, and believes only what hashes and links confirm. */
export class SupabaseHistory implements ReplicaHistory {
  readonly #project: SupabaseProject;
  readonly #account: string | null;
  #kept: string | null = null;

  /** @param account as its directory is named; null for whichever the account key opens */
  constructor(account: string | null, parts: SupabaseParts) {
    this.#account = account;
    this.#project = new SupabaseProject(parts);
  }

  async query(query: HistoryQuery): Promise<HistoryPage> {
    const found: JournalRecord[] = [];
    const wanted = query.limit + 1;
    let beforeSeq = query.beforeSeq;
    while (found.length < wanted) {
      const limit = Math.min(PAGE, wanted - found.length);
      const page = await this.#page({ ...query, beforeSeq, limit });
      found.push(...page);
      beforeSeq = page.at(-1)?.seq;
      if (page.length < limit) break;
    }
    const records = found.slice(0, query.limit);
    await this.#checkLinks(records);
    const last = records.at(-1);
    const more = found.length > query.limit && last !== undefined;
    return { records, nextBeforeSeq: more ? last.seq : null };
  }

  async anchors(): Promise<readonly Anchor[]> {
    const account = await this.#name();
    const found: Anchor[] = [];
    let after = 0;
    for (;;) {
      const from = after;
      const page = await this.#project.ask('read the checkpoints', anchors, (signal) =>
        this.#project.client
          .from('checkpoints')
          .select('seq,at,size,root,public_key,signature')
          .eq('account', account)
          .gt('seq', from)
          .order('seq')
          .limit(PAGE)
          .abortSignal(signal)
          .retry(false),
      );
      for (const { seq, at, size, root, signature, public_key: publicKey } of page) {
        found.push({ at: Date.parse(at), size, root, signature, publicKey });
        after = seq;
      }
      if (page.length < PAGE) return found;
    }
  }

  async #page(query: HistoryQuery): Promise<readonly JournalRecord[]> {
    const account = await this.#name();
    const { symbol, types, planId, orderId, sinceAt, untilAt, beforeSeq, afterSeq, limit } = query;
    const page = await this.#project.ask('read records', rows, (signal) => {
      let select = this.#project.client.from('events').select('seq,record').eq('account', account);
      if (symbol !== undefined) select = select.eq('symbol', symbol);
      if (types !== undefined) select = select.in('type', [...types]);
      if (planId !== undefined) select = select.eq('plan_id', planId);
      if (orderId !== undefined) select = select.eq('order_id', orderId);
      if (isBound(sinceAt)) select = select.gte('at_ms', Math.ceil(sinceAt));
      if (isBound(untilAt)) select = select.lte('at_ms', Math.floor(untilAt));
      if (isBound(beforeSeq)) select = select.lt('seq', Math.ceil(beforeSeq));
      if (isBound(afterSeq)) select = select.gt('seq', Math.floor(afterSeq));
      const newest = select.order('seq', { ascending: false }).limit(limit);
      return newest.abortSignal(signal).retry(false);
    });
    return page.map(({ seq, record }) => recordIn(seq, record));
  }

  /** Each record has to follow what is kept before it, whether or not it was asked for. */
  async #checkLinks(records: readonly JournalRecord[]): Promise<void> {
    const known = new Map(records.map(({ seq, hash }) => [seq, hash]));
    const missing = records.map(({ seq }) => seq - 1).filter((seq) => seq > 0 && !known.has(seq));
    for (let at = 0; at < missing.length; at += MOST_NUMBERS) {
      for (const { seq, hash } of await this.#hashesOf(missing.slice(at, at + MOST_NUMBERS))) {
        known.set(seq, hash);
      }
    }
    const firstSeq = await this.#firstSeq();
    for (const { seq, prev } of records) {
      // The copy may have been begun when older records were in an archive already.
      if (seq === firstSeq && seq > 1) continue;
      const before = seq === 1 ? GENESIS : known.get(seq - 1);
      if (prev !== before) throw damaged(seq, 'it does not follow the record before it');
    }
  }

  async #hashesOf(seqs: readonly number[]): Promise<z.output<typeof hashes>> {
    const account = await this.#name();
    return this.#project.ask('read hashes', hashes, (signal) =>
      this.#project.client
        .from('events')
        .select('seq,hash')
        .eq('account', account)
        .in('seq', [...seqs])
        .abortSignal(signal)
        .retry(false),
    );
  }

  async #firstSeq(): Promise<number | null> {
    const account = await this.#name();
    const [first] = await this.#project.ask('read the first record', hashes, (signal) =>
      this.#project.client
        .from('events')
        .select('seq,hash')
        .eq('account', account)
        .order('seq')
        .limit(1)
        .abortSignal(signal)
        .retry(false),
    );
    return first?.seq ?? null;
  }

  async #name(): Promise<string> {
    this.#kept ??= await keptName(this.#project, this.#account);
    return this.#kept;
  }
}

/** A bound that bounds nothing is none. */
const isBound = (value: number | undefined): value is number =>
  value !== undefined && Number.isFinite(value);

function recordIn(seq: number, text: string): JournalRecord {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw damaged(seq, 'it is no JSON');
  }
  const shape = written.safeParse(content);
  if (!shape.success || shape.data.seq !== seq) throw damaged(seq, 'it is another record');
  const { hash, ...rest } = content as JournalRecord;
  if (sha256(canonicalText(rest)) !== hash || canonicalText(content) !== text) {
    throw damaged(seq, 'it was changed after it was written');
  }
  return { ...rest, hash };
}

const damaged = (seq: number, because: string): ReplicaError =>
  new ReplicaError(
    `record ${seq} in Supabase is not what the journal wrote: ${because}. Keep the project as it ` +
      'is and compare it with the journal',
    { fault: 'damaged' },
  );
