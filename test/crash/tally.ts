import type { Point } from './rig.ts';

/** What was found after one kill. */
export type Verdict = {
  readonly duplicates: number;
  readonly oversells: number;
  /** 1 when shares were still bare long after the restart. */
  readonly naked: number;
  readonly isJournalOk: boolean;
  /** Of the exchange's time, from the start of the next process until everything was whole again. */
  readonly seconds: number;
  readonly because: string;
};

export type Row = {
  readonly point: string;
  kills: number;
  duplicates: number;
  oversells: number;
  naked: number;
  journalOk: number;
  longestSeconds: number;
};

/** A tally in a file, between two runs of one campaign. */
export type SavedTally = {
  readonly rows: readonly Row[];
  /** Kills of which nothing can be said, since the machine stood still; done again. */
  readonly repeated: number;
  readonly heard: readonly (readonly [Point['during'], readonly string[]])[];
  readonly failures: readonly string[];
  /** How often no act came by a point; an older file does not say. */
  readonly missed?: readonly (readonly [string, number])[];
};

/** Counts what became of the kills, point by point. */
export class Tally {
  readonly failures: string[] = [];
  readonly #rows = new Map<string, Row>();
  readonly #heard = new Map<Point['during'], Set<string>>();
  readonly #missed: Map<string, number>;

  #repeated = 0;

  /** @param saved an earlier run's; what that has done is not done again */
  constructor(saved: SavedTally | null = null) {
    this.#missed = new Map(saved?.missed);
    if (saved === null) return;
    const { rows, heard, failures, repeated } = saved;
    this.#repeated = repeated;
    for (const row of rows) this.#rows.set(row.point, { ...row });
    for (const [during, types] of heard) this.#heard.set(during, new Set(types));
    this.failures.push(...failures);
  }

  saved(): SavedTally {
    return {
      rows: this.rows(),
      repeated: this.#repeated,
      heard: [...this.#heard].map(([during, types]) => [during, [...types]]),
      failures: this.failures,
      missed: [...this.#missed],
    };
  }

  /** A kill that nothing can be said of. */
  repeat(): void {
    this.#repeated += 1;
  }

  get repeated(): number {
    return this.#repeated;
  }

  count(point: Point, verdict: Verdict): void {
    const name = nameOf(point);
    const row = this.#rows.get(name) ?? {
      ...{ point: name, kills: 0, duplicates: 0, oversells: 0, naked: 0 },
      ...{ journalOk: 0, longestSeconds: 0 },
    };
    row.kills += 1;
    row.duplicates += verdict.duplicates;
    row.oversells += verdict.oversells;
    row.naked += verdict.naked;
    row.journalOk += verdict.isJournalOk ? 1 : 0;
    row.longestSeconds = Math.max(row.longestSeconds, verdict.seconds);
    this.#rows.set(name, row);
    const isGood = verdict.duplicates + verdict.oversells + verdict.naked === 0;
    if (!isGood || !verdict.isJournalOk) this.failures.push(`${name}: ${JSON.stringify(verdict)}`);
  }

  /** Takes note of a type of record that was written during an act. */
  heard(during: Point['during'], type: string): void {
    const types = this.#heard.get(during) ?? new Set();
    this.#heard.set(during, types.add(type));
  }

  typesOf(during: Point['during']): readonly string[] {
    return [...(this.#heard.get(during) ?? [])].sort();
  }

  /** An act did not come by the point. */
  miss(point: Point): void {
    this.#missed.set(nameOf(point), this.missesAt(point) + 1);
  }

  /** Points that no act came by, so that nobody was killed there. */
  neverReached(): readonly string[] {
    return [...this.#missed.keys()].filter((name) => !this.#rows.has(name)).sort();
  }

  missesAt(point: Point): number {
    return this.#missed.get(nameOf(point)) ?? 0;
  }

  killsAt(point: Point): number {
    return this.#rows.get(nameOf(point))?.kills ?? 0;
  }

  get kills(): number {
    return this.rows().reduce((sum, row) => sum + row.kills, 0);
  }

  rows(): readonly Row[] {
    return [...this.#rows.values()].sort((a, b) => (a.point < b.point ? -1 : 1));
  }
}

export function nameOf({ during, kill }: Point): string {
  return kill.at === 'journal'
    ? `${during}: ${kill.side} ${kill.type}`
    : `${during}: ${kill.method} ${kill.moment}`;
}

/** The table that a person reads. */
export function tableOf(rows: readonly Row[]): string {
  const head = ['point', 'kills', 'duplicates', 'oversells', 'naked', 'journal ok', 'longest s'];
  const lines = rows.map((row) => [
    ...[row.point, row.kills, row.duplicates, row.oversells, row.naked, row.journalOk].map(String),
    row.longestSeconds.toFixed(1),
  ]);
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  return [head, ...lines]
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}
