/** Writes into a journal until it is killed, and tells of each record once it is durable. */
import { writeSync } from 'node:fs';
import { SqliteEventStore } from '../../src/adapters/event-stores/sqlite.ts';
import { Ed25519Signer } from '../../src/adapters/system/ed25519-signer.ts';
import { DataDirectory } from '../../src/adapters/system/files.ts';
import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import { AlertBoard } from '../../src/runtime/journal/alert-board.ts';
import { Anchoring } from '../../src/runtime/journal/anchoring.ts';
import { Checkpoints } from '../../src/runtime/journal/checkpoints.ts';
import { EventLogger } from '../../src/runtime/journal/event-logger.ts';

const home = DataDirectory.open(process.argv[2] ?? '');
const clock = new SystemClock();
const store = new SqliteEventStore(home.filePath('journal.sqlite'));
const logger = new EventLogger({ store, clock, bootId: `boot-${process.pid}` });
const alerts = new AlertBoard({ logger, clock });
const checkpoints = new Checkpoints({
  ...{ logger, clock, alerts, settingsHash: () => 'crash', codeVersion: 'crash' },
  anchoring: new Anchoring({ place: null, alerts, clock }),
  signer: Ed25519Signer.of(home),
  unsettledSince: () => null,
});
checkpoints.start();

function write(): void {
  for (let count = 0; count < 20; count += 1) {
    logger.log({ type: 'decision_made', actor: 'loop', symbol: 'AAPL', body: { filler: FILLER } });
    logger.logDurably({ type: 'step_intended', actor: 'system', body: { count } });
    writeSync(1, `${logger.length}\n`);
  }
  setImmediate(write);
}
const FILLER = 'x'.repeat(700);
write();
