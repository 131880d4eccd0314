// What my own exits sold too much is bought back at once: I never meant to hold it.
import type { Evaluation, TradingPolicy } from '../../src/domain/policy.ts';
import type { PositionContext } from '../../src/domain/portfolio.ts';
import { shares } from '../words.ts';
import { isTradable } from './tradable.ts';

/** Closes a position that exits opened, by filling both of a pair or more than was ordered. */
export class ExcessExitPolicy implements TradingPolicy {
  readonly name = 'excess-exit';
  readonly promise = 'If the broker sells more than I hold, it is bought back at once.';

  evaluate(context: PositionContext): Evaluation {
    const { position, episode } = context;
    const { symbol, side, quantity } = position;
    if (episode.isExcess !== true) return this.#abstain('nothing was sold that was not held');
    if (!isTradable(context)) return this.#abstain('the market is closed or halted');
    return {
      outcome: 'recommends',
      recommendation: {
        policy: this.name,
        symbol,
        action: { kind: 'exit', milestone: 'exit@excess' },
        urgency: 'critical',
        because:
          `exits filled for more than was held and left ${shares(quantity)} ${side}, which ` +
          'nobody wanted: out now',
      },
    };
  }

  #abstain(because: string): Evaluation {
    return { outcome: 'abstains', policy: this.name, because };
  }
}
