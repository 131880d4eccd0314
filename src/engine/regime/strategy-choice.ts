import type { Regime, RegimeLook } from '../../domain/regime.ts';
import type { EpochMs } from '../../domain/time.ts';

const MONTH_MS = 30 * 86_400_000;

/** What the owner allowed. */
export type StrategyRules = {
  readonly enabled: boolean;
  /** The bundle for each regime; null for the settings without any. */
  readonly inRegime: Readonly<Record<Regime, string | null>>;
  /** Days in a row on which a regime must have been seen. */
  readonly minimumDays: number;
  readonly switchesPerMonth: number;
};

/** What was seen and done before. */
export type StrategyPast = {
  readonly active: string | null;
  /** One for each day, oldest first; the last is today's. */
  readonly looks: readonly RegimeLook[];
  readonly switchedAt: readonly EpochMs[];
};

export type StrategyChoice =
  | { readonly outcome: 'stay'; readonly because: string }
  | { readonly outcome: 'switch'; readonly to: string | null; readonly because: string };

/**
 * Whether another bundle of settings is to hold from now on. In a regime that nobody can tell the
 * bundle stays as it is.
 */
export function chooseStrategy(
  rules: StrategyRules,
  { active, looks, switchedAt }: StrategyPast,
  now: EpochMs,
): StrategyChoice {
  const today = looks.at(-1);
  if (!rules.enabled) {
    return active === null
      ? stay('strategies are off')
      : { outcome: 'switch', to: null, because: 'strategies were turned off' };
  }
  if (today === undefined || today.regime === 'unknown') {
    return stay(today?.because ?? 'no market was looked at yet');
  }
  const { regime } = today;
  const wanted = rules.inRegime[regime];
  if (wanted === active) return stay(`${nameOf(active)} is what a ${regime} market asks for`);
  const days = daysInARow(looks, regime);
  if (days < rules.minimumDays) {
    return stay(`${regime} for ${days} of ${rules.minimumDays} days; then ${nameOf(wanted)}`);
  }
  const lately = switchedAt.filter((at) => at > now - MONTH_MS).length;
  if (lately >= rules.switchesPerMonth) {
    return stay(`${lately} switches in 30 days are the most; else ${nameOf(wanted)}`);
  }
  const span = days === 1 ? 'a day' : `${days} days`;
  const because = `${regime} for ${span}: ${today.because}; ${nameOf(active)} gives way`;
  return { outcome: 'switch', to: wanted, because };
}

const stay = (because: string): StrategyChoice => ({ outcome: 'stay', because });

const nameOf = (strategy: string | null): string => strategy ?? 'the settings without a strategy';

function daysInARow(looks: readonly RegimeLook[], regime: Regime): number {
  const other = looks.findLastIndex((look) => look.regime !== regime);
  return looks.length - 1 - other;
}
