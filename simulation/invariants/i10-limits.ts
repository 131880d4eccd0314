import { fieldsOf } from './fields.ts';
import type { Rule } from './rule.ts';
import type { Scene } from './scene.ts';
import type { Write } from './traffic.ts';
import { digitsOf, unitsOf } from './units.ts';

const MINUTE_MS = 60_000;
/** What Alpaca takes from one client, market data not counted. */
const REQUESTS_PER_MINUTE = 200;
/** A kill switch has a client and a budget of its own, so that nothing can keep it waiting. */
const WITH_A_HALT = 2 * REQUESTS_PER_MINUTE;
/** Percent: the collar of 10 for exits, and 5 that the market may have moved since the review. */
const EXIT_COLLAR = 15n;
/** Percent that a stop's limit may lie beyond its own stop. */
const STOP_ROOM = 15n;
/** The way of a trade to us. */
const NEWS_MS = 1_000;

/** The last trade in a symbol that was told of, when, and the one before it. */
type Told = { readonly price: bigint; readonly at: number; readonly before: bigint | null };

/** No order of ours goes beyond what the account's owner allows. */
export const limitsHold: Rule = {
  number: 10,
  sentence:
    'No order of ours can open or add to a position but a limit order with its stop in the same ' +
    'group, none carries a price beyond its collar, and one process sends at most 200 requests in any minute.',

  watch(scene, tell) {
    const times: number[] = [];
    let oldest = 0;
    let life = 0;
    let haltedAt = Number.NEGATIVE_INFINITY;
    const told = new Map<string, Told>();
    return {
      on: {
        exchange_event({ at, event }) {
          if (event.kind !== 'trade') return;
          const { symbol, price } = event.trade;
          told.set(symbol, { price, at, before: told.get(symbol)?.price ?? null });
        },
        request_sent({ at, request }) {
          const { write } = scene;
          if (write !== null) {
            const because =
              whyOpening(write) ?? whyOutside(scene, write, told.get(write.symbol ?? ''));
            if (because !== null) tell(write.symbol, because);
          }
          if (!request.isOwner || !isTradingPath(request.path)) return;
          if (scene.world.countsRequests === false) return;
          if (request.life !== life) {
            life = request.life;
            times.length = 0;
            oldest = 0;
          }
          times.push(at);
          while ((times[oldest] ?? at) <= at - MINUTE_MS) oldest += 1;
          if (scene.lives.halt !== null) haltedAt = at;
          const most = haltedAt > at - MINUTE_MS ? WITH_A_HALT : REQUESTS_PER_MINUTE;
          if (times.length - oldest > most) {
            tell(null, `${times.length - oldest} requests were sent within a minute`);
          }
        },
      },
    };
  },
};

/** Market data has a budget of its own. */
const isTradingPath = (path: string): boolean =>
  path.startsWith('/v2/') && !path.startsWith('/v2/stocks') && !path.startsWith('/v2/bars');

function whyOpening({ kind, body, clientOrderId }: Write): string | null {
  if (kind !== 'submit') return null;
  const { position_intent: intent, order_class: orderClass } = body;
  const closes = intent === 'sell_to_close' || intent === 'buy_to_close';
  const isGroup = orderClass === 'bracket' || orderClass === 'oto';
  // What opens has its stop in its group, and a price beyond which it is not filled.
  const hasStop = fieldsOf(body.stop_loss).stop_price !== undefined;
  const isGuarded = isGroup && hasStop && body.type === 'limit';
  return (closes && !isGroup) ||
    (isGuarded && (intent === 'buy_to_open' || intent === 'sell_to_open'))
    ? null
    : `POST ${clientOrderId} may open: intent ${intent ?? 'none'}, class ${orderClass ?? 'simple'}`;
}

/** A split moves prices at once: an order may be of before as long as no trade has told of it. */
function whyOutside(scene: Scene, write: Write, told: Told | undefined): string | null {
  const { symbol } = write;
  if (symbol === null) return null;
  const last = scene.world.core.latestTrade(symbol)?.price ?? null;
  const because = whyBeyond(scene, write, last);
  if (because === null || told === undefined) return because;
  const before = scene.now - told.at < NEWS_MS && told.before !== null ? [told.before] : [];
  const isKnown = (price: bigint) => whyBeyond(scene, write, price) === null;
  return [told.price, ...before].some(isKnown) ? null : because;
}

function whyBeyond(
  scene: Scene,
  { kind, symbol, body, orderId }: Write,
  last: bigint | null,
): string | null {
  // The take-profit of an OCO is the limit of its exit.
  const profit = body.order_class === 'oco' ? fieldsOf(body.take_profit).limit_price : undefined;
  const limit = unitsOf(body.limit_price ?? profit);
  if (limit === null || symbol === null || (kind !== 'submit' && kind !== 'replace')) return null;
  const order = orderId === null ? null : scene.books.order(orderId);
  const stop = unitsOf(body.stop_price) ?? order?.stopPrice ?? null;
  const side = order?.side ?? body.side;
  // Past its stop it is a plain limit, and the market is what it is measured by.
  const isPast = stop !== null && last !== null && (side === 'sell' ? last <= stop : last >= stop);
  const from = stop === null || isPast ? last : stop;
  if (from === null) return null;
  const percent = from === stop ? STOP_ROOM : EXIT_COLLAR;
  const bound = (from * (side === 'sell' ? 100n - percent : 100n + percent)) / 100n;
  if (side === 'sell' ? limit >= bound : limit <= bound) return null;
  return (
    `a ${String(side)} limit of ${digitsOf(limit)} is more than ${percent} % beyond ` +
    `${from === stop ? 'its stop' : 'the last trade'} at ${digitsOf(from)}`
  );
}
