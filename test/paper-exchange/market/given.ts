import { VirtualClock } from '../../../src/adapters/system/virtual-clock.ts';
import { NyseCalendar } from '../../../src/paper-exchange/calendar/nyse.ts';
import { toNumber } from '../../../src/paper-exchange/core/basics/decimal.ts';
import type {
  Bar,
  ExchangeEvent,
  Quote,
  Trade,
} from '../../../src/paper-exchange/core/basics/types.ts';
import { type MarketOptions, PaperExchange } from '../../../src/paper-exchange/exchange.ts';
import {
  GeneratedMarket,
  type GeneratorOptions,
} from '../../../src/paper-exchange/market/generator.ts';
import type { MarketInput, MarketSource } from '../../../src/paper-exchange/market/source.ts';

export const calendar = new NyseCalendar();
export const mondayOpen = Date.parse('2026-11-02T09:30:00-05:00');
export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * 60 * minuteMs;

/** A market of one share that is left to chance, for the regular session alone. */
export const given = (options: Partial<GeneratorOptions> = {}): GeneratedMarket =>
  new GeneratedMarket({
    seed: 'seven',
    startAt: mondayOpen,
    calendar,
    cadenceMs: 5_000,
    historyDays: 0,
    extendedHours: false,
    symbols: [{ symbol: 'ACME', startPrice: '100' }],
    ...options,
  });

export function play(market: MarketSource, until: number): MarketInput[] {
  const inputs: MarketInput[] = [];
  while ((market.nextDueAt() ?? until) < until) inputs.push(...market.next());
  return inputs;
}

export const quotesOf = (inputs: readonly MarketInput[], symbol = 'ACME'): Quote[] =>
  inputs.flatMap((input) =>
    input.kind === 'quote' && input.quote.symbol === symbol ? [input.quote] : [],
  );

export const tradesOf = (inputs: readonly MarketInput[], symbol = 'ACME'): Trade[] =>
  inputs.flatMap((input) =>
    input.kind === 'trade' && input.trade.symbol === symbol ? [input.trade] : [],
  );

export const barsOf = (inputs: readonly MarketInput[], symbol = 'ACME'): Bar[] =>
  inputs.flatMap((input) =>
    input.kind === 'bar' && input.bar.symbol === symbol ? [input.bar] : [],
  );

export const ofKind = <Kind extends MarketInput['kind']>(
  inputs: readonly MarketInput[],
  kind: Kind,
): Extract<MarketInput, { kind: Kind }>[] =>
  inputs.filter((input): input is Extract<MarketInput, { kind: Kind }> => input.kind === kind);

export const midpoint = (quote: Quote): number => toNumber((quote.bidPrice + quote.askPrice) / 2n);

/** Bid to ask against the price. */
export const spreadOf = (quote: Quote): number =>
  toNumber(quote.askPrice - quote.bidPrice) / midpoint(quote);

/** An exchange with such a market and a holder of 100 ACME; everything it tells is kept. */
export function exchangeWith(market: Partial<GeneratorOptions>, startAt = mondayOpen) {
  const clock = new VirtualClock(startAt);
  const options: MarketOptions = {
    ...{ kind: 'generated', symbols: [{ symbol: 'ACME', startPrice: '100' }] },
    ...{ cadenceMs: 10_000, historyDays: 0, newsPerYear: 0 },
    ...market,
  };
  const positions = [{ symbol: 'ACME', qty: '100', averageEntryPrice: '100' }];
  const account = { keyId: 'key', secretKey: 'secret', cash: '50000', multiplier: '4' } as const;
  const exchange = new PaperExchange(
    { seed: 'seven', accounts: [{ ...account, positions }], market: options },
    clock,
  );
  const events: ExchangeEvent[] = [];
  exchange.core.subscribe((event) => events.push(event));
  exchange.start();
  return { clock, exchange, events, accountId: exchange.core.accountIds[0] ?? '' };
}
