import type { Observation } from '../observation.ts';
import type { Scene } from './scene.ts';

/** Says that the rule did not hold: in which symbol, and with which figures. */
type Tell = (symbol: string | null, because: string) => void;

/** What a rule looks at; what it does not name costs nothing. */
export type Watch = {
  readonly on?: {
    readonly [Kind in Observation['kind']]?: (
      observation: Extract<Observation, { readonly kind: Kind }>,
    ) => void;
  };
  /** A symbol's book at the exchange may have changed, or a second went by. */
  readonly onBook?: (symbol: string) => void;
  /** Six cycles after the last fault. */
  readonly settled?: () => void;
};

/** One line of the catalogue of invariants. */
export type Rule = {
  readonly number: number;
  readonly sentence: string;
  /** Why nothing can break it yet; left out for a rule that looks at something. */
  readonly vacuousBecause?: string;
  readonly watch: (scene: Scene, tell: Tell) => Watch;
};
