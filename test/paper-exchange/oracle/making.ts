import { formatDecimal, fromNumber } from '../../../src/paper-exchange/core/basics/decimal.ts';
import type { VenueAction } from '../../../src/paper-exchange/core/venue.ts';
import type { Json, Move } from './moves.ts';
import type { Pit } from './pit.ts';

/** Makes a move. What it asks for may be refused, but never breaks the exchange. */
export function make(pit: Pit, made: Move): void {
  const { account, symbol } = made;
  switch (made.do) {
    case 'simple':
      send(pit, account, 'POST', '/v2/orders', simpleOrder(pit, made));
      break;
    case 'group':
      send(pit, account, 'POST', '/v2/orders', groupedOrder(pit, made));
      break;
    case 'notional': {
      const { side } = made;
      const rest = { notional: '50', type: 'market', time_in_force: 'day' };
      send(pit, account, 'POST', '/v2/orders', { symbol, side, ...rest });
      break;
    }
    case 'cancel':
      send(pit, account, 'DELETE', `/v2/orders/${openOrder(pit, account, made.pick)?.id}`);
      break;
    case 'replace':
      replace(pit, made);
      break;
    case 'part':
      executePart(pit, made);
      break;
    case 'close':
      send(
        pit,
        account,
        'DELETE',
        `/v2/positions/${encodeURIComponent(symbol)}?percentage=${made.percentage}`,
      );
      break;
    case 'all':
      send(pit, account, 'DELETE', made.path);
      break;
    case 'configure':
      send(pit, account, 'PATCH', '/v2/account/configurations', made.body);
      break;
    case 'garbage':
      expectAnswer(pit.send(account, 'POST', made.path, made.body));
      break;
    case 'price':
      changePrice(pit, made);
      break;
    case 'wait':
      pit.advanceBy(made.ms);
      break;
    case 'halt':
      pit.halt(symbol);
      break;
    case 'resume':
      pit.resume(symbol);
      break;
    case 'night':
      pit.core.changeAsset(symbol, { overnightHalted: made.halted });
      break;
    case 'split':
      split(pit, made);
      break;
    case 'dividend':
      payDividend(pit, made);
      break;
    case 'venue':
      actOnOrder(pit, made);
      break;
  }
}

function simpleOrder(pit: Pit, made: Move & { do: 'simple' }): Json {
  const { type, symbol } = made;
  const stop = priceOf(pit, symbol, made.cents);
  const limit = priceOf(pit, symbol, made.cents + made.beyond);
  const isStop = type.includes('stop');
  return {
    symbol,
    side: made.side,
    qty: made.qty,
    type,
    time_in_force: isStop && made.timeInForce !== 'gtc' ? 'day' : made.timeInForce,
    extended_hours: made.extended && type === 'limit' && ['day', 'gtc'].includes(made.timeInForce),
    ...(type === 'stop' || type === 'stop_limit' ? { stop_price: stop } : {}),
    ...(type === 'limit' || type === 'stop_limit' ? { limit_price: limit } : {}),
    ...(type === 'trailing_stop' ? { trail_percent: '1' } : {}),
  };
}

function groupedOrder(pit: Pit, made: Move & { do: 'group' }): Json {
  const { symbol, kind, cents } = made;
  const held = pit.core.position(pit.accountId(made.account), symbol)?.qty ?? 0n;
  const isOco = kind === 'oco';
  const protectsLong = isOco ? held >= 0n : !made.short;
  const direction = protectsLong ? 1 : -1;
  const base = isOco ? 0 : cents;
  const profit = priceOf(pit, symbol, base + direction * made.profit);
  const stop = priceOf(pit, symbol, Math.min(base, 0) * direction - direction * made.stop);
  return {
    symbol,
    side: isOco === protectsLong ? 'sell' : 'buy',
    qty: String(made.qty),
    type: 'limit',
    time_in_force: 'gtc',
    order_class: kind,
    ...(isOco ? {} : { limit_price: priceOf(pit, symbol, cents) }),
    ...(kind === 'oto' ? {} : { take_profit: { limit_price: profit } }),
    stop_loss: { stop_price: stop },
  };
}

