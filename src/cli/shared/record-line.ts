import { sentenceOf } from '../../../tools/shared/history-words.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { isoTime } from '../../domain/time.ts';

/** A journal record as one line: when, where in the chain, what about, what and why. */
export const recordLine = (record: JournalRecord): string =>
  [isoTime(record.at), `#${record.seq}`, record.symbol ?? '-', sentenceOf(record)].join('  ');
