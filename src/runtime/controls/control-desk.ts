import type { ControlFacts, ControlLatch } from '../../domain/control-facts.ts';
import { decimal, text } from '../../domain/decimal.ts';
import type { JournalRecord } from '../../domain/event.ts';
import type { PlanPart } from '../../domain/plan.ts';
import { textAt } from '../../domain/record-body.ts';
import { exitSide } from '../../domain/side.ts';
import { isForEntry } from '../../engine/account/entry-context.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ClockSkew } from '../account/clock-skew.ts';
import type { EntryDesk } from '../account/entry-desk.ts';
import type { PortfolioRiskManager } from '../account/portfolio-risk-manager.ts';
import type { PortfolioStateManager } from '../account/portfolio-state-manager.ts';
import type { SessionCalendar } from '../account/session-calendar.ts';
import type { TradingStateLevels } from '../account/trading-state.ts';
import type { AlertBoard } from '../journal/alert-board.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { RuntimeSettings } from '../settings/settings.ts';
import type { AccountRecord } from './account-record.ts';
import type { BackstopWatch } from './backstop-watch.ts';
import type { ControlMemory } from './control-memory.ts';

const DRAWDOWN = 'drawdown';
/** A peak is written down when it has risen by this part of itself, in percent. */
const PEAK_STEP_PERCENT = '0.1';

type Parts = {
  readonly logger: EventLogger;
  readonly clock: Clock;
  readonly alerts: AlertBoard;
  readonly tradingState: TradingStateLevels;
  readonly calendar: SessionCalendar;
  readonly skew: ClockSkew;
  readonly record: AccountRecord;
  readonly backstops: BackstopWatch;
  readonly memory: ControlMemory;
  readonly state: Pick<PortfolioStateManager, 'symbols'>;
  readonly risk: Pick<PortfolioRiskManager, 'groups'>;
  readonly entries: Pick<EntryDesk, 'factsOf'>;
  readonly settings: RuntimeSettings;
};

/**
 * Gathers what the controls measure by, and latches those that stay shut until a person opens
 * them. What nobody here knows yet stays null: entries are not let through without it.
 */
export class ControlDesk {
  readonly #parts: Parts;
  #writtenPeak: string | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @param parts of the plan under review */
  facts(parts: readonly PlanPart[] = []): ControlFacts {
    const { memory, clock, calendar, skew, record, backstops } = this.#parts;
    const now = clock.now();
    record.freshen();
    const session = skew.session();
    const lastCloseAt = calendar.lastCloseBefore(now);
    return {
      messages: memory.messages(now),
      latches: memory.latches(),
      peakEquity: memory.peakEquity(),
      netDepositsToday:
        record.paymentsReadAt() === null || lastCloseAt === null
          ? null
          : memory.paidInSince(lastCloseAt),
      inFlight: memory.inFlight(),
      sessionCheck:
        session === null
          ? null
          : {
              at: session.at,
              brokerSaysOpen: session.isOpen,
              calendarSaysOpen: calendar.sessionAt(session.at + skew.aheadMs()).isOpen,
            },
      configuration: backstops.configuration(),
      recordAgreedAt: record.agreedAt(),
      asset: null,
      averageDailyVolume: null,
      ownEntryQuantities: memory.ownEntryQuantities(),
      groups: this.#groupsFor(parts),
      ...this.#entriesIn(parts),
    };
  }

