import type { JournalRecord } from '../../domain/event.ts';
import type { TradingStateLevels } from '../account/trading-state.ts';
import type { ControlDesk } from '../controls/control-desk.ts';
import type { ControlMemory } from '../controls/control-memory.ts';
import type { HaltWatch } from '../halt/halt-watch.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import { memoryOf } from '../journal/journal-memory.ts';
import { logLeftBehind } from '../plans/step-journal.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { StepBack } from '../rollout/step-back.ts';
import type { Memory } from './foundations.ts';

/** Brings back what earlier processes wrote down; from here on every record is heard at once. */
export function restore(logger: EventLogger, memory: Memory): void {
  const { ledger, unsettled, sent, plans, strangers, episodes, outcomes } = memory;
  const hear = (record: JournalRecord) => {
    ledger.remember(record);
    unsettled.remember(record);
    sent.remember(record);
    plans.remember(record);
    strangers.remember(record);
  };
  const { steps: known, episodes: lives, isWhole } = memoryOf(logger);
  for (const record of known) hear(record);
  if (!isWhole) strangers.lookUpOlder();
  episodes.restore(lives);
  outcomes.begin(lives);
  logger.onRecord(hear);
  for (const step of unsettled.unanswered()) logLeftBehind(logger, step);
}

/** What was latched, paid in and reached before is so still. */
export function restoreControls(
  logger: EventLogger,
  memory: ControlMemory,
  desk: ControlDesk,
): void {
  const { steps } = memoryOf(logger);
  const latches = logger.recall(['control_latched', 'control_enabled', 'cash_moved']);
  const peaks = logger.recall(['equity_peak_moved']);
  const records = [...steps, ...latches, ...peaks].sort((one, other) => one.seq - other.seq);
  for (const record of records) memory.remember(record);
  desk.restore();
  logger.onRecord((record) => {
    memory.remember(record);
    desk.hear(record);
  });
}

const DAY_MS = 24 * 3_600_000;

/** What a policy has done lately, and what was taken back, counts on. */
export function restoreRollout(
  logger: EventLogger,
  now: number,
  rollout: Rollout,
  stepBack: StepBack,
): void {
  const query = { types: ['plan_spent'] as const, sinceAt: now - DAY_MS, limit: 10_000 };
  for (const record of logger.getHistory(query).records) rollout.remember(record);
  stepBack.restore(logger.recall(['policy_stepped_back', 'policy_enabled']));
  logger.onRecord((record) => {
    rollout.remember(record);
    stepBack.hear(record);
  });
}

/** What stopped the account before this process was there stops it still. */
export function takeUpHalts(
  logger: EventLogger,
  levels: TradingStateLevels,
  halts: HaltWatch,
): void {
  const [last] = logger.getHistory({ types: ['trading_state_changed'], limit: 1 }).records;
  if (last !== undefined) levels.restore(last);
  halts.start();
}
