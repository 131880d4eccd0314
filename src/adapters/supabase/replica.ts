import { z } from 'zod';
import {
  type Replica,
  type ReplicaDifference,
  type ReplicaEntry,
  ReplicaError,
} from '../../ports/replica.ts';
import { keptName } from './access.ts';
import { type SupabaseParts, SupabaseProject } from './client.ts';

const places = z.array(z.object({ seq: z.number(), hash: z.string() }));

/** The copy of one account's journal in the user's own Supabase project. */
export class SupabaseReplica implements Replica {
  readonly #project: SupabaseProject;
  readonly #account: string;
  #kept: string | null = null;

  /** @param account as its directory is named, for example `paper-PA3XXXXXXXXX` */
  constructor(account: string, parts: SupabaseParts) {
    this.#account = account;
    this.#project = new SupabaseProject(parts);
  }

  async head(): Promise<{ readonly seq: number; readonly hash: string } | null> {
    const account = await this.#name();
    const [newest] = await this.#project.ask('read the newest record', places, (signal) =>
      this.#events()
        .select('seq,hash')
        .eq('account', account)
        .order('seq', { ascending: false })
        .limit(1)
        .abortSignal(signal)
        .retry(false),
    );
    return newest ?? null;
  }

  async add(entries: readonly ReplicaEntry[]): Promise<ReplicaDifference | null> {
    const account = await this.#name();
    const rows = entries.map(({ seq, text }) => ({ account, seq, record: text }));
    const added = await this.#project.ask('add records', places, (signal) =>
      this.#events()
        .upsert(rows, { onConflict: 'account,seq', ignoreDuplicates: true })
        .select('seq,hash')
        .abortSignal(signal)
        .retry(false),
    );
    return added.length === entries.length ? null : this.#difference(account, entries);
  }

  /** Some were there already: by an answer that was lost, or by somebody else. */
  async #difference(
    account: string,
    entries: readonly ReplicaEntry[],
  ): Promise<ReplicaDifference | null> {
    const first = entries[0]?.seq ?? 0;
    const last = entries.at(-1)?.seq ?? 0;
    const kept = await this.#project.ask('compare records', places, (signal) =>
      this.#events()
        .select('seq,hash')
        .eq('account', account)
        .gte('seq', first)
        .lte('seq', last)
        .abortSignal(signal)
        .retry(false),
    );
    const hashes = new Map(kept.map(({ seq, hash }) => [seq, hash]));
    for (const { seq, hash } of entries) {
      const keptHash = hashes.get(seq);
      if (keptHash === undefined) {
        throw new ReplicaError(`record ${seq} was taken and is not there`, { fault: 'damaged' });
      }
      if (keptHash !== hash) return { seq, hash, keptHash };
    }
    return null;
  }

  #events() {
    return this.#project.client.from('events');
  }

  async #name(): Promise<string> {
    this.#kept ??= await keptName(this.#project, this.#account);
    return this.#kept;
  }
}
