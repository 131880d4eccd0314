import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ed25519Signer } from '../src/adapters/system/ed25519-signer.ts';
import type { SystemClock } from '../src/adapters/system/system-clock.ts';
import type { JournalEvent } from '../src/domain/event.ts';
import { AlertBoard } from '../src/runtime/journal/alert-board.ts';
import { Anchoring } from '../src/runtime/journal/anchoring.ts';
import { Checkpoints } from '../src/runtime/journal/checkpoints.ts';
import type { EventLogger } from '../src/runtime/journal/event-logger.ts';

const directory = mkdtempSync(join(tmpdir(), 'bigbrother-bench-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
/** A path that is gone with this process. */
export const file = (name: string): string => join(directory, name);

/** A whole decision as the loop writes it down: about 1.4 kB. */
export const decision = (index: number): JournalEvent => ({
  type: 'decision_made',
  actor: 'loop',
  symbol: SYMBOLS[index % SYMBOLS.length] ?? null,
  body: {
    decision: {
      at: index,
      snapshotVersion: index,
      urgency: 'critical',
      target: {
        side: 'long',
        quantity: '100',
        stop: { stopPrice: '163.76', limitPrice: '162.94' },
      },
      chosen: EVALUATIONS.slice(0, 1),
      evaluations: EVALUATIONS,
      overruled: [],
    },
    inputs: { digest: '5be1'.repeat(16), position: POSITION, orders: [], quote: QUOTE },
  },
});
export const SYMBOLS = Array.from({ length: 20 }, (_, index) => `SYM${index}`);
const EVALUATIONS = ['stop-loss', 'partial-profit', 'trailing-stop', 'gap-rescue'].map(
  (policy) => ({
    outcome: 'recommends',
    recommendation: {
      policy,
      urgency: 'critical',
      action: { kind: 'protect', stopPrice: '163.76', limitPrice: '162.94' },
      because: '100 of 100 shares have no resting stop; stop at 163.76 (8 % from the entry)',
    },
  }),
);
const POSITION = { symbol: 'AAPL', side: 'long', quantity: '100', averageEntryPrice: '178' };
export const QUOTE = { bidPrice: '180.05', askPrice: '180.07', bidSize: 300, askSize: 200, at: 1 };

/** Checkpoints as the runtime writes them. */
export function signing(logger: EventLogger, clock: SystemClock): Checkpoints {
  const alerts = new AlertBoard({ logger, clock });
  const anchoring = new Anchoring({ place: null, alerts, clock });
  const signer = Ed25519Signer.forThisRun();
  const unsettledSince = () => null;
  const hashes = { settingsHash: () => 'bench', codeVersion: 'bench' };
  return new Checkpoints({ logger, clock, alerts, anchoring, signer, unsettledSince, ...hashes });
}
