import type { Clock } from '../../ports/clock.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import type { Effect } from '../faults/effects.ts';
import type { FaultBook } from '../faults/fault-book.ts';
import type { Command } from '../protocol/command.ts';
import { RestApi } from '../wire/rest/rest-api.ts';
import { attachOracle, type Observed, type Oracle } from './oracle.ts';
import type { OracleViolation, Rule } from './rules.ts';

export type Oversight = {
  readonly oracle: Oracle;
  /** Does what an operator wants, and lets the oracle allow for it. */
  readonly during: <Done>(command: Command, run: () => Done) => Done;
};

type Overseen = {
  readonly options: {
    readonly seed: string;
    readonly accounts: Observed['accounts'];
    readonly onViolation?: (violation: OracleViolation) => void;
  };
  readonly core: ExchangeCore;
  readonly faults: FaultBook;
  readonly clock: Clock;
  /** Stops the run. */
  readonly stop: () => void;
};

const OVERSOLD: readonly Rule[] = ['siblings', 'flip', 'short', 'holds', 'available'];
const UNTIMELY: readonly Rule[] = ['session', 'halt', 'limit'];

/** What a fault breaks on purpose, once it has struck. */
const EXCUSES: Readonly<Partial<Record<Effect['kind'] | Command['do'], readonly Rule[]>>> = {
  fill_both_exits: [...OVERSOLD, 'transition'],
  overfill: [...OVERSOLD, 'overfill', 'buyingPower', 'shownBuyingPower'],
  fill_during_cancel: UNTIMELY,
  fill_before_replace: UNTIMELY,
  close_by_hand: OVERSOLD,
  execute: UNTIMELY,
};

/**
 * Sets an oracle over a whole exchange. A broken rule stops it: nothing moves any more, and
 * `onViolation` is told, or the violation is thrown out of the clock.
 */
export function oversee({ options, core, faults, clock, stop }: Overseen): Oversight {
  const rest = new RestApi(core, { settings: { requestsPerMinute: null } });
  const { seed, accounts } = options;
  const throwOutOfTheClock = (violation: OracleViolation) => {
    clock.after(0, () => {
      throw violation;
    });
  };
  const tell = options.onViolation ?? throwOutOfTheClock;
  const oracle = attachOracle(
    {
      ...{ seed, accounts },
      subscribe: (listener) => core.subscribe(listener),
      answer: (request) => rest.handle(request),
      latencies: () => core.latencies,
    },
    {
      reusesClientIds: core.switches.clientOrderIdUniqueness === 'active',
      onViolation: (violation) => {
        stop();
        tell(violation);
      },
    },
  );
  faults.onFired(({ effect }) => oracle.excuse(EXCUSES[effect.kind] ?? []));
  const during = <Done>(command: Command, run: () => Done): Done => {
    oracle.excuse(EXCUSES[command.do] ?? []);
    const done = run();
    if (command.do === 'account') {
      oracle.rebase(new Set((command.positions ?? []).map(({ symbol }) => symbol)));
    }
    return done;
  };
  return { oracle, during };
}