function replace(pit: Pit, made: Move & { do: 'replace' }): void {
  const order = openOrder(pit, made.account, made.pick);
  if (order === undefined) return;
  const price = priceOf(pit, String(order.symbol), made.cents);
  const qty = Number(order.qty) + made.more;
  send(pit, made.account, 'PATCH', `/v2/orders/${order.id}`, {
    ...(made.more === 0 ? {} : { qty: String(qty) }),
    ...(order.limit_price === null || made.more > 0 ? {} : { limit_price: price }),
    ...(order.stop_price === null || order.limit_price !== null ? {} : { stop_price: price }),
  });
}

/** What a venue may do at any time of its hours: execute a part of what rests there. */
function executePart(pit: Pit, made: Move & { do: 'part' }): void {
  const { core } = pit;
  const order = openOrder(pit, made.account, made.pick);
  if (order === undefined || core.calendar.sessionAt(core.now) !== 'regular') return;
  if (order.status === 'held' || order.qty === null || pit.isHalted(String(order.symbol))) return;
  const price = String(order.limit_price ?? order.stop_price ?? '100');
  pit.executePart(made.account, String(order.id), String(made.shares), price);
}

/** The next prices come at once. One who hears of it late would judge by the old ones. */
function split(pit: Pit, made: Move & { do: 'split' }): void {
  const { symbol, newShares, oldShares } = made;
  const last = pit.core.latestTrade(symbol)?.price ?? 0n;
  const cents = (last * BigInt(oldShares)) / BigInt(newShares) / 10n ** 11n;
  if (cents < 2n || pit.core.latencies.streamMs > 0 || symbol.includes('/')) return;
  pit.core.applySplit(symbol, newShares, oldShares);
  const price = formatDecimal(cents * 10n ** 11n);
  pit.market(symbol, price, price, price);
}

function payDividend(pit: Pit, { symbol, cents }: Move & { do: 'dividend' }): void {
  const { core } = pit;
  if (core.latencies.streamMs > 0 || symbol.includes('/')) return;
  const exDate = core.calendar.tradingDayAfter(core.calendar.dateOf(core.now)).date;
  const rate = fromNumber(cents / 100, 2);
  core.announce({ terms: { kind: 'cash_dividend', symbol, rate, special: false }, exDate });
}

function actOnOrder(pit: Pit, made: Move & { do: 'venue' }): void {
  const order = openOrder(pit, made.account, made.pick);
  const isLate = made.act === 'restate' && pit.core.latencies.streamMs > 0;
  if (order === undefined || isLate) return;
  pit.core.actOnOrder(pit.accountId(made.account), String(order.id), venueAction(made.act));
}

function venueAction(kind: VenueAction['kind']): VenueAction {
  if (kind === 'set_aside') return { kind, status: 'suspended' };
  if (kind === 'restate') return { kind, change: { limitPrice: fromNumber(100, 2) } };
  return { kind };
}

function changePrice(pit: Pit, made: Move & { do: 'price' }): void {
  const { symbol, cents } = made;
  pit.quote(symbol, priceOf(pit, symbol, cents - 1), priceOf(pit, symbol, cents + 1));
  if (made.trade) pit.trade(symbol, priceOf(pit, symbol, cents));
}

function priceOf(pit: Pit, symbol: string, cents: number): string {
  const last = pit.core.latestTrade(symbol)?.price ?? 0n;
  const price = last + fromNumber(cents / 100, 2);
  return formatDecimal(price > 0n ? price : fromNumber(1, 2));
}

function openOrder(pit: Pit, account: number, which: number): Json | undefined {
  const orders: Json[] = JSON.parse(
    pit.send(account, 'GET', '/v2/orders?status=all&limit=40').body,
  );
  const done = ['filled', 'canceled', 'expired', 'replaced', 'rejected'];
  const open = orders.filter(({ status }) => !done.includes(String(status)));
  return open[which % Math.max(1, open.length)];
}

function send(pit: Pit, account: number, method: string, path: string, body?: Json): void {
  const text = body === undefined ? undefined : JSON.stringify(body);
  expectAnswer(pit.send(account, method, path, text));
  pit.oracle.throwIfBroken();
}

function expectAnswer({ status, body }: { readonly status: number; readonly body: string }): void {
  if (status >= 500) throw new Error(`the exchange answered ${status}: ${body}`);
}
