import type { Running } from '../compose.ts';
import { text } from '../domain/decimal.ts';
import type { Environment, Mode } from '../domain/environment.ts';
import type { Referee } from './referee.ts';
import type { RefusalCounter } from './refusals.ts';
import type { Story } from './story.ts';

/** The figures of a run, named as `--json` prints them. */
export type DemoFigures = {
  readonly environment: Environment;
  readonly mode: Mode;
  readonly seed: number;
  /** Finished bars that the market printed. */
  readonly bars: number;
  readonly fills: number;
  readonly plans_executed: number;
  readonly vetoes: number;
  /** Two hands at the same shares, as the exchange saw it; must be 0. */
  readonly conflicts: number;
  /** Every no of the exchange to BigBrother. */
  readonly broker_rejections: number;
  /** Sales of shares that were not there, as the exchange saw it; must be 0. */
  readonly oversells: number;
  readonly naked_share_seconds: string;
  readonly journal_events: number;
  readonly journal_verified: boolean;
  /** Of the last record; it covers all before it. */
  readonly journal_hash: string;
  readonly elapsed_ms: number;
};

export function figuresOf(parts: {
  readonly seed: number;
  readonly running: Running;
  readonly referee: Referee;
  readonly refusals: RefusalCounter;
  readonly story: Story;
  readonly elapsedMs: number;
}): DemoFigures {
  const { seed, running, referee, refusals, story, elapsedMs } = parts;
  const { environment, mode } = running.bigBrother.status();
  const fouls = referee.fouls();
  const { ok, records } = running.logger.verify();
  const [last] = running.bigBrother.history({ limit: 1 }).records;
  return {
    environment,
    mode,
    seed,
    bars: referee.bars,
    fills: referee.fills,
    plans_executed: story.plansExecuted,
    vetoes: story.vetoes.length,
    conflicts: refusals.conflicts + fouls.filter(({ kind }) => kind === 'shared_exit').length,
    broker_rejections: refusals.refused,
    oversells: fouls.filter(({ kind }) => kind === 'oversell').length,
    naked_share_seconds: text(story.nakedShareSeconds),
    journal_events: records,
    journal_verified: ok,
    journal_hash: last?.hash ?? '',
    elapsed_ms: elapsedMs,
  };
}

/** What must hold at the end of every run. */
export const isClean = (figures: DemoFigures): boolean =>
  figures.conflicts === 0 && figures.oversells === 0 && figures.journal_verified;
