import { type Decimal, decimal, text, ZERO } from '../domain/decimal.ts';
import type { JournalRecord } from '../domain/event.ts';
import { textAt } from '../domain/record-body.ts';
import type { EpochMs } from '../domain/time.ts';

/** What questions may cost in any 24 hours. Decimal text. */
export type SpendingLimits = {
  readonly callsPerDay: number;
  readonly dollarsPerDay: string;
  /** What one question is taken to cost; the service does not say. */
  readonly dollarsPerCall: string;
};

const DAY_MS = 24 * 3_600_000;

/** Counts what one server was asked, from the journal: a restart does not begin a new day. */
export class Spending {
  readonly #server: string;
  readonly #limits: SpendingLimits;
  #calls: readonly { readonly at: EpochMs; readonly dollars: Decimal }[] = [];

  /** @param server by the name that the records have */
  constructor(server: string, limits: SpendingLimits) {
    this.#server = server;
    this.#limits = limits;
  }

  /** Takes note of a journal record; others than `advisor_asked` are passed over. */
  remember(record: JournalRecord): void {
    if (record.type !== 'advisor_asked') return;
    const { at, body } = record;
    if (textAt(body, 'server') !== this.#server) return;
    const dollars = decimal(textAt(body, 'dollars') ?? '0');
    this.#calls = [...this.#calls.filter((call) => call.at > at - DAY_MS), { at, dollars }];
  }

  /** In words, why nothing more may be asked now; null when it may. */
  whyNot(now: EpochMs): string | null {
    const { callsPerDay, dollarsPerDay, dollarsPerCall } = this.#limits;
    const calls = this.#calls.filter(({ at }) => at > now - DAY_MS);
    if (calls.length >= callsPerDay) return `${callsPerDay} questions were asked in 24 hours`;
    const spent = calls.reduce<Decimal>((sum, { dollars }) => sum.plus(dollars), ZERO);
    if (spent.plus(dollarsPerCall).lte(dollarsPerDay)) return null;
    return `$${text(spent)} of $${dollarsPerDay} were spent in 24 hours`;
  }
}