  #entriesIn(parts: readonly PlanPart[]): Pick<ControlFacts, 'entries'> {
    const opening = parts.filter(isForEntry);
    if (opening.length === 0) return {};
    const { entries } = this.#parts;
    return { entries: new Map(opening.map(({ symbol }) => [symbol, entries.factsOf(symbol)])) };
  }

  /** What moves with the plan's symbols; with everything held only where the plan adds to it. */
  #groupsFor(parts: readonly PlanPart[]): ControlFacts['groups'] {
    const { state, risk } = this.#parts;
    const own = parts.map(({ symbol }) => symbol);
    return risk.groups(parts.some(mayAdd) ? [...new Set([...own, ...state.symbols()])] : own);
  }

  /** Shows again what an earlier process latched. */
  restore(): void {
    for (const latch of this.#parts.memory.latches()) this.#show(latch);
  }

  /** Watches each record for what has to be latched; the memory has heard it already. */
  hear(record: JournalRecord): void {
    const latch = this.#parts.memory.tooOften(record);
    if (latch !== null) this.#latch(latch);
    if (record.type === 'snapshot_taken') this.#judgeDrawdown(record);
  }

  /**
   * A person switches on again what a control has switched off.
   *
   * @param policy the policy, or `drawdown` for the account
   * @param by who says so, in words
   * @returns false when nothing of that name is switched off
   */
  enable(policy: string, symbol: string | null, by: string): boolean {
    const { memory, logger, alerts, tradingState } = this.#parts;
    const latch = memory
      .latches()
      .find((one) =>
        one.control === DRAWDOWN
          ? policy === DRAWDOWN
          : one.policy === policy && one.symbol === symbol,
      );
    if (latch === undefined) return false;
    const { control } = latch;
    const [last] = logger.getHistory({ types: ['snapshot_taken'], limit: 1 }).records;
    const equity = last === undefined ? null : textAt(last.body, 'equity');
    const body = { control, policy: latch.policy, symbol: latch.symbol, by, equity };
    logger.logDurably({ type: 'control_enabled', actor: 'person', symbol: latch.symbol, body });
    alerts.clear({ code: codeOf(latch), symbol: latch.symbol as never });
    if (control === DRAWDOWN) tradingState.clear(DRAWDOWN);
    return true;
  }

  #latch(latch: ControlLatch): void {
    const { control, policy, symbol, because } = latch;
    const body = { control, policy, symbol, because };
    this.#parts.logger.logDurably({ type: 'control_latched', actor: 'system', symbol, body });
    this.#show(latch);
  }

  #show(latch: ControlLatch): void {
    const { alerts, tradingState } = this.#parts;
    const { control, policy, symbol, because, since } = latch;
    const command = `bigbrother enable ${control === DRAWDOWN ? DRAWDOWN : `${policy} ${symbol}`}`;
    const said = policy === null ? because : `${policy} is switched off: ${because}`;
    alerts.raise({
      code: codeOf(latch),
      symbol: symbol as never,
      because: `${said}; a person switches it on with "${command}"`,
    });
    if (control !== DRAWDOWN) return;
    tradingState.raise({
      state: 'reducing',
      code: DRAWDOWN,
      because,
      since,
      clearedBy: `a person with "${command}"`,
    });
  }

  #judgeDrawdown({ body, at }: JournalRecord): void {
    const { memory, settings } = this.#parts;
    const peak = memory.peakEquity();
    const equity = textAt(body, 'equity');
    const percent = settings.controls.drawdownPercent;
    if (peak === null || equity === null) return;
    this.#writePeak(text(peak));
    if (percent === null || memory.latches().some(({ control }) => control === DRAWDOWN)) return;
    const fall = peak.minus(decimal(equity));
    if (fall.times('100').lt(peak.times(decimal(percent)))) return;
    const because =
      `the account stands $${text(fall.round(2, 0))} below its highest equity of ` +
      `$${text(peak.round(2, 0))}; ${percent} % is the limit`;
    this.#latch({ control: DRAWDOWN, policy: null, symbol: null, since: at, because });
  }

  #writePeak(peak: string): void {
    const before = this.#writtenPeak;
    const step = before === null ? null : decimal(before).times(PEAK_STEP_PERCENT).div('100');
    if (before !== null && step !== null && decimal(peak).minus(before).abs().lt(step)) return;
    this.#writtenPeak = peak;
    const { logger } = this.#parts;
    logger.log({ type: 'equity_peak_moved', actor: 'system', body: { equity: peak } });
  }
}

const mayAdd = ({ steps, basis }: PlanPart): boolean =>
  steps.some((step) => step.kind === 'submit' && step.order.side !== exitSide(basis.side));

const codeOf = ({ control }: ControlLatch): string =>
  control === DRAWDOWN ? 'drawdown' : 'repeated_execution';
