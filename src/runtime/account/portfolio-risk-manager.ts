import type { SymbolGroups } from '../../domain/control-facts.ts';
import { type Notional, type Price, price, type Quantity, text } from '../../domain/decimal.ts';
import { holdingsOf } from '../../domain/exposure.ts';
import type { Ticker } from '../../domain/ids.ts';
import { newYorkDay } from '../../domain/new-york.ts';
import type { PortfolioSnapshot, Position } from '../../domain/portfolio.ts';
import type { PortfolioRisk } from '../../domain/risk.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { ExitBasis } from '../../engine/decision/coordinated-exit.ts';
import { assessRisk } from '../../engine/risk/assess.ts';
import { averageVolume, type Closes, closesOf } from '../../engine/risk/returns.ts';
import { RETURN_DAYS, type RiskModel, riskModelOf } from '../../engine/risk/risk-model.ts';
import { sectorOf } from '../../engine/risk/sectors.ts';
import type { MarketData } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import { reasonOf, withDeadline } from '../../ports/deadline.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { RuntimeSettings } from '../settings/settings.ts';
import type { PortfolioStateManager } from './portfolio-state-manager.ts';

const DAY_MS = 86_400_000;
const RETRY_MS = 60_000;
const BARS_WAIT_MS = 1_500;
/** A year of bars of so many names fits in one page of Alpaca's. */
const NAMES_PER_READ = 35;
/** Names that are thought of and not held, whose bars are read like those of held ones. */
const MOST_SUPPOSED = 10;

type Parts = {
  readonly state: Pick<
    PortfolioStateManager,
    'snapshot' | 'symbols' | 'getCompleteContext' | 'onReading'
  >;
  readonly marketData: Pick<MarketData, 'readDailyBars'>;
  readonly peakEquity: () => Notional | null;
  /** How far past a stop a gap is assumed to fill, in percent. */
  readonly gapPercent: () => string;
  readonly logger: EventLogger;
  readonly clock: Clock;
  readonly settings: Pick<RuntimeSettings, 'risk' | 'callTimeoutMs'>;
};

/** Everything that a figure may depend on, beside the model. */
type Assessed = Pick<PortfolioSnapshot, 'version' | 'account' | 'positions'> & {
  readonly gapPercent: string;
  readonly peakEquity: string | null;
};

const isSame = (one: Assessed, other: Assessed): boolean =>
  one.version === other.version &&
  one.account === other.account &&
  one.positions === other.positions &&
  one.gapPercent === other.gapPercent &&
  one.peakEquity === other.peakEquity;

/**
 * Tells what the whole portfolio risks. Nobody waits for it: once somebody has asked, bars are
 * read once a day, after a reading of the account; until they are there the answer assumes the
 * worse.
 */
