import { AlpacaBroker } from '../../../src/adapters/alpaca/broker.ts';
import { type AlpacaClient, createAlpacaClient } from '../../../src/adapters/alpaca/client.ts';
import { OrderFamilies } from '../../../src/adapters/alpaca/families.ts';
import { AlpacaMarketData } from '../../../src/adapters/alpaca/market-data.ts';
import { RateLimiter } from '../../../src/adapters/alpaca/rate-limiter.ts';
import { AlpacaTransport } from '../../../src/adapters/alpaca/transport.ts';
import { VirtualClock } from '../../../src/adapters/system/virtual-clock.ts';
import { type ApprovedPlan, mintApprovedPlan } from '../../../src/domain/approved-plan.ts';
import { price, quantity } from '../../../src/domain/decimal.ts';
import { type ClientOrderId, orderId, ticker } from '../../../src/domain/ids.ts';
import type { Order, OrderChange, OrderRequest } from '../../../src/domain/order.ts';
import type {
  ActionPlan,
  CancelStep,
  ReplaceStep,
  Step,
  SubmitStep,
} from '../../../src/domain/plan.ts';
import { BrokerError } from '../../../src/ports/broker.ts';
import { anyTerms } from '../../support/plan-terms.ts';

/** Thursday 2026-10-08, 11:00 in New York. */
export const NOW = Date.UTC(2026, 9, 8, 15, 0);
export const iso = (at: number): string => new Date(at).toISOString();

export type Asked = {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: Record<string, unknown> | null;
};
export type Answer = (asked: Asked, nth: number) => Response | Promise<Response>;

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers });

/** A broker over the real SDK, whose transport answers what the test says. */
export function given(answer: Answer): {
  readonly broker: AlpacaBroker;
  readonly marketData: AlpacaMarketData;
  readonly client: AlpacaClient;
  readonly clock: VirtualClock;
  readonly asked: readonly Asked[];
} {
  const asked: Asked[] = [];
  const clock = new VirtualClock(NOW);
  const client = createAlpacaClient({
    keyId: 'key',
    secret: 'secret',
    endpoint: 'paper',
    fetchApi: async (url, init) => {
      const { host, pathname, searchParams } = new URL(url);
      const request: Asked = {
        method: init.method ?? 'GET',
        host,
        path: pathname,
        query: searchParams,
        headers: new Headers(init.headers),
        body: typeof init.body === 'string' ? JSON.parse(init.body) : null,
      };
      asked.push(request);
      return answer(request, asked.length);
    },
  });
  const transport = new AlpacaTransport({ clock, limiter: new RateLimiter(clock) });
  const broker = new AlpacaBroker(client, transport, new OrderFamilies());
  return { broker, marketData: new AlpacaMarketData(client, transport), client, clock, asked };
}

/** What a promise came to, with time passing meanwhile. */
export async function failureOf(work: Promise<unknown>, clock: VirtualClock): Promise<BrokerError> {
  const settled = work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  await clock.advanceBy(60_000);
  const result = await settled;
  if ('error' in result && result.error instanceof BrokerError) return result.error;
  throw new Error('no BrokerError was thrown', { cause: result });
}

export const wireAccount = (changes: Record<string, unknown> = {}) => ({
  id: '904837e3-3b76-47ec-b432-046db621571b',
  account_number: 'PA3ABCDEFGHI',
  status: 'ACTIVE',
  currency: 'USD',
  cash: '87500.5',
  equity: '100003.25',
  last_equity: '100003.74258806517',
  buying_power: '400013',
  multiplier: '4',
  account_blocked: false,
  trading_blocked: false,
  transfers_blocked: false,
  trade_suspended_by_user: false,
  shorting_enabled: true,
  crypto_tier: 1,
  user_configurations: null,
  ...changes,
});

export const wirePosition = (changes: Record<string, unknown> = {}) => ({
  asset_id: 'b0b6dd9d-8b9b-48a9-ba46-b9d54906e415',
  symbol: 'AAPL',
  exchange: 'NASDAQ',
  asset_class: 'us_equity',
  asset_marginable: true,
  qty: '10.5',
  qty_available: '0.5',
  avg_entry_price: '99.123456789',
  side: 'long',
  market_value: '1050',
  cost_basis: '1040.796296',
  unrealized_pl: '9.203704',
  current_price: '100',
  lastday_price: '98.5',
  change_today: '0.015',
  ...changes,
});

export const wireOrder = (changes: Record<string, unknown> = {}) => ({
  id: 'order-1',
  client_order_id: 'bb1-aaaa',
  created_at: '2026-10-08T14:00:00.123456789Z',
  updated_at: '2026-10-08T14:00:01.5Z',
  submitted_at: '2026-10-08T14:00:00.123456789Z',
  filled_at: null,
  expired_at: null,
  expires_at: '2027-01-06T21:00:00Z',
  canceled_at: null,
  failed_at: null,
  replaced_at: null,
  replaced_by: null,
  replaces: null,
  asset_id: 'b0b6dd9d-8b9b-48a9-ba46-b9d54906e415',
  symbol: 'AAPL',
  asset_class: 'us_equity',
  notional: null,
  qty: '10',
  filled_qty: '0',
  filled_avg_price: null,
  order_class: '',
  order_type: 'stop_limit',
  type: 'stop_limit',
  side: 'sell',
  position_intent: 'sell_to_close',
  time_in_force: 'gtc',
  limit_price: '94.5',
  stop_price: '95',
  status: 'new',
  extended_hours: false,
  legs: null,
  trail_percent: null,
  trail_price: null,
  hwm: null,
  subtag: null,
  source: null,
  ...changes,
});

export const stopRequest = (changes: Partial<OrderRequest> = {}): OrderRequest => ({
  symbol: ticker('AAPL'),
  side: 'sell',
  type: 'stop_limit',
  timeInForce: 'gtc',
  quantity: quantity('10'),
  limitPrice: price('94.5'),
  stopPrice: price('95'),
  orderClass: 'simple',
  takeProfitLimitPrice: null,
  stopLoss: null,
  positionIntent: 'sell_to_close',
  ...changes,
});

const identity = (name: string) => ({
  key: `AAPL#1/${name}`,
  generation: 1,
  clientOrderId: `bb1-${name}` as ClientOrderId,
});

export const submitStep = (order: OrderRequest = stopRequest(), name = 'stop'): SubmitStep => ({
  kind: 'submit',
  symbol: order.symbol,
  purpose: 'protect',
  order,
  until: 'live',
  ...identity(name),
});

export const replaceStep = (
  before: Order,
  change: Partial<OrderChange>,
  name = 'raise',
): ReplaceStep => ({
  kind: 'replace',
  symbol: before.symbol,
  purpose: 'protect',
  orderId: before.id,
  before,
  change: { quantity: null, limitPrice: null, stopPrice: null, ...change },
  until: 'live',
  ...identity(name),
});

export const cancelStep = (before: Order): CancelStep => ({
  kind: 'cancel',
  symbol: before.symbol,
  purpose: 'release',
  orderId: orderId(before.id),
  before,
  until: 'terminal',
});

/** The adapter looks at nothing of a plan but its tier and whether it holds the step. */
export const approvedFor = (...steps: readonly Step[]): ApprovedPlan =>
  mintApprovedPlan({ ...anyTerms, parts: [{ steps }] } as unknown as ActionPlan, [], null);
