import { CONDUCT_CONTROLS } from './conduct-controls.ts';
import type { Control } from './control.ts';
import { EXPOSURE_CONTROLS } from './exposure-controls.ts';
import { ORDER_CONTROLS } from './order-controls.ts';
import { STATE_CONTROLS } from './state-controls.ts';

/** Every control, in the order of the catalogue it was taken from. */
export const CONTROLS: readonly Control[] = [
  ...ORDER_CONTROLS,
  ...EXPOSURE_CONTROLS,
  ...STATE_CONTROLS,
  ...CONDUCT_CONTROLS,
];
