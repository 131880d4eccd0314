import { defaultSwitches, type Switches } from './switches.ts';

/** What a switch decides, what it may be, and where its question comes from. */
export type SwitchRow = {
  readonly name: string;
  readonly default: string;
  readonly values: readonly string[];
  readonly decides: string;
  /** The sources and, where they differ, which of them the default follows. */
  readonly source: string;
};

type Description<Name extends keyof Switches> = {
  readonly values: readonly Switches[Name][];
  readonly decides: string;
  readonly source: string;
};

const descriptions: { readonly [Name in keyof Switches]: Description<Name> } = {
  clientOrderIdUniqueness: {
    values: ['forever', 'active'],
    decides: 'Whether a client order id may be used again once its order has ended.',
    source:
      "Recordings and users' reports refuse reuse after a fill and after a cancel; Alpaca's article on common API errors speaks of active orders only. The default follows the recordings.",
  },
  duplicateClientOrderIdStatus: {
    values: [422, 409],
    decides: 'The status that refuses a client order id which is taken.',
    source: 'Recorded as 422; one page of the command-line tool says 409.',
  },
  cancelOfCanceled: {
    values: ['accept', 'refuse'],
    decides: 'Whether cancelling an order that is canceled already gives 204 or 422.',
    source: 'Undocumented; users report that it is silently accepted.',
  },
  cancelOutsideHours: {
    values: ['at_once', 'next_open'],
    decides: 'Whether a cancel that is asked for while the order cannot trade waits for the open.',
    source:
      'A thread of the forum has orders in pending_cancel, their shares held, until the next session; it does not always happen, so it is off.',
  },
  agedGtcEnds: {
    values: ['canceled', 'expired'],
    decides: 'How a GTC order ends at 16:15 of its ninetieth day.',
    source:
      '"Placing Orders": a job cancels aged orders, which are pending_cancel until the venue confirms. The status expired would fit the field expires_at.',
  },
  extendedHoursGtc: {
    values: [false, true],
    decides: 'Whether a limit order for extended hours may be GTC.',
    source:
      '"Placing Orders" says DAY only, the OpenAPI text "day or gtc". The default follows the former.',
  },
  overnightSession: {
    values: [true, false],
    decides: 'Whether extended hours include the night, from 20:00 of the evening before to 04:00.',
    source:
      '"24/5 Trading": accounts of the Trading API trade around the clock by default, and may turn it off (disable_overnight_trading). Other pages know sessions from 04:00 to 20:00 only.',
  },
  overnightActionHalt: {
    values: [true, false],
    decides:
      'Whether shares that split, are renamed or go in the morning rest in the night before.',
    source: '"24/5 Trading" says that they may be halted while the action is processed.',
  },
  overnightOverspent: {
    values: ['reject', 'keep'],
    decides: 'What becomes at 20:00 of open orders that twice the equity cannot pay.',
    source: '"24/5 Trading": no buying power of the day at night; such an order might be rejected.',
  },
  dayOrderEnds: {
    values: ['expired', 'canceled'],
    decides: 'How a DAY order ends with its day.',
    source:
      '"Placing Orders" has the status expired for it; "24/5 Trading" says that the order is canceled at 20:00.',
  },
  fractionalTypes: {
    values: ['all_simple', 'market_only'],
    decides: 'The types that an order with a fraction of a share may have.',
    source:
      '"Placing Orders" has a table with every simple type, the OpenAPI text market orders only.',
  },
  notionalTypes: {
    values: ['market_only', 'all_simple'],
    decides: 'The types that an order by notional may have.',
    source: 'As for fractions; here the default follows the OpenAPI text, which is the safer one.',
  },
  replacementInheritsFills: {
    values: [true, false],
    decides: 'Whether filled_qty of a replacement shows what its chain has filled.',
    source: 'Undocumented; qty is the total of the chain, which suggests that it does.',
  },
  announceHeldLegCancel: {
    values: [true, false],
    decides: 'Whether the stream tells of a held stop leg that goes when its take-profit fills.',
    source: 'Users of the Python SDK report that it is not always announced.',
  },
  shrinkStopLeg: {
    values: [true, false],
    decides: 'Whether a stop leg shrinks when its take-profit fills in part.',
    source:
      '"Placing Orders" says so; a thread of the forum has a stop that never fired afterwards.',
  },
  outsizedStopLeg: {
    values: ['sells_what_is_held', 'never_fires'],
    decides: 'What a stop leg does that asks for more shares than are left.',
    source:
      'A thread of the forum has a stop that never fired after its take-profit filled in part.',
  },
  takeProfitOfTriggeredStop: {
    values: ['canceled', 'replaced'],
    decides: 'The status of a take-profit whose stop leg has triggered.',
    source: 'Users of the Python SDK have seen both.',
  },
  triggeredStopLimitType: {
    values: ['stop_limit', 'limit'],
    decides: 'The type that a stop-limit order shows once it has triggered.',
    source: 'Undocumented; no status says that an order has triggered.',
  },
  legsWithoutClass: {
    values: ['refuse', 'ignore'],
    decides: 'What a simple order with a take_profit or a stop_loss meets.',
    source: 'Undocumented; a user of the Python SDK reports that they are silently ignored.',
  },
  buyStopCollar: {
    values: ['exact', 'rounded_to_cent'],
    decides: 'Whether the limit of a buy stop, 2.5 % or 4 % above it, is cut to the cent.',
    source: '"Placing Orders" gives the percentages and no rounding.',
  },
  washTradeStatus: {
    values: [403, 422],
    decides: 'The status of a refusal as a wash trade.',
    source: '"User Protection" and most reports say 403; one report of January 2024 has 422.',
  },
  randomPartialFills: {
    values: [false, true],
    decides: 'Whether every tenth eligible order fills in part first.',
    source: '"Paper Trading" says that paper does so; off because most tests want whole fills.',
  },
  auctionFills: {
    values: ['reliable', 'as_on_paper'],
    decides: 'Whether auction orders fill, or expire and fill in part as recorded on paper.',
    source:
      'Recordings: opening orders expired, closing ones filled in part or expired. Reliable unless asked for, because the live venues fill.',
  },
  auctionPrice: {
    values: ['quote', 'print'],
    decides: 'Whether auction orders fill at the quote of the bell or at the print of the auction.',
    source:
      '"Paper Trading": fills are at the national best bid and offer. Live venues fill at the print.',
  },
  fractionsAtOpen: {
    values: ['opening_print', 'quote'],
    decides: 'At what market orders with a fraction of a share fill that waited for the open.',
    source:
      'Recordings on paper: at the official opening print. "Paper Trading" has every order fill at the quote.',
  },
  wholeSharesAtOpen: {
    values: ['at_once', 'late'],
    decides:
      'Whether market orders for whole shares that waited for the open fill 17 to 118 seconds after it.',
    source:
      'Recordings on paper: at the ask, so many seconds late. At once unless asked for, because the live venues fill in the opening auction.',
  },
  electOnReopening: {
    values: [true, false],
    decides: 'Whether the first print after a halt may trigger stops.',
    source: 'Live stops trigger on the reopening print; paper is undocumented.',
  },
  electingPrints: {
    values: ['all', 'round_lots_inside_quote'],
    decides: 'Which prints trigger a stop.',
    source:
      '"Placing Orders" and an older FAQ except odd lots and prints outside the quote; markets made here have few of either.',
  },
  priceAwayPercent: {
    values: [0, 50],
    decides: 'How far from the last price a limit may be, in percent, any number; 0 for any.',
    source: '"User Protection" lists such a protection and describes neither threshold nor answer.',
  },
  hardToBorrow: {
    values: ['day_order', 'locate'],
    decides: 'Whether selling short what is hard to borrow takes located shares too.',
    source:
      '"Margin and Short Selling" asks for day orders and a locate; paper accounts are not known to have locates.',
  },
  patternDayTraderRule: {
    values: [false, true],
    decides: 'Whether the pattern-day-trader rule and its account fields exist.',
    source: 'Replaced by intraday margin on 2026-06-04; the fields are gone since 2026-07-06.',
  },
  shortQtyAvailable: {
    values: ['negative', 'positive'],
    decides: 'The sign of qty_available of a short position.',
    source: 'Undocumented; qty is negative.',
  },
  sma: {
    values: ['last_equity', 'zero'],
    decides: 'What the account shows as sma.',
    source:
      'OpenAPI text: "will be used at a later date". Recordings show 0 on the first day and nearly the last equity later; the rule is not known.',
  },
  unsettledFunds: {
    values: ['may_be_spent', 'wait'],
    decides: 'Whether an account without margin may spend what a sale brings before it settles.',
    source:
      'Support article on cash accounts: there are none, and accounts below $2,000 may trade on unsettled funds. A true cash account waits a day (T+1); the API shows no settled cash.',
  },
  cryptoFees: {
    values: [false, true],
    decides: 'Whether coins cost a fee, out of what a trade brings, by tier and by maker or taker.',
    source:
      '"Paper Trading": fees are not simulated. "Crypto Spot Trading Fees" has the rates and the activities CFEE and FEE, which the live API posts at the end of the day and this exchange at once.',
  },
  trailingZeros: {
    values: ['accept', 'refuse'],
    decides: 'Whether a price may have a zero behind its last cent, as in 99.990.',
    source: 'none (assumption): the rule on sub-penny prices speaks of their value.',
  },
  ordersAtSplit: {
    values: ['cancel', 'adjust', 'leave'],
    decides: 'What becomes of open orders when their shares are split.',
    source:
      '"Placing Orders" has them adjusted, cancelled or firing; users saw brackets left alone that fired at the open. Cancelled, the least harmful.',
  },
  ordersAtDividend: {
    values: ['reduce', 'leave'],
    decides: 'Whether GTC buy limits and sell stops move down by a dividend.',
    source: 'OpenAPI text of gtc: prices are adjusted, and "do not reduce" is not supported.',
  },
  ordersAtRename: {
    values: ['carry', 'cancel'],
    decides: 'What becomes of open orders when their symbol changes.',
    source: 'Undocumented; the status replaced is described as an update by a corporate action.',
  },
  adjustedOrderShows: {
    values: ['replaced', 'restated'],
    decides: 'How an order shows what a corporate action has changed.',
    source:
      'OpenAPI text of the status replaced: "updated due to a market event such as corporate action". The stream also has an event restated.',
  },
  dividendsPaid: {
    values: [false, true],
    decides: 'Whether a dividend is credited, and debited for a short.',
    source: '"Paper Trading": dividends are not simulated. The live API credits them.',
  },
  listLimitAbove500: {
    values: ['refuse', 'clamp'],
    decides: 'Whether asking for more than 500 orders is refused or cut to 500.',
    source: 'The OpenAPI text gives the maximum and not what happens above it.',
  },
};

/** Every switch of the core, in the order in which they are declared. */
export const switchTable: readonly SwitchRow[] = Object.entries(descriptions).map(
  ([name, { values, decides, source }]) => ({
    name,
    default: String(Reflect.get(defaultSwitches, name)),
    values: values.map(String),
    decides,
    source,
  }),
);
