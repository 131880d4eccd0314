import { toNumber } from '../../core/decimal.ts';
import type { Bar, Quote, Trade } from '../../core/types.ts';
import { utcText } from './times.ts';

/** A quote of the data API; prices are JSON numbers, sizes shares. */
export function quoteJson(quote: Quote): object {
  return {
    t: utcText(quote.at),
    ax: 'V',
    ap: toNumber(quote.askPrice),
    as: quote.askSize,
    bx: 'V',
    bp: toNumber(quote.bidPrice),
    bs: quote.bidSize,
    c: ['R'],
    z: 'C',
  };
}

export function tradeJson(trade: Trade): object {
  return {
    t: utcText(trade.at),
    x: 'V',
    p: toNumber(trade.price),
    s: trade.size,
    c: ['@'],
    i: trade.id,
    z: 'C',
  };
}

export function barJson(bar: Bar): object {
  return {
    t: utcText(bar.at),
    o: toNumber(bar.open),
    h: toNumber(bar.high),
    l: toNumber(bar.low),
    c: toNumber(bar.close),
    v: bar.volume,
    n: bar.tradeCount,
    vw: toNumber(bar.vwap),
  };
}
