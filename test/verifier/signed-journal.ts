import { Ed25519Signer } from '../../src/adapters/system/ed25519-signer.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import type { EventStore } from '../../src/ports/event-store.ts';
import { AlertBoard } from '../../src/runtime/journal/alert-board.ts';
import { Anchoring } from '../../src/runtime/journal/anchoring.ts';
import { Checkpoints } from '../../src/runtime/journal/checkpoints.ts';
import { EventLogger } from '../../src/runtime/journal/event-logger.ts';

export const SIGNER = Ed25519Signer.forThisRun();

/** Writes that many records as a run does, with a checkpoint as every so manieth of them. */
export async function writeSigned(store: EventStore, count: number, every: number): Promise<void> {
  const clock = new VirtualClock(Date.UTC(2026, 9, 8, 15));
  const logger = new EventLogger({ store, clock, bootId: 'b' });
  const alerts = new AlertBoard({ logger, clock });
  const anchoring = new Anchoring({ place: null, alerts, clock });
  const checkpoints = new Checkpoints({
    ...{ logger, clock, alerts, anchoring, settingsHash: () => 'abc', codeVersion: '0.1.0' },
    ...{ signer: SIGNER, unsettledSince: () => null },
  });
  checkpoints.start();
  for (let seq = 1; seq <= count; seq = logger.length + 1) {
    // What changes what the account may do is signed for at once.
    const isSigned = (seq + 1) % every === 0;
    logger.log({
      type: isSigned ? 'started' : 'fill_received',
      actor: 'loop',
      symbol: seq % 3 === 0 ? null : 'é',
      planId: seq % 2 === 0 ? null : `plan-${seq}`,
      // What a hostile text can do at most: look like a field of the record.
      body: seq % 4 === 0 ? { text: '","hash":"0' } : {},
    });
    if (isSigned) await clock.advanceBy(1);
  }
  logger.commit();
  checkpoints.stop();
}
