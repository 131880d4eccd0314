import type { ExchangeCore } from '../core/exchange-core.ts';
import type { MarketInput } from './source.ts';

/** Lets the market do one thing to the exchange. */
export function feed(core: ExchangeCore, input: MarketInput): void {
  switch (input.kind) {
    case 'quote':
      core.onQuote(input.quote);
      break;
    case 'trade':
      core.onTrade(input.trade);
      break;
    case 'bar':
      core.onBar(input.bar);
      break;
    case 'split':
      core.applySplit(input.split.symbol, input.split.newShares, input.split.oldShares);
      break;
    case 'corporate_action':
      core.announce(input.announcement);
      break;
    case 'delisting':
      core.delist(input.symbol);
      break;
    case 'halt':
      core.halt(input.symbol, input.reason);
      break;
    case 'pause':
      core.pause(input.symbol, input.pauseMs);
      break;
    case 'resume':
      core.resume(input.symbol, input.reason);
      break;
    case 'notice':
      core.notify(input.notice);
      break;
    case 'news':
      core.publishNews(input.news);
      break;
  }
}
