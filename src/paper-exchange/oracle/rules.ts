/** Everything the oracle holds the exchange to. The section numbers are those of Alpaca's API. */
export const RULES = {
  shape: 'every amount is a decimal string, and every read the oracle makes is answered',
  cash: 'cash is what it was at the start, the signed executions and the other entries',
  position: 'a position is what it was at the start, its executions and its splits',
  cost: 'the cost of a position is what its shares were opened at',
  value: 'a position is worth its shares at the last sale',
  equity: 'equity is cash and the value of all positions',
  holds: 'open closing orders never promise more shares than are held',
  available: 'what is available is what no open closing order has reserved',
  buyingPower: 'no opening order is accepted that the account cannot pay',
  shownBuyingPower: 'no more buying power is shown than open orders leave',
  siblings: 'the exits of one group execute together no more than the shares they own',
  terminal: 'an order that has ended does nothing any more',
  transition: 'a status follows only where the life of an order lets it',
  eventName: 'an event and the status of its order say the same',
  executionFields: 'an event names an execution exactly when something has executed',
  oneActivity: 'every fill has exactly one activity, and its own execution id',
  announced: 'every activity has been told on the stream',
  short: 'nothing is sold short that the account or the asset does not allow',
  flip: 'no execution turns a position from long to short or back',
  filledQuantity: 'what an order has filled is the sum of its executions',
  overfill: 'an order never fills more than it asked for, and is filled when it has all',
  averagePrice: 'the average price is the value of the executions by their quantity',
  chain: 'an order and the one that replaces it name each other, one successor at most',
  limit: 'nothing executes at a price worse than its limit',
  session: 'nothing executes outside the hours the order is for',
  halt: 'nothing executes in a halted symbol',
  time: 'events come in the order of time, each with its own id',
  identity: 'what identifies an order never changes, and no other order has it',
  stamps: 'the time at which an order ended is that of its status',
  trail: 'the mark of a trailing stop only moves with the market, never back',
  agreement: 'the stream and the order endpoint tell the same',
} as const;

export type Rule = keyof typeof RULES;

/** Holds what is seen against the rules. */
export type Judge = {
  /** Does nothing when the rule holds, or is not looked at. */
  readonly expect: (rule: Rule, holds: boolean, detail: () => string) => void;
  /** From now on the rule is not looked at. */
  readonly excuse: (rules: readonly Rule[]) => void;
  /** For what cannot even be read. */
  readonly fail: (rule: 'shape', detail: string) => never;
};

/** A rule of the exchange is broken: the run must stop. */
export class OracleViolation extends Error {
  readonly rule: Rule;
  readonly seed: string;
  /** The last events before it, oldest first, as JSON. */
  readonly events: readonly string[];

  constructor(rule: Rule, detail: string, seed: string, events: readonly string[]) {
    super(
      `the paper exchange broke the rule "${rule}": ${RULES[rule]}. ${detail}. ` +
        `Seed "${seed}"; the last ${events.length} events:\n${events.join('\n')}`,
    );
    this.name = 'OracleViolation';
    this.rule = rule;
    this.seed = seed;
    this.events = events;
  }
}