export class PortfolioRiskManager {
  readonly #parts: Parts;
  readonly #closes = new Map<Ticker, Closes>();
  readonly #volumes = new Map<Ticker, Quantity | null>();
  /** New York's day: a day's bar is whole when the next one begins there, and not before. */
  readonly #readOn = new Map<Ticker, string>();
  #model: RiskModel | null = null;
  /** What the model was made with; settings may change. */
  #modelRisk: RuntimeSettings['risk'] | null = null;
  #assessed: { readonly of: Assessed; readonly risk: PortfolioRisk } | null = null;
  /** Names that somebody thinks of opening, the latest first. */
  #supposed: readonly Ticker[] = [];
  #isReading = false;
  /** Nobody pays for bars that nobody asked for. */
  #isWanted = false;
  #retryAt = 0;
  #stopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.state.onReading(() => {
      if (this.#isWanted) void this.#readMissing();
    });
  }

  /** By the newest snapshot; null until the account was read. Asks the broker for nothing. */
  assessPortfolioRisk(): PortfolioRisk | null {
    const snapshot = this.#parts.state.snapshot();
    if (snapshot === null) return null;
    this.#isWanted = true;
    const model = this.#modelOf(snapshot);
    const of = this.#assessedOf(snapshot);
    const held = this.#assessed;
    if (held !== null && isSame(held.of, of)) return held.risk;
    const risk = this.#assess(snapshot, snapshot.positions, model);
    this.#assessed = { of, risk };
    return risk;
  }

  /**
   * The same as if a position were as `supposed`, with the stops that rest now. The bars of its
   * name are read, and it is waited for them a little.
   */
  async assessWith(supposed: Position): Promise<PortfolioRisk | null> {
    const { symbol } = supposed;
    const others = this.#supposed.filter((one) => one !== symbol);
    this.#supposed = [symbol, ...others].slice(0, MOST_SUPPOSED);
    await this.freshen();
    const snapshot = this.#parts.state.snapshot();
    if (snapshot === null) return null;
    const beside = snapshot.positions.filter((position) => position.symbol !== symbol);
    return this.#assess(snapshot, [...beside, supposed], this.#modelOf(snapshot));
  }

  /** Snapshots of one version differ in the time alone, and no figure depends on that. */
  #assessedOf({ version, account, positions }: PortfolioSnapshot): Assessed {
    const { peakEquity, gapPercent } = this.#parts;
    const peak = peakEquity();
    return {
      ...{ version, account, positions, gapPercent: gapPercent() },
      peakEquity: peak === null ? null : text(peak),
    };
  }

  #assess(
    { account }: PortfolioSnapshot,
    positions: readonly Position[],
    model: RiskModel,
  ): PortfolioRisk {
    const { state, settings, peakEquity, gapPercent } = this.#parts;
    return assessRisk({
      ...{ positions, model, equity: account.equity, peakEquity: peakEquity() },
      contexts: positions.flatMap(({ symbol }) => state.getCompleteContext(symbol) ?? []),
      sectorOf: (symbol) => sectorOf(symbol, settings.risk.sectors),
      gapPercent: gapPercent(),
    });
  }

  /** Sector and cluster of each symbol; a cluster is only known of names whose bars were read. */
  groups(symbols: readonly Ticker[]): ReadonlyMap<Ticker, SymbolGroups> {
    const { sectors } = this.#parts.settings.risk;
    const clusters = this.#model?.clusters;
    return new Map(
      symbols.map((symbol) => [
        symbol,
        { sector: sectorOf(symbol, sectors), cluster: clusters?.get(symbol) ?? null },
      ]),
    );
  }

  /**
   * What is known of each position as one of several. Bars are read from now on, as once somebody
   * asks for the risk.
   */
  groupFacts(
    snapshot: PortfolioSnapshot,
  ): ReadonlyMap<Ticker, SymbolGroups & { readonly lastClose: Price | null }> {
    this.#isWanted = true;
    this.#modelOf(snapshot);
    const groups = this.groups(snapshot.positions.map(({ symbol }) => symbol));
    return new Map(
      [...groups].map(([symbol, own]) => [
        symbol,
        { ...own, lastClose: this.#lastCloseOf(symbol) },
      ]),
    );
  }

  #lastCloseOf(symbol: Ticker): Price | null {
    const close = [...(this.#closes.get(symbol) ?? [])].at(-1)?.[1];
    return close === undefined ? null : price(String(close));
  }

  /** By what positions that are left together are told and put in order. */
  exitBasis(snapshot: PortfolioSnapshot): ExitBasis {
    return {
      model: this.#modelOf(snapshot),
      sectorOf: (symbol) => sectorOf(symbol, this.#parts.settings.risk.sectors),
      volumeOf: (symbol) => this.#volumes.get(symbol) ?? null,
    };
  }

  /** The closes of a year of these names, as far as they were read; from now on they are read. */
  closesOf(symbols: readonly Ticker[]): readonly Closes[] {
    this.#isWanted = true;
    return symbols.flatMap((symbol) => this.#closes.get(symbol) ?? []);
  }

  /** Reads the bars that are missing; those that take long hold up nobody. */
  async freshen(): Promise<void> {
    const done = new AbortController();
    const read = this.#readMissing().then(() => done.abort());
    await Promise.race([read, this.#parts.clock.sleep(BARS_WAIT_MS, done.signal)]);
  }

  stop(): void {
    this.#stopped = true;
  }

  #modelOf(snapshot: PortfolioSnapshot): RiskModel {
    const { risk } = this.#parts.settings;
    if (this.#model !== null && this.#modelRisk === risk) return this.#model;
    const bySize = [...holdingsOf(snapshot.positions)].sort((a, b) => b.value.cmp(a.value));
    const held = bySize.map(({ symbol }) => symbol);
    const names = new Set([risk.benchmark, ...held, ...this.#supposed]);
    const closes = new Map(
      [...names].flatMap((symbol) => {
        const known = this.#closes.get(symbol);
        return known === undefined ? [] : [[symbol, known] as const];
      }),
    );
    this.#modelRisk = risk;
    this.#assessed = null;
    this.#model = riskModelOf(closes, risk);
    return this.#model;
  }

  /** One request after the other, so that nobody else waits for many. */
  async #readMissing(): Promise<void> {
    const { state, clock, settings } = this.#parts;
    const now = clock.now();
    const today = newYorkDay(now);
    const names = new Set([settings.risk.benchmark, ...state.symbols(), ...this.#supposed]);
    const missing = [...names].filter((symbol) => this.#readOn.get(symbol) !== today);
    if (missing.length === 0 || this.#isReading || now < this.#retryAt) return;
    this.#isReading = true;
    try {
      for (let first = 0; first < missing.length && !this.#stopped; first += NAMES_PER_READ) {
        await this.#read(missing.slice(first, first + NAMES_PER_READ), now);
      }
    } catch (error) {
      this.#retryAt = clock.now() + RETRY_MS;
      const because = `the daily bars of a year could not be read: ${reasonOf(error)}`;
      this.#parts.logger.log({ type: 'cycle_failed', actor: 'system', body: { because } });
    } finally {
      this.#isReading = false;
      this.#model = null;
    }
  }

  async #read(symbols: readonly Ticker[], now: EpochMs): Promise<void> {
    const { marketData, clock, settings } = this.#parts;
    const bars = await withDeadline({
      ...{ clock, timeoutMs: settings.callTimeoutMs, what: 'the daily bars of a year' },
      call: () => marketData.readDailyBars(symbols, now, RETURN_DAYS + 2),
    });
    for (const symbol of symbols) {
      // The day that still runs has no close yet.
      const complete = (bars.get(symbol) ?? []).filter(({ at }) => at + DAY_MS <= now);
      this.#closes.set(symbol, closesOf(complete));
      this.#volumes.set(symbol, averageVolume(complete));
      this.#readOn.set(symbol, newYorkDay(now));
    }
  }
}
