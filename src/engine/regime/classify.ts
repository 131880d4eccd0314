import type { Regime, RegimeFeatures } from '../../domain/regime.ts';

/** It begins beyond the first and ends only within the second: no flicker at an edge. */
const STRESS_VOLATILITY = { begins: 90, ends: 75 } as const;
const STRESS_DRAWDOWN = { begins: 15, ends: 10 } as const;
const TREND = { begins: 0.3, ends: 0.2 } as const;
/** A market that rises on few shoulders is not called so. */
const RISING_BREADTH = { begins: 50, ends: 40 } as const;

/**
 * The regime that these features speak of, given the one before. Stress comes first: it is when
 * the other words mean least.
 */
export function regimeOf(
  features: RegimeFeatures,
  before: Regime,
): { readonly regime: Regime; readonly because: string } {
  const { trendStrength, volatilityPercentile, drawdownPercent, breadthPercent } = features;
  const bound = (edge: { readonly begins: number; readonly ends: number }, regime: Regime) =>
    before === regime ? edge.ends : edge.begins;
  const volatility = bound(STRESS_VOLATILITY, 'stressed');
  const drawdown = bound(STRESS_DRAWDOWN, 'stressed');
  if (volatilityPercentile >= volatility) {
    return {
      regime: 'stressed',
      because: `volatility stands at percentile ${whole(volatilityPercentile)} of the year`,
    };
  }
  if (drawdownPercent >= drawdown) {
    return {
      regime: 'stressed',
      because: `it is ${drawdownPercent.toFixed(1)} % below the year's high`,
    };
  }
  const trend = `the trend of 60 days has an efficiency of ${trendStrength.toFixed(2)}`;
  const isBroad = (breadthPercent ?? 100) >= bound(RISING_BREADTH, 'rising');
  if (trendStrength >= bound(TREND, 'rising')) {
    return isBroad
      ? { regime: 'rising', because: trend }
      : {
          regime: 'sideways',
          because: `${trend}, but only ${whole(breadthPercent ?? 0)} % of what is held rises with it`,
        };
  }
  if (trendStrength <= -bound(TREND, 'falling')) return { regime: 'falling', because: trend };
  return { regime: 'sideways', because: trend };
}

const whole = (value: number): string => value.toFixed(0);
