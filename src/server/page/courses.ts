import { type Decimal, parseDecimal } from '../../domain/decimal.ts';
import type { HistoryQuery, JournalRecord } from '../../domain/event.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Course as CourseView } from '../../web/page/page-data.ts';

/** As many as a chart has room for; beyond them neighbours become one. */
const MOST_POINTS = 720;
/** What a process takes up from the journal: a day of looks ten seconds apart. */
const MOST_RECORDS = 2_400;
const RECORDS_PER_READ = 100;

type Stretch = {
  readonly at: number;
  readonly last: number;
  readonly low: number;
  readonly high: number;
};

/** A figure over time in bounded space: the longer it gets the coarser, and no extreme is lost. */
export class Course {
  #stretches: Stretch[] = [];
  #lengthMs = 0;

  add(at: number, value: number): void {
    const newest = this.#stretches.at(-1);
    if (newest !== undefined && at < newest.at + this.#lengthMs) {
      const joined = { at: newest.at, last: value, ...bounds(newest, value) };
      this.#stretches[this.#stretches.length - 1] = joined;
      return;
    }
    this.#stretches.push({ at, last: value, low: value, high: value });
    if (this.#stretches.length > MOST_POINTS) this.#halve();
  }

  view(): CourseView {
    return this.#stretches.map(({ at, last, low, high }) => [at, last, low, high]);
  }

  #halve(): void {
    const [all, half] = [this.#stretches, [] as Stretch[]];
    for (let index = 0; index < all.length; index += 2) {
      const [one, other] = [all[index], all[index + 1]];
      if (one === undefined) continue;
      half.push(
        other === undefined
          ? one
          : {
              ...{ at: one.at, last: other.last },
              ...{ low: Math.min(one.low, other.low), high: Math.max(one.high, other.high) },
            },
      );
    }
    const [first, newest] = [all[0], all.at(-1)];
    const spanMs = first === undefined || newest === undefined ? 0 : newest.at - first.at;
    this.#lengthMs = spanMs / Math.max(1, half.length);
    this.#stretches = half;
  }
}

const bounds = ({ low, high }: Stretch, value: number) => ({
  low: Math.min(low, value),
  high: Math.max(high, value),
});

type Parts = {
  readonly history: (query: HistoryQuery) => {
    readonly records: readonly JournalRecord[];
    readonly nextBeforeSeq: number | null;
  };
  readonly onRecord: (hear: (record: JournalRecord) => void) => void;
  readonly clock: Pick<Clock, 'sleep'>;
};

/**
 * The course of the equity and of every price, as the looks at the account tell it. Nothing is
 * kept before somebody wants to see it; then the journal's last day is read in small pieces, so
 * that no order waits for a chart.
 */
export class Courses {
  readonly #parts: Parts;
  readonly #equity = new Course();
  readonly #prices = new Map<string, Course>();
  #heard: JournalRecord[] | null = [];
  #ready: Promise<void> | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async equity(): Promise<CourseView> {
    await this.#begin();
    return this.#equity.view();
  }

  async priceOf(symbol: string): Promise<CourseView> {
    await this.#begin();
    return this.#prices.get(symbol)?.view() ?? [];
  }

  /** What is seen between two records, while somebody looks. */
  note(at: number, equity: Decimal, prices: ReadonlyMap<string, Decimal>): void {
    if (this.#ready === null || this.#heard !== null) return;
    this.#equity.add(at, Number(equity.toFixed()));
    for (const [symbol, price] of prices) this.#course(symbol).add(at, Number(price.toFixed()));
  }

  #begin(): Promise<void> {
    this.#ready ??= this.#takeUp();
    return this.#ready;
  }

  async #takeUp(): Promise<void> {
    const { history, onRecord, clock } = this.#parts;
    onRecord((record) => {
      if (record.type !== 'snapshot_taken') return;
      if (this.#heard === null) this.#add(record);
      else this.#heard.push(record);
    });
    const before: JournalRecord[] = [];
    let beforeSeq: number | undefined;
    while (before.length < MOST_RECORDS) {
      const limit = RECORDS_PER_READ;
      const page = history({ types: ['snapshot_taken'], beforeSeq, limit });
      before.push(...page.records);
      if (page.nextBeforeSeq === null) break;
      beforeSeq = page.nextBeforeSeq;
      await clock.sleep(0);
    }
    const heard = this.#heard ?? [];
    this.#heard = null;
    for (const record of [...before.reverse(), ...heard]) this.#add(record);
  }

  #add({ at, body }: JournalRecord): void {
    const equity = parseDecimal(textAt(body, 'equity') ?? '');
    if (equity !== null) this.#equity.add(at, Number(equity.toFixed()));
    const marks = fieldAt(body, 'marks') ?? null;
    if (typeof marks !== 'object' || marks === null) return;
    for (const [symbol, price] of Object.entries(marks)) {
      this.#course(symbol).add(at, Number(price));
    }
  }

  #course(symbol: string): Course {
    const course = this.#prices.get(symbol) ?? new Course();
    this.#prices.set(symbol, course);
    return course;
  }
}
