/** An order as it is placed or rests; prices and quantities are decimal text. */
export type PlayedOrder = {
  readonly side: string;
  readonly type: string;
  readonly quantity: string;
  readonly limitPrice: string | null;
  readonly stopPrice: string | null;
  readonly timeInForce: string;
};

/** A new order, with the legs that it brings. */
export type PlayedRequest = PlayedOrder & {
  readonly orderClass: string;
  readonly positionIntent: string | null;
  readonly takeProfitLimitPrice: string | null;
  readonly stopLoss: { readonly stopPrice: string; readonly limitPrice: string | null } | null;
};

/** What is held in one symbol, and what rests there; nothing held is a quantity of 0. */
export type PlayedHolding = {
  readonly symbol: string;
  readonly side: 'long' | 'short';
  readonly quantity: string;
  readonly price: string;
  /** Each by itself, or a take-profit and a stop that cancel each other. */
  readonly resting: readonly (readonly [PlayedOrder] | readonly [PlayedOrder, PlayedOrder])[];
};

/** One step of a plan; an order that it changes is the one that rests just so. */
export type PlayedStep = { readonly symbol: string } & (
  | { readonly kind: 'submit'; readonly order: PlayedRequest }
  | {
      readonly kind: 'replace';
      readonly before: PlayedOrder;
      readonly quantity: string | null;
      readonly limitPrice: string | null;
      readonly stopPrice: string | null;
    }
  | { readonly kind: 'cancel'; readonly before: PlayedOrder }
);

/** What happens in the market, one thing after the other. */
export type MarketMoment =
  | {
      readonly kind: 'price';
      readonly symbol: string;
      readonly last: string;
      readonly bid: string;
      readonly ask: string;
    }
  | { readonly kind: 'halt' | 'resume'; readonly symbol: string }
  /** The session ends, and the next one begins: orders for the day are gone. */
  | { readonly kind: 'next_open' };

/** Steps of a plan, and a market after them in which nobody does anything more. */
export type ScenarioPlay = {
  readonly holdings: readonly PlayedHolding[];
  /** The market in which the steps are taken. */
  readonly opening: readonly MarketMoment[];
  readonly steps: readonly PlayedStep[];
  readonly course: readonly MarketMoment[];
  /** How much of an order executes each time that it can, in percent. */
  readonly fillPercent: number;
};

export type ScenarioResult =
  /** Dollars lost from the first moment to the last; negative for a gain. */
  | { readonly outcome: 'played'; readonly loss: string }
  /** It could not be set up, or the exchange refused a step. */
  | { readonly outcome: 'not_played'; readonly because: string };

/** Plays what would happen, on a model of the exchange; the same play always ends the same. */
export type ScenarioPlayer = (play: ScenarioPlay) => ScenarioResult;
