/** Where Alpaca's sources differ or are silent, one switch each. `switchTable` says why. */
export type Switches = {
  /** Scope in which a client order id may occur once. */
  readonly clientOrderIdUniqueness: 'forever' | 'active';
  readonly duplicateClientOrderIdStatus: 422 | 409;
  /** Answer to cancelling an order that is already canceled. */
  readonly cancelOfCanceled: 'accept' | 'refuse';
  /** When a cancel outside regular hours is done. */
  readonly cancelOutsideHours: 'at_once' | 'next_open';
  /** How a GTC order ends on its ninetieth day. */
  readonly agedGtcEnds: 'canceled' | 'expired';
  /** Whether an extended-hours limit order may be GTC. */
  readonly extendedHoursGtc: boolean;
  /** Whether orders for extended hours trade from 20:00 to 04:00 as well. */
  readonly overnightSession: boolean;
  /** Whether shares that change in the morning rest in the night before. */
  readonly overnightActionHalt: boolean;
  /** What becomes, at 20:00, of orders that only the buying power of the day could pay. */
  readonly overnightOverspent: 'reject' | 'keep';
  /** What a DAY order becomes at the end of its day. */
  readonly dayOrderEnds: 'expired' | 'canceled';
  /** Types that an order with a fraction of a share may have. */
  readonly fractionalTypes: 'all_simple' | 'market_only';
  /** Types that an order by notional may have. */
  readonly notionalTypes: 'all_simple' | 'market_only';
  /** Whether a replacement shows what its chain has filled. */
  readonly replacementInheritsFills: boolean;
  /** Whether a held stop leg that dies with its sibling is announced on the stream. */
  readonly announceHeldLegCancel: boolean;
  /** Whether a stop leg shrinks when its take-profit fills in part. */
  readonly shrinkStopLeg: boolean;
  /** A stop leg for more than is left, as one that did not shrink: users saw it never fire. */
  readonly outsizedStopLeg: 'sells_what_is_held' | 'never_fires';
  /** What becomes of a take-profit whose stop leg has triggered. */
  readonly takeProfitOfTriggeredStop: 'canceled' | 'replaced';
  /** The type that a stop-limit order shows once it has triggered. */
  readonly triggeredStopLimitType: 'stop_limit' | 'limit';
  /** What a simple order with a `take_profit` or a `stop_loss` meets: alpaca-py #289 ignores. */
  readonly legsWithoutClass: 'refuse' | 'ignore';
  /** The limit that a buy stop works at. */
  readonly buyStopCollar: 'exact' | 'rounded_to_cent';
  readonly washTradeStatus: 403 | 422;
  /** Every tenth eligible order fills in part first, drawn from the seed. */
  readonly randomPartialFills: boolean;
  /** What becomes of opening and closing auction orders. */
  readonly auctionFills: 'reliable' | 'as_on_paper';
  /** The price at which auction orders fill. */
  readonly auctionPrice: 'quote' | 'print';
  /** The price of fractions that have waited for the open. */
  readonly fractionsAtOpen: 'opening_print' | 'quote';
  /** When market orders for whole shares execute that have waited for the open. */
  readonly wholeSharesAtOpen: 'at_once' | 'late';
  /** Whether the print that reopens a halted symbol may elect stops. */
  readonly electOnReopening: boolean;
  /** Which prints elect a stop. */
  readonly electingPrints: 'all' | 'round_lots_inside_quote';
  /** Refuses limit prices further from the market than so many percent; 0 refuses none. */
  readonly priceAwayPercent: number;
  /** What selling short a hard-to-borrow share takes beside being a day order. */
  readonly hardToBorrow: 'day_order' | 'locate';
  /** The pattern-day-trader rule that ended in 2026, with its account fields. */
  readonly patternDayTraderRule: boolean;
  /** The sign of `qty_available` of a short position. */
  readonly shortQtyAvailable: 'negative' | 'positive';
  /** What the account shows as its special memorandum account. */
  readonly sma: 'last_equity' | 'zero';
  /** Whether a cash account may spend what a sale brings before it settles. */
  readonly unsettledFunds: 'may_be_spent' | 'wait';
  /** Whether trades in coins cost a fee. */
  readonly cryptoFees: boolean;
  /** What a price meets that has a zero too many. */
  readonly trailingZeros: 'accept' | 'refuse';
  /** What becomes of open orders when their shares are split. */
  readonly ordersAtSplit: 'cancel' | 'adjust' | 'leave';
  /** What becomes of GTC buy limits and sell stops on the day a dividend goes. */
  readonly ordersAtDividend: 'reduce' | 'leave';
  /** What becomes of open orders when their symbol changes. */
  readonly ordersAtRename: 'carry' | 'cancel';
  /** How an order that a corporate action has changed is shown. */
  readonly adjustedOrderShows: 'replaced' | 'restated';
  /** Whether dividends are credited. */
  readonly dividendsPaid: boolean;
  /** More than 500 orders asked for at once. */
  readonly listLimitAbove500: 'refuse' | 'clamp';
};

export const defaultSwitches: Switches = {
  clientOrderIdUniqueness: 'forever',
  duplicateClientOrderIdStatus: 422,
  cancelOfCanceled: 'accept',
  cancelOutsideHours: 'at_once',
  agedGtcEnds: 'canceled',
  extendedHoursGtc: false,
  overnightSession: true,
  overnightActionHalt: true,
  overnightOverspent: 'reject',
  dayOrderEnds: 'expired',
  fractionalTypes: 'all_simple',
  notionalTypes: 'market_only',
  replacementInheritsFills: true,
  announceHeldLegCancel: true,
  shrinkStopLeg: true,
  outsizedStopLeg: 'sells_what_is_held',
  takeProfitOfTriggeredStop: 'canceled',
  triggeredStopLimitType: 'stop_limit',
  legsWithoutClass: 'refuse',
  buyStopCollar: 'exact',
  washTradeStatus: 403,
  randomPartialFills: false,
  auctionFills: 'reliable',
  auctionPrice: 'quote',
  fractionsAtOpen: 'opening_print',
  wholeSharesAtOpen: 'at_once',
  electOnReopening: true,
  electingPrints: 'all',
  priceAwayPercent: 0,
  hardToBorrow: 'day_order',
  patternDayTraderRule: false,
  shortQtyAvailable: 'negative',
  sma: 'last_equity',
  unsettledFunds: 'may_be_spent',
  cryptoFees: false,
  trailingZeros: 'accept',
  ordersAtSplit: 'cancel',
  ordersAtDividend: 'reduce',
  ordersAtRename: 'carry',
  adjustedOrderShows: 'replaced',
  dividendsPaid: false,
  listLimitAbove500: 'refuse',
};
