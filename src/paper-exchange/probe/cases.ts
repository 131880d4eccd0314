import type { ProbeCase } from './case.ts';
import { priceCase, refusalCases, restingCases, tradingCases } from './cases-orders.ts';
import { readCases } from './cases-reads.ts';
import { streamCases } from './cases-streams.ts';

/** Every question, in the order in which they are asked: some rest on the answers before. */
export const probeCases: readonly ProbeCase[] = [
  ...readCases,
  priceCase,
  ...restingCases,
  ...refusalCases,
  ...streamCases,
  ...tradingCases,
];

const PARTIAL = 'one share is never filled in part';
const STOP_REACHED = 'the market would have to reach a stop';
const OPENING = 'it takes orders that wait for an open';
const COMPANY = 'a company would have to act while an order rests or shares are held';

/** The switches that no harmless question tells apart, and why. */
export const notObservable: Readonly<Record<string, string>> = {
  agedGtcEnds: 'it takes ninety days',
  replacementInheritsFills: PARTIAL,
  shrinkStopLeg: PARTIAL,
  outsizedStopLeg: PARTIAL,
  takeProfitOfTriggeredStop: STOP_REACHED,
  triggeredStopLimitType: STOP_REACHED,
  buyStopCollar: 'no answer shows the limit of a buy stop, and the market would have to reach it',
  randomPartialFills: PARTIAL,
  auctionFills: 'it takes an opening or a closing auction',
  auctionPrice: 'it takes an opening or a closing auction',
  fractionsAtOpen: OPENING,
  wholeSharesAtOpen: OPENING,
  electOnReopening: 'it takes a halt',
  overnightSession: 'it takes an execution at night',
  overnightActionHalt: 'it takes a split',
  overnightOverspent: 'it takes more than twice the equity in orders at 20:00',
  sma: 'the rule is not known, and the figure is not compared',
  unsettledFunds: 'it takes an account without margin',
  cryptoFees: 'the probe trades no coins',
  cancelRequestedAt: 'the probe does not look at single fields of what a stream tells',
  dayOrderEnds: 'it takes the end of a day',
  electingPrints: 'it takes odd lots or prints outside the quote at the price of a stop',
  ordersAtSplit: COMPANY,
  ordersAtDividend: COMPANY,
  ordersAtRename: COMPANY,
  adjustedOrderShows: COMPANY,
  dividendsPaid: COMPANY,
  requestsPerMinute: 'the probe stays below the limit, so as not to stop others with the same keys',
  newsMovePercent: 'only this exchange writes its own headlines',
};
