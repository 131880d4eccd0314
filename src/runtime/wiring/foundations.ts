import { EpisodeKeeper } from '../account/episode-keeper.ts';
import { IntentLedger } from '../account/intent-ledger.ts';
import { SecondOwnerWatch } from '../account/second-owner.ts';
import { TradingStateLevels } from '../account/trading-state.ts';
import { ControlMemory } from '../controls/control-memory.ts';
import { HeldBackWatch } from '../controls/held-back-watch.ts';
import { OutcomeKeeper } from '../history/outcome-keeper.ts';
import { AlertBoard } from '../journal/alert-board.ts';
import { Anchoring } from '../journal/anchoring.ts';
import { EventLogger } from '../journal/event-logger.ts';
import { Outbox } from '../journal/outbox.ts';
import { journalParts } from '../plans/part-journal.ts';
import { PlanStore } from '../plans/plan-store.ts';
import { SentSteps } from '../plans/sent-steps.ts';
import { UnsettledSteps } from '../plans/unsettled-steps.ts';
import { ModeGate } from '../rollout/mode-gate.ts';
import type { RuntimeParts } from '../runtime-parts.ts';
import { liveView } from '../settings/live-view.ts';

/** What every part writes to, and is ruled by. */
export type Foundations = ReturnType<typeof layFoundations>;

/** The settings in force, the journal and who is told of it. */
export function layFoundations(parts: RuntimeParts) {
  const { clock, ids, store, replica } = parts;
  const latch = parts.standDown ?? null;
  const gate = new ModeGate({ fromSettings: () => parts.settings.mode, latch });
  const settings = Object.defineProperty(
    liveView(() => parts.settings),
    'mode',
    { get: () => gate.mode() },
  );
  const bootId = ids.next('boot');
  const logger = new EventLogger({ store, clock, bootId });
  const alerts = new AlertBoard({ logger, clock });
  logger.onBroken((because) => {
    alerts.raise({ code: 'journal_broken', symbol: null, because: `nothing is sent: ${because}` });
  });
  const place = parts.signing?.anchorPlace ?? null;
  const anchoring = new Anchoring({ place, alerts, clock });
  const onCopied = (seq: number): void => anchoring.note(seq);
  const outbox =
    replica === undefined
      ? null
      : new Outbox({ replica, store, logger, alerts, clock, bootId, onCopied });
  const settingsHash = () => parts.settingsHash;
  const tradingState = new TradingStateLevels({ logger, clock, settings });
  return {
    ...{
      clock,
      ids,
      gate,
      settings,
      settingsHash,
      logger,
      alerts,
      anchoring,
      outbox,
      tradingState,
    },
  };
}

/** What is known of earlier orders and plans, across processes. */
export type Memory = ReturnType<typeof memoryFor>;

/** Knows nothing yet: {@link restore} tells it what the journal knows. */
export function memoryFor({ logger, alerts, clock, tradingState, settings }: Foundations) {
  const ledger = new IntentLedger();
  const plans = new PlanStore();
  journalParts(logger, plans);
  const heldBack = new HeldBackWatch({ alerts, plans });
  logger.onRecord((record) => heldBack.hear(record));
  return {
    ...{ ledger, plans },
    unsettled: new UnsettledSteps(clock),
    sent: new SentSteps(),
    strangers: new SecondOwnerWatch({ logger, tradingState, alerts }),
    episodes: new EpisodeKeeper({ logger, ledger }),
    outcomes: new OutcomeKeeper(logger),
    controls: new ControlMemory(liveView(() => settings.controls)),
  };
}
