import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { replayRulesFrom } from '../../src/composition/replay-rules.ts';
import type { JournalRecord } from '../../src/domain/event.ts';
import { recordText } from '../../src/domain/record-text.ts';
import { Replay } from '../../src/runtime/replay.ts';
import { ReplayReport, type ReplayResult } from '../../src/runtime/replay-report.ts';

const DIRECTORY = 'test/fixtures/journals';
const DECLARED = join(DIRECTORY, 'declared.json');
const LONGEST_VALUE = 200;

/** What replaying a kept journal is known to come to. */
export type Declared = {
  readonly about: string;
  readonly records: number;
  readonly same: number;
  /** What is decided otherwise now than when it was recorded, and that on purpose. */
  readonly differences: readonly string[];
  readonly missing: readonly string[];
};

const pathOf = (name: string): string => join(DIRECTORY, `${name}.jsonl.br`);

export function keepJournal(name: string, records: readonly JournalRecord[]): number {
  mkdirSync(DIRECTORY, { recursive: true });
  const text = records.map((record) => `${recordText(record)}\n`).join('');
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
  };
  const bytes = brotliCompressSync(text, { params });
  writeFileSync(pathOf(name), bytes);
  return bytes.length;
}

/** The text of a kept journal, a line for each record. */
export const keptJournal = (name: string): string =>
  brotliDecompressSync(readFileSync(pathOf(name))).toString();

export const recordsIn = (text: string): readonly JournalRecord[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalRecord);

export function replayOf(records: Iterable<JournalRecord>): ReplayResult {
  const replay = new Replay({ rulesFrom: replayRulesFrom, atFirst: null });
  const report = new ReplayReport();
  for (const record of records) for (const finding of replay.see(record)) report.add(finding);
  return report.result();
}

/** What a replay came to, as it is declared. */
export function declarationOf(about: string, records: readonly JournalRecord[]): Declared {
  const { counts, differences, gaps } = replayOf(records);
  return {
    ...{ about, records: records.length },
    same: counts.decision.same + counts.plan.same + counts.verdicts.same,
    differences: differences.map(
      ({ seq, what, symbol, field, recorded, derived }) =>
        `#${seq} ${symbol ?? '-'} ${what} ${field}: ${shown(recorded)} -> ${shown(derived)}`,
    ),
    missing: gaps.map(({ because, count, firstSeq }) => `${count} from #${firstSeq}: ${because}`),
  };
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
}

export const declared = (): Readonly<Record<string, Declared>> =>
  existsSync(DECLARED) ? JSON.parse(readFileSync(DECLARED, 'utf8')) : {};

export const declare = (all: Readonly<Record<string, Declared>>): void =>
  writeFileSync(DECLARED, `${JSON.stringify(all, null, 2)}\n`);
