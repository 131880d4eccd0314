/** Every way the planner knows to bring orders nearer to a target; part of a plan's recipe. */
export const RECIPES = [
  'place-stop',
  'place-tranches',
  'place-stop-as-oco',
  'place-fraction-stop',
  'patch-stop',
  'patch-group-stop',
  'renew-stop',
  'renew-fraction-stop',
  'cancel-stop',
  'cancel-fraction-stop',
  'cancel-stale-stop',
  'dissolve-group',
  'sell',
  'close',
  'cancel-and-close',
  'close-at-limit',
  'close-as-oco',
  'marketable-take-profit',
  'reprice-triggered-stop',
  'renew-triggered-stop',
  'cancel-orphaned-exits',
  'enter-with-stop',
  'enter-with-stop-and-target',
  'cancel-entry',
] as const;
export type RecipeName = (typeof RECIPES)[number];

/** Why shares may be without a stop while a part of a plan runs: the reason it was made for. */
export type NakedCause =
  | 'uncovered_shares'
  | 'stop_moved'
  | 'part_sold'
  | 'position_left'
  | 'stop_triggered'
  | 'orphans_released'
  | 'position_opened'
  | 'entry_ended';

/** A plan part's recipe: its names, joined. */
export const recipeText = (names: readonly RecipeName[]): string => names.join(' + ');
