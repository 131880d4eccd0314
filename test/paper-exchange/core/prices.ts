import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import type { ExchangeCore } from '../../../src/paper-exchange/core/exchange-core.ts';

export function tellQuote(core: ExchangeCore, symbol: string, bid: string, ask: string): void {
  const [bidPrice, askPrice] = [decimal(bid), decimal(ask)];
  core.onQuote({ symbol, at: core.now, bidPrice, askPrice, bidSize: 500, askSize: 500 });
}

export function tellTrade(core: ExchangeCore, symbol: string, price: string, id: number): void {
  core.onTrade({ symbol, at: core.now, price: decimal(price), size: 100, id });
}
