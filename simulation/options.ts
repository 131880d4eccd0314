import { parseArgs } from 'node:util';
import type { Limits } from './troubles.ts';

export type Options = {
  readonly firstSeed: number;
  readonly seeds: number;
  readonly limits: Limits;
  readonly isJson: boolean;
  readonly withReport: boolean;
  /** Whether a failing seed is shrunk and saved. */
  readonly saves: boolean;
  /** Saved seeds to run instead, by their files. */
  readonly replays: readonly string[];
  /** Whether each observation is told on stdout. */
  readonly tells: boolean;
  /** Whether the journal that a world leaves is replayed at its end. */
  readonly replaysJournals: boolean;
  /** Whether each world is run in two fresh processes, and their traces compared. */
  readonly runsTwice: boolean;
};

const MOST_SYMBOLS = 40;

export const USAGE = `npm run simulate -- [options]
  --seeds N          how many worlds (default 20)
  --steps M          steps with faults in each (default 2000)
  --seed S           the first seed (default 1)
  --only ambiguous   every order's answer is lost, late or broken
  --opens            in every world an agent buys, rebalances and leaves groups all the time
  --calm             nothing goes wrong, and people and an agent buy all the time
  --die-at PLACE     processes die first at an await of these places, such as recovery.ts
  --rare             faults that are drawn seldom happen all the time
  --json             one object on stdout
  --report           how often each fault fired, and naked time by recipe and cause
  --replay FILE      the world of a fixture; may be given many times
  --without A,B      leaves kinds of trouble out
  --symbols N        at most so many symbols
  --twice            each world in two fresh processes: are their traces equal?
  --journals         derives anew what each journal says was decided
  --tell             each observation as a line
  --no-save          a failing seed is not shrunk and saved`;

/** An option that cannot be used; the message says which and why. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/** @throws OptionError */
export function optionsFrom(args: readonly string[]): Options {
  const { values } = parsed(args);
  if (values.only !== undefined && values.only !== 'ambiguous') {
    throw new OptionError(`--only ${values.only}: there is only "ambiguous"`);
  }
  return {
    firstSeed: whole('--seed', values.seed, 1),
    seeds: whole('--seeds', values.seeds, values.seed === undefined ? 20 : 1),
    limits: {
      kind: values.only === undefined ? 'everything' : 'ambiguous',
      steps: whole('--steps', values.steps, 2_000),
      without: values.without?.split(',') ?? [],
      symbols: whole('--symbols', values.symbols, MOST_SYMBOLS),
      ...(values.rare === true ? { rare: true } : {}),
      ...(values.opens === true || values.calm === true ? { opens: 'busy' as const } : {}),
      ...(values.calm === true ? { calm: true } : {}),
      ...(values['die-at'] === undefined ? {} : { dieAt: values['die-at'] }),
    },
    isJson: values.json === true,
    withReport: values.report === true,
    saves: values['no-save'] !== true,
    replays: values.replay ?? [],
    tells: values.tell === true,
    replaysJournals: values.journals === true,
    runsTwice: values.twice === true,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seeds: { type: 'string' },
        steps: { type: 'string' },
        seed: { type: 'string' },
        only: { type: 'string' },
        without: { type: 'string' },
        symbols: { type: 'string' },
        replay: { type: 'string', multiple: true },
        rare: { type: 'boolean' },
        opens: { type: 'boolean' },
        calm: { type: 'boolean' },
        'die-at': { type: 'string' },
        json: { type: 'boolean' },
        report: { type: 'boolean' },
        tell: { type: 'boolean' },
        journals: { type: 'boolean' },
        twice: { type: 'boolean' },
        'no-save': { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
}

function whole(name: string, value: string | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  const number = Number(value);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new OptionError(`${name} ${value}: a whole number above 0 is needed`);
}
