import { type Decimal, decimal, larger, text, ZERO } from '../domain/decimal.ts';
import { reasonOf } from '../ports/deadline.ts';
import type { PlayedHolding, PlayedStep, ScenarioPlayer } from '../ports/scenario-player.ts';
import { type AdversePath, adversePaths } from './adverse-paths.ts';
import type { ScenarioOption } from './thought-chain.ts';

/** A plan of more steps is cut off at so many places, evenly; the last is its end. */
const MOST_CUTS = 6;
/** One play is not cut in pieces: over more symbols it would keep others waiting. */
const MOST_SYMBOLS = 20;

/** What may be played: what is held before, and what is done. */
export type Playable = {
  readonly holdings: readonly PlayedHolding[];
  readonly steps: readonly PlayedStep[];
  readonly gapPercent: string;
};

type PlayedWorst = Omit<NonNullable<ScenarioOption['played']>, 'reckoned'>;

export type PlayedOption =
  | { readonly outcome: 'played'; readonly worst: PlayedWorst }
  | { readonly outcome: 'not_played'; readonly because: string };

/**
 * Plays an option on every adverse path, the market turning after each of its steps: a plan may
 * be overtaken half way. Yields after each run, so that whoever drives it can let others go first.
 */
export function* playedWorst(
  { holdings, steps, gapPercent }: Playable,
  play: ScenarioPlayer,
): Generator<void, PlayedOption> {
  if (holdings.length > MOST_SYMBOLS) {
    return { outcome: 'not_played', because: `it is over more than ${MOST_SYMBOLS} symbols` };
  }
  let worst: PlayedWorst | null = null;
  let runs = 0;
  const losses: Partial<Record<AdversePath['name'], string>> = {};
  for (const { name, ...market } of adversePaths(holdings, steps, decimal(gapPercent))) {
    for (const afterSteps of cutsOf(steps.length)) {
      const result = play({ holdings, ...market, steps: steps.slice(0, afterSteps) });
      if (result.outcome === 'not_played') return result;
      runs += 1;
      const loss = larger<Decimal>(decimal(result.loss).round(2, 3), ZERO);
      if (loss.gt(losses[name] ?? '-1')) losses[name] = text(loss);
      if (worst === null || loss.gt(worst.worstLoss)) {
        worst = { worstLoss: text(loss), path: name, afterSteps, losses, runs };
      }
      yield;
    }
  }
  return worst === null
    ? { outcome: 'not_played', because: 'there is no path to play' }
    : { outcome: 'played', worst: { ...worst, losses, runs } };
}

/** From the first step on: that a market turns before anybody acts is the case of waiting. */
function cutsOf(steps: number): readonly number[] {
  const count = Math.min(steps, MOST_CUTS);
  if (count === 0) return [0];
  return Array.from({ length: count }, (_, index) => Math.ceil(((index + 1) * steps) / count));
}

/**
 * The options with their worst cases as they were played, where every one of them could be:
 * figures of two kinds are not weighed against each other. Never fails: what could not be played
 * goes by what was reckoned, and says why. `rest` is waited for after each run.
 */
export async function withPlayedWorst(
  options: readonly ScenarioOption[],
  playable: ReadonlyMap<string, Playable>,
  player: () => Promise<ScenarioPlayer>,
  rest: () => Promise<void>,
): Promise<readonly ScenarioOption[]> {
  try {
    const play = await player();
    const played: ScenarioOption[] = [];
    for (const option of options) {
      const what = playable.get(option.id);
      if (what === undefined) return asReckoned(options, `nobody said what ${option.id} does`);
      const outcome = await driven(playedWorst(what, play), rest);
      if (outcome.outcome === 'not_played') {
        return asReckoned(options, `${option.id}: ${outcome.because}`);
      }
      played.push(playedOption(option, outcome.worst));
    }
    return played;
  } catch (error) {
    return asReckoned(options, reasonOf(error));
  }
}

const asReckoned = (options: readonly ScenarioOption[], because: string) =>
  options.map((option) => ({
    ...option,
    worstBecause: `${option.worstBecause}; not played, since ${because}`,
  }));

async function driven<Result>(
  runs: Generator<void, Result>,
  rest: () => Promise<void>,
): Promise<Result> {
  for (;;) {
    const next = runs.next();
    if (next.done === true) return next.value;
    await rest();
  }
}

function playedOption(option: ScenarioOption, worst: PlayedWorst): ScenarioOption {
  const { worstLoss, path, afterSteps, runs } = worst;
  const when = option.steps > 0 ? `, after ${afterSteps} of ${option.steps} steps` : '';
  return {
    ...option,
    worstLoss,
    worstBecause:
      `played ${runs} times on the paper exchange's model, worst in ${path}${when}; reckoned ` +
      `${option.worstLoss}`,
    played: { ...worst, reckoned: option.worstLoss },
  };
}
