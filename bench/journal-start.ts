import { writeFileSync } from 'node:fs';
import { SqliteEventStore } from '../src/adapters/event-stores/sqlite.ts';
import { SystemClock } from '../src/adapters/system/system-clock.ts';
import { EventLogger } from '../src/runtime/journal/event-logger.ts';
import { JournalAudit } from '../src/runtime/journal/journal-audit.ts';
import { memoryOf } from '../src/runtime/journal/journal-memory.ts';
import { signing } from './journal-events.ts';

/** What a start took, from the beginning of its process. */
export type Started = { readonly ms: number; readonly megabytes: number; readonly steps: number };

const clock = new SystemClock();
const store = new SqliteEventStore(process.argv[2] ?? '');
const logger = new EventLogger({ store, clock, bootId: 'boot-bench' });
const audit = new JournalAudit({ logger, clock });
if (!audit.start()) throw new Error(`the journal is damaged: ${logger.brokenBecause}`);
const { steps } = memoryOf(logger);
const checkpoints = signing(logger, clock);
checkpoints.start();
const started: Started = {
  ms: performance.now(),
  // At its most, as the kernel counts it in KiB.
  megabytes: (process.resourceUsage().maxRSS * 1_024) / 1_000_000,
  steps: steps.length,
};
audit.stop();
checkpoints.stop();
store.close();
writeFileSync(1, JSON.stringify(started));
