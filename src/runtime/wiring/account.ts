import { AccountLook } from '../account/account-look.ts';
import { AccountReader } from '../account/account-reader.ts';
import { ClockSkew } from '../account/clock-skew.ts';
import { ClockWatch } from '../account/clock-watch.ts';
import { EntryDesk } from '../account/entry-desk.ts';
import { LookAgain } from '../account/look-again.ts';
import { MarketFeed } from '../account/market-feed.ts';
import { MissedFills } from '../account/missed-fills.ts';
import { NakedMeters } from '../account/naked-meters.ts';
import { OrderBook } from '../account/order-book.ts';
import { OrderDesk } from '../account/order-desk.ts';
import { PassedStops } from '../account/passed-stops.ts';
import { PortfolioRiskManager } from '../account/portfolio-risk-manager.ts';
import { PortfolioStateManager } from '../account/portfolio-state-manager.ts';
import { SessionCalendar } from '../account/session-calendar.ts';
import { StreamTrust } from '../account/stream-trust.ts';
import { AccountRecord } from '../controls/account-record.ts';
import { BackstopWatch } from '../controls/backstop-watch.ts';
import { ControlDesk } from '../controls/control-desk.ts';
import { Recovery } from '../coordination/recovery.ts';
import { BrokerErrorWatch } from '../halt/broker-error-watch.ts';
import { HaltWatch } from '../halt/halt-watch.ts';
import { StandDownWatch } from '../rollout/stand-down-watch.ts';
import type { RuntimeParts } from '../runtime-parts.ts';
import type { Foundations, Memory } from './foundations.ts';

/** What knows the account. */
export type AccountSide = ReturnType<typeof wireAccount>;

/** Everything between the broker's answers and one picture of the account. */
export function wireAccount(parts: RuntimeParts, foundations: Foundations, memory: Memory) {
  const { clock, settings, logger, alerts, tradingState } = foundations;
  const { broker, marketData, streams } = parts;
  const { ledger, episodes, unsettled } = memory;
  const reader = new AccountReader({ broker, clock, settings });
  const orders = new OrderBook();
  const stream = new StreamTrust(logger, clock);
  const desk = new OrderDesk({ book: orders, reader, stream, clock });
  const skew = new ClockSkew({ broker, alerts, tradingState, clock, settings });
  const aheadMs = () => skew.aheadMs();
  const timeoutMs = settings.callTimeoutMs;
  const calendar = new SessionCalendar({ broker, clock, timeoutMs, aheadMs });
  const market = new MarketFeed({ marketData, clock, logger, settings, aheadMs });
  const passed = new PassedStops({ clock, orders, market, calendar });
  const state = new PortfolioStateManager({
    ...{ reader, orders, desk, stream, streams, calendar, episodes, ledger },
    ...{ tradingState, logger, clock, settings },
    ...{ market, passed },
    meters: new NakedMeters({ logger, calendar }),
    brokerAheadMs: () => -skew.aheadMs(),
  });
  const missed = new MissedFills({ reader, episodes, logger, clock });
  const risk = new PortfolioRiskManager({
    ...{ state, marketData, logger, clock, settings },
    peakEquity: () => memory.controls.peakEquity(),
    gapPercent: () => parts.planning.gapPercent,
  });
  const entries = new EntryDesk({ broker, marketData, state, logger, clock, settings });
  return {
    ...{ reader, orders, desk, calendar, skew, state, passed, risk, entries },
    again: new LookAgain({ state, clock }),
    look: new AccountLook({ state, broker, clock, settings }),
    recovery: new Recovery({ state, missed, unsettled, desk, tradingState, logger, clock }),
  };
}

/** What stops the account, or tells that it is not as it was declared. */
export type Watches = ReturnType<typeof wireWatches>;

export function wireWatches(
  parts: RuntimeParts,
  foundations: Foundations,
  memory: Memory,
  account: AccountSide,
) {
  const { broker, emergency, haltLatch: latch } = parts;
  const { clock, settings, logger, alerts, tradingState, gate } = foundations;
  const { recovery, state, skew, calendar, reader, risk, entries } = account;
  const halts = new HaltWatch({ latch, emergency, tradingState, alerts, logger, clock, settings });
  const standDown = new StandDownWatch({ gate, alerts, logger, latch: parts.standDown ?? null });
  const clockWatch = new ClockWatch({
    clock,
    isOpen: () => calendar.sessionAt(clock.now()).isOpen,
    onGap: (because, shiftMs) => {
      skew.shift(shiftMs);
      recovery.begin(because);
      // What the streams held back meanwhile may be lost: they begin anew.
      state.listen();
      void skew.start();
      void recovery.attempt();
    },
  });
  recovery.lookFirst(() => {
    clockWatch.look();
    halts.notice();
    standDown.notice();
  });
  const { controls: memoryOfControls } = memory;
  const record = new AccountRecord({
    ...{ broker, reader, memory: memoryOfControls, tradingState, alerts, logger, clock, calendar },
  });
  const backstops = new BackstopWatch({ broker, alerts, tradingState, clock, settings });
  const controls = new ControlDesk({
    ...{ logger, clock, alerts, tradingState, calendar, skew, record, backstops, settings },
    ...{ state, risk, entries, memory: memoryOfControls },
  });
  const brokerErrors = new BrokerErrorWatch({ halts, alerts });
  logger.onRecord((each) => brokerErrors.hear(each));
  return { halts, standDown, clockWatch, record, backstops, controls, brokerErrors };
}
