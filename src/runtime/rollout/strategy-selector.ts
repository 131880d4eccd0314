import type { Json } from '../../domain/canonical.ts';
import type { JournalRecord } from '../../domain/event.ts';
import type { Ticker } from '../../domain/ids.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import {
  OWN_CHOICE,
  REGIMES,
  type Regime,
  type RegimeLook,
  type StrategyStatus,
} from '../../domain/regime.ts';
import type { EpochMs } from '../../domain/time.ts';
import { regimeOf } from '../../engine/regime/classify.ts';
import { regimeFeatures } from '../../engine/regime/features.ts';
import { chooseStrategy } from '../../engine/regime/strategy-choice.ts';
import type { Closes } from '../../engine/risk/returns.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { RuntimeSettings } from '../settings/settings.ts';

const DAY_MS = 86_400_000;
/** More days in a row than any owner may ask for. */
const MOST_LOOKS = 60;
const TOO_FEW = 'there are too few daily closes of the benchmark to tell';

type Parts = {
  readonly clock: Clock;
  readonly logger: EventLogger;
  readonly settings: Pick<RuntimeSettings, 'risk' | 'strategies'>;
  /** What is held. */
  readonly symbols: () => readonly Ticker[];
  /** Daily closes, as far as they were read. */
  readonly closesOf: (symbols: readonly Ticker[]) => readonly Closes[];
  /** Has another bundle hold, and writes that down. */
  readonly choose: (name: string | null, because: string) => void;
};

/**
 * Looks at the market once a day and has the bundle of settings hold that its owner approved for
 * it. It explores nothing, and what it changes can loosen no live stop: the engine never does.
 */
export class AdaptiveStrategySelector {
  readonly #parts: Parts;
  #looks: RegimeLook[] = [];
  #switchedAt: EpochMs[] = [];
  #because = 'no market was looked at yet';

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Takes up what earlier processes saw and did. */
  restore(records: readonly JournalRecord[]): void {
    for (const record of records) {
      if (record.type === 'regime_seen') this.#keep(lookIn(record.body));
      else if (isSwitch(record.body)) this.#switchedAt.push(record.at);
    }
  }

  status(): StrategyStatus {
    const regime = this.#looks.at(-1)?.regime ?? 'unknown';
    return { active: this.#parts.settings.strategies.active, regime, because: this.#because };
  }

  /** After each reading of the account; looks anew when there is a new day's close. */
  look(): void {
    const { strategies } = this.#parts.settings;
    if (!strategies.enabled && strategies.active === null) {
      this.#because = 'strategies are off';
      return;
    }
    const seen = this.#lookAtMarket();
    if (seen !== null) {
      this.#keep(seen);
      this.#parts.logger.log({ type: 'regime_seen', actor: 'system', body: seen });
    }
    this.#choose();
  }

  /** Null where there is nothing newer than what was seen. */
  #lookAtMarket(): RegimeLook | null {
    const { clock, settings, closesOf, symbols } = this.#parts;
    const last = this.#looks.at(-1);
    const [benchmark] = closesOf([settings.risk.benchmark]);
    const found = benchmark === undefined ? null : regimeFeatures(benchmark, closesOf(symbols()));
    if (found === null) {
      const day = Math.floor(clock.now() / DAY_MS) * DAY_MS;
      // Bars come a moment after the first reading: that is no look at the market yet.
      if (benchmark === undefined || (last !== undefined && last.day >= day)) return null;
      return { day, regime: 'unknown', features: null, because: TOO_FEW };
    }
    const { day, features } = found;
    if (last !== undefined && last.day >= day) return null;
    return { day, features, ...regimeOf(features, last?.regime ?? 'unknown') };
  }

  #choose(): void {
    const { settings, clock, choose } = this.#parts;
    const { strategies } = settings;
    const past = { active: strategies.active, looks: this.#looks, switchedAt: this.#switchedAt };
    const now = clock.now();
    const choice = chooseStrategy(strategies, past, now);
    this.#because = choice.because;
    if (choice.outcome === 'stay') return;
    this.#switchedAt = [...this.#switchedAt, now];
    choose(choice.to, choice.because);
  }

  #keep(look: RegimeLook): void {
    this.#looks = [...this.#looks, look].slice(-MOST_LOOKS);
  }
}

function lookIn(body: Json): RegimeLook {
  const day = fieldAt(body, 'day');
  const said = textAt(body, 'regime');
  const regime: Regime = REGIMES.find((each) => each === said) ?? 'unknown';
  const because = textAt(body, 'because') ?? '';
  // Only the newest look's features are ever asked for, and those are made anew.
  return { day: typeof day === 'number' ? day : 0, regime, features: null, because };
}

function isSwitch(body: Json): boolean {
  const changes = fieldAt(body, 'changes');
  return Array.isArray(changes) && changes.some((each) => textAt(each, 'path') === OWN_CHOICE);
}
