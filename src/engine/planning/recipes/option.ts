import type { Quantity } from '../../../domain/decimal.ts';
import type { RecipeName } from '../../../domain/recipe.ts';
import type { Draft } from '../candidate.ts';

/**
 * One way to bring one kind of order to the target. The parts are kept apart because of
 * the order in which they have to happen: what shrinks or tightens, what is canceled,
 * and what grows into the shares that were freed.
 */
export type Option = {
  readonly recipe: RecipeName | null;
  readonly shrinks: readonly Draft[];
  readonly cancels: readonly Draft[];
  readonly grows: readonly Draft[];
  /** Shares the orders hold afterwards. */
  readonly holds: Quantity;
};

export const leaveAlone = (holds: Quantity): Option => ({
  recipe: null,
  shrinks: [],
  cancels: [],
  grows: [],
  holds,
});
