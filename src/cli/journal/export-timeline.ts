import type { JournalRecord } from '../../domain/event.ts';
import { isoTime } from '../../domain/time.ts';
import { recordLine } from '../shared/record-line.ts';

/** Kinds that say nothing to a person who reads what happened. */
const SILENT: ReadonlySet<string> = new Set(['snapshot_taken', 'checkpoint_signed']);

/** What happened, day by day, as Markdown. */
export function* timeline(records: Iterable<JournalRecord>): Iterable<string> {
  yield '# What happened\n';
  let day = '';
  for (const record of records) {
    if (SILENT.has(record.type)) continue;
    const date = isoTime(record.at).slice(0, 10);
    if (date !== day) yield `\n## ${date} (UTC)\n\n`;
    day = date;
    yield `- ${asText(recordLine(record))}\n`;
  }
}

/** Text from outside must neither look like our own headings nor load anything. */
export const asText = (line: string): string =>
  line.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>|#!]/g, (each) => `\\${each}`);
