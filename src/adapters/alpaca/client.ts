import { Alpaca, type streaming, type trading } from '@alpacahq/alpaca-trade-api';

/** `url` is a paper exchange on this machine, for example `http://127.0.0.1:4010`. */
type AlpacaEndpoint = 'paper' | 'live' | { readonly url: string };

export type FetchApi = trading.FetchAPI;
export type WsFactory = streaming.WebSocketFactory;

export type AlpacaClientOptions = {
  readonly keyId: string;
  readonly secret: string;
  readonly endpoint: AlpacaEndpoint;
  /** Answers requests in place of the network: the in-process exchange. */
  readonly fetchApi?: FetchApi;
  /** Opens sockets in place of the network: the in-process exchange. */
  readonly wsFactory?: WsFactory;
};

/**
 * The part of the SDK that we use. `submitAndWait` and the SDK's own clients stay out of reach:
 * by themselves they would open Alpaca's hosts with these keys.
 */
export type AlpacaClient = {
  readonly trading: Pick<
    Alpaca['trading'],
    | 'account'
    | 'assets'
    | 'accountActivities'
    | 'accountConfigurations'
    | 'positions'
    | 'orders'
    | 'calendar'
    | 'clock'
  >;
  readonly stocks: Alpaca['marketData']['stocks'];
  readonly news: Pick<Alpaca['marketData']['news'], 'newsRaw'>;
  readonly corporateActions: Pick<Alpaca['marketData']['corporateActions'], 'corporateActionsRaw'>;
  /** Not yet connected; ends at its first disconnect, so that its owner reopens on our clock. */
  openTradingStream(): streaming.TradingStream;
  openStockStream(): streaming.StockDataStream;
};

const DATA_HOST = 'data.alpaca.markets';
const DATA_STREAM = 'wss://stream.data.alpaca.markets';
const TRADING_HOSTS = { paper: 'paper-api.alpaca.markets', live: 'api.alpaca.markets' } as const;
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * The only way to Alpaca. The keys are always the ones given, never the environment's, and no
 * request reaches a host that the endpoint does not name.
 *
 * @throws when a key is empty or the endpoint is a URL of another machine
 */
export function createAlpacaClient(options: AlpacaClientOptions): AlpacaClient {
  const { keyId, secret, endpoint } = options;
  if (keyId === '' || secret === '') {
    throw new Error('Alpaca needs a key id and a secret: set both, or neither for the simulation');
  }
  const base = typeof endpoint === 'string' ? null : loopbackUrl(endpoint.url);
  const send = options.fetchApi ?? ((url, init) => fetch(url, init));
  const alpaca = new Alpaca({
    keyId,
    secret,
    paper: endpoint !== 'live',
    // Waiting, retrying and giving up happen on our clock, where each attempt is counted.
    rateLimit: false,
    retry: false,
    timeoutMs: 0,
    fetchApi: async (url, init) =>
      withoutKeys(await send(routed(url, endpoint, base), init), [secret, keyId]),
  });
  const streamOptions = {
    reconnect: false,
    ...(options.wsFactory === undefined ? {} : { wsFactory: options.wsFactory }),
  };
  return {
    trading: alpaca.trading,
    stocks: alpaca.marketData.stocks,
    news: alpaca.marketData.news,
    corporateActions: alpaca.marketData.corporateActions,
    openTradingStream: () =>
      alpaca.trading.stream({ ...streamOptions, url: tradingStreamUrl(endpoint, base) }),
    openStockStream: () =>
      alpaca.marketData.stockStream({ ...streamOptions, url: stockStreamUrl(base) }),
  };
}

/** A refusal may quote what it was asked with; what it says is journalled, and our keys are not. */
async function withoutKeys(answer: Response, keys: readonly string[]): Promise<Response> {
  if (answer.ok) return answer;
  const { status, statusText, headers } = answer;
  // A body that cannot be read says no more than the status does.
  const said = await answer.text().catch(() => '');
  const shown = keys.reduce((rest, key) => rest.replaceAll(key, '[redacted]'), said);
  return new Response(shown === '' ? null : shown, { status, statusText, headers });
}

function loopbackUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || parsed.protocol !== 'http:' || !LOOPBACK.has(parsed.hostname)) {
    throw new Error(
      `${url} is no exchange on this machine: give http://127.0.0.1 with its port, or use paper`,
    );
  }
  return parsed;
}

function routed(url: string, endpoint: AlpacaEndpoint, base: URL | null): string {
  const { host, pathname, search } = new URL(url);
  const tradingHost = TRADING_HOSTS[endpoint === 'live' ? 'live' : 'paper'];
  if (host !== tradingHost && host !== DATA_HOST) {
    throw new Error(
      `a request to ${host} was refused: only ${tradingHost} and ${DATA_HOST} may be used`,
    );
  }
  return base === null ? url : new URL(pathname + search, base).href;
}

function tradingStreamUrl(endpoint: AlpacaEndpoint, base: URL | null): string {
  if (base !== null) return `ws://${base.host}/stream`;
  return `wss://${TRADING_HOSTS[endpoint === 'live' ? 'live' : 'paper']}/stream`;
}

function stockStreamUrl(base: URL | null): string {
  return base === null ? `${DATA_STREAM}/v2/iex` : `ws://${base.host}/v2/iex`;
}
