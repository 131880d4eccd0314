import type { Broker, MarketData, Streams } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EmergencyBroker } from '../../ports/emergency-broker.ts';
import type { NewsSource } from '../../ports/news.ts';
import { AlpacaBroker } from './broker.ts';
import { type AlpacaClientOptions, createAlpacaClient } from './client.ts';
import { connectEmergency } from './emergency-broker.ts';
import { OrderFamilies } from './families.ts';
import { AlpacaMarketData } from './market-data.ts';
import { AlpacaNews } from './news.ts';
import { ALPACA_LIMITS, RateLimiter, type RateLimits } from './rate-limiter.ts';
import { AlpacaStreams } from './streams.ts';
import { AlpacaTransport } from './transport.ts';

export type AlpacaConnection = {
  readonly broker: Broker;
  readonly marketData: MarketData;
  readonly streams: Streams;
  readonly news: NewsSource;
  /** A connection of its own, so that nothing the others do can hold it up. */
  readonly emergency: EmergencyBroker;
};

/**
 * All three ports over one client. Trading and market data have a request budget each, which is
 * Alpaca's own unless the exchange is one that counts no requests.
 */
export function connectAlpaca(
  options: AlpacaClientOptions,
  clock: Clock,
  limits: RateLimits = ALPACA_LIMITS,
): AlpacaConnection {
  const client = createAlpacaClient(options);
  const families = new OrderFamilies();
  const transport = (): AlpacaTransport =>
    new AlpacaTransport({ clock, limiter: new RateLimiter(clock, limits) });
  return {
    broker: new AlpacaBroker(client, transport(), families),
    marketData: new AlpacaMarketData(client, transport()),
    news: new AlpacaNews(client, transport()),
    streams: new AlpacaStreams(client, clock, families),
    emergency: connectEmergency(options, clock),
  };
}
