import { scenarioOf } from './scenario.ts';
import { kindsOf, type Limits } from './troubles.ts';
import { runWorld, type WorldResult } from './world.ts';

/** A failing seed with as little around it as it still fails with. */
export type Shrunk = { readonly limits: Limits; readonly result: WorldResult };

/**
 * Fewer steps first, then kinds of trouble one by one, then fewer symbols: each is left out
 * when the same invariant still does not hold without it.
 */
export async function shrink(seed: number, result: WorldResult, limits: Limits): Promise<Shrunk> {
  const invariant = result.violations[0]?.invariant;
  let best: Shrunk = { limits: { ...limits, steps: Math.min(limits.steps, result.steps) }, result };
  const tryWith = async (fewer: Partial<Limits>): Promise<void> => {
    const tried = { ...best.limits, ...fewer };
    const again = await runWorld(seed, tried);
    const fails = again.violations.some((violation) => violation.invariant === invariant);
    if (fails)
      best = { limits: { ...tried, steps: Math.min(tried.steps, again.steps) }, result: again };
  };
  const scenario = scenarioOf(seed, limits);
  for (const kind of kindsOf(scenario)) {
    await tryWith({ without: [...best.limits.without, kind] });
  }
  for (let symbols = 1; symbols < scenario.positions.length; symbols += 1) {
    const before = best;
    await tryWith({ symbols });
    if (best !== before) break;
  }
  for (let part = 2; part <= 8; part *= 2) {
    await tryWith({ steps: Math.ceil(best.limits.steps * (1 - 1 / part)) });
  }
  return best;
}
