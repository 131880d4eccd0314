import { decisionPass } from './decision-pass.ts';
import { exchangeEvents } from './exchange-events.ts';
import { exchangeHttp } from './exchange-http.ts';
import { exchangeMemory } from './exchange-memory.ts';
import type { Row } from './harness.ts';
import { report } from './harness.ts';
import { journalAppend, journalHistory, journalStart, journalVerify } from './journal.ts';
import { portfolioContext } from './portfolio-context.ts';

/** `npm run bench -- exchange` runs only the rows whose name holds that word. */
const rows: Record<string, () => Promise<Row>> = {
  'decision-pass': decisionPass,
  'portfolio-context-50': () => portfolioContext(50),
  'portfolio-context-500': () => portfolioContext(500),
  'exchange-events': exchangeEvents,
  'exchange-http': exchangeHttp,
  'exchange-memory': exchangeMemory,
  'journal-append-1-rows': () => journalAppend(1, 'rows'),
  'journal-append-1-bytes': () => journalAppend(1, 'bytes'),
  'journal-append-64-rows': () => journalAppend(64, 'rows'),
  'journal-append-64-bytes': () => journalAppend(64, 'bytes'),
  'journal-verify': journalVerify,
  'journal-history-24h': journalHistory,
  'journal-start': journalStart,
};

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const wanted = Object.entries(rows).filter(
  ([name]) => words.length === 0 || words.some((word) => name.includes(word)),
);
const measured: Row[] = [];
for (const [, row] of wanted) measured.push(await row());
report(measured, process.argv.includes('--json'));
