import type { AssetFacts, EntryFacts } from '../../domain/control-facts.ts';
import type { Quantity } from '../../domain/decimal.ts';
import type { Ticker } from '../../domain/ids.ts';
import { newYorkDay } from '../../domain/new-york.ts';
import type { EpochMs } from '../../domain/time.ts';
import { averageVolume } from '../../engine/risk/returns.ts';
import type { Broker, MarketData } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import { reasonOf, withDeadline } from '../../ports/deadline.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { RuntimeSettings } from '../settings/settings.ts';
import type { PortfolioStateManager } from './portfolio-state-manager.ts';

const DAY_MS = 24 * 3_600_000;
/** What the broker says of a symbol seldom changes, and at its worst it refuses the order. */
const ASSET_KEPT_MS = 3_600_000;
/** Enough for 20 whole days of volume, the day that still runs and holidays aside. */
const VOLUME_BARS = 25;

type Parts = {
  readonly broker: Pick<Broker, 'readAsset'>;
  readonly marketData: Pick<MarketData, 'readDailyBars'>;
  readonly state: Pick<PortfolioStateManager, 'follow'>;
  readonly logger: EventLogger;
  readonly clock: Clock;
  readonly settings: Pick<RuntimeSettings, 'callTimeoutMs'>;
};

/**
 * Finds out what the guardrails want to know of a symbol before something is opened in it. What
 * cannot be read stays unknown, and then nothing is opened.
 */
export class EntryDesk {
  readonly #parts: Parts;
  readonly #assets = new Map<Ticker, { readonly at: EpochMs; readonly facts: AssetFacts | null }>();
  readonly #volumes = new Map<Ticker, { readonly day: string; readonly shares: Quantity | null }>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Reads what is missing: prices and ranges too, which are followed for a while from now on. */
  async prepare(symbols: readonly Ticker[]): Promise<void> {
    await Promise.all([
      this.#parts.state.follow(symbols),
      this.#readVolumes(symbols),
      ...symbols.map((symbol) => this.#readAsset(symbol)),
    ]);
  }

  factsOf(symbol: Ticker): EntryFacts {
    const volume = this.#volumes.get(symbol);
    return {
      asset: this.#assets.get(symbol)?.facts ?? null,
      averageDailyVolume: volume?.day === this.#today() ? volume.shares : null,
    };
  }

  async #readAsset(symbol: Ticker): Promise<void> {
    const { broker, clock } = this.#parts;
    const known = this.#assets.get(symbol);
    if (known !== undefined && clock.now() - known.at < ASSET_KEPT_MS) return;
    await this.#ask(`what the broker says of ${symbol}`, async (inTime) => {
      const facts = await inTime(() => broker.readAsset(symbol));
      this.#assets.set(symbol, { at: clock.now(), facts });
    });
  }

  async #readVolumes(symbols: readonly Ticker[]): Promise<void> {
    const { marketData, clock } = this.#parts;
    const day = this.#today();
    const missing = symbols.filter((symbol) => this.#volumes.get(symbol)?.day !== day);
    if (missing.length === 0) return;
    await this.#ask('the volume of a day', async (inTime) => {
      const now = clock.now();
      const bars = await inTime(() => marketData.readDailyBars(missing, now, VOLUME_BARS));
      for (const symbol of missing) {
        const complete = (bars.get(symbol) ?? []).filter(({ at }) => at + DAY_MS <= now);
        this.#volumes.set(symbol, { day, shares: averageVolume(complete) });
      }
    });
  }

  /** A failure is written down, and leaves it unknown. */
  async #ask(
    what: string,
    read: (inTime: <Answer>(call: () => Promise<Answer>) => Promise<Answer>) => Promise<void>,
  ): Promise<void> {
    const { clock, settings, logger } = this.#parts;
    const timeoutMs = settings.callTimeoutMs;
    try {
      await read((call) => withDeadline({ clock, timeoutMs, what, call }));
    } catch (error) {
      const because = `${what} could not be read: ${reasonOf(error)}`;
      logger.log({ type: 'cycle_failed', actor: 'system', body: { because } });
    }
  }

  /** A day's bar is whole when the next day begins in New York, and not before. */
  #today(): string {
    return newYorkDay(this.#parts.clock.now());
  }
}
