import type { Decimal } from '../basics/decimal.ts';
import type {
  OrderClass,
  OrderType,
  PositionIntent,
  Side,
  TimeInForce,
  WireError,
} from '../basics/types.ts';
import { BodyReader, isJsonObject } from './body-reader.ts';
import { invalidField, malformed } from './refusals.ts';

/** The body of POST /v2/orders, with every field read and none yet judged. */
export type OrderRequest = {
  readonly symbol: string;
  readonly qty: Decimal | null;
  readonly notional: Decimal | null;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly limitPrice: Decimal | null;
  readonly stopPrice: Decimal | null;
  readonly trailPrice: Decimal | null;
  readonly trailPercent: Decimal | null;
  readonly extendedHours: boolean;
  readonly clientOrderId: string | null;
  readonly orderClass: OrderClass;
  readonly takeProfit: { readonly limitPrice: Decimal | null } | null;
  readonly stopLoss: {
    readonly stopPrice: Decimal | null;
    readonly limitPrice: Decimal | null;
  } | null;
  readonly positionIntent: PositionIntent | null;
};

const TYPES: readonly OrderType[] = ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'];
const TIMES_IN_FORCE: readonly TimeInForce[] = ['day', 'gtc', 'opg', 'cls', 'ioc', 'fok'];
const CLASSES = ['simple', 'bracket', 'oco', 'oto'] as const;
const SIDES: readonly Side[] = ['buy', 'sell'];
const INTENTS: readonly PositionIntent[] = [
  'buy_to_open',
  'buy_to_close',
  'sell_to_open',
  'sell_to_close',
];

/** Reads a parsed JSON body; what is missing or of the wrong kind is refused. */
export function readOrderRequest(body: unknown): OrderRequest | WireError {
  if (!isJsonObject(body)) return malformed('request body format is invalid');
  const reader = new BodyReader(body);
  const request = {
    symbol: reader.text('symbol') ?? '',
    qty: reader.decimal('qty'),
    notional: reader.decimal('notional'),
    side: reader.choice('side', SIDES),
    type: reader.choice('type', TYPES),
    timeInForce: reader.choice('time_in_force', TIMES_IN_FORCE),
    limitPrice: reader.decimal('limit_price'),
    stopPrice: reader.decimal('stop_price'),
    trailPrice: reader.decimal('trail_price'),
    trailPercent: reader.decimal('trail_percent'),
    extendedHours: reader.flag('extended_hours'),
    clientOrderId: reader.text('client_order_id') || null,
    orderClass: classOf(reader.choice('order_class', CLASSES)),
    ...readLegs(reader),
    positionIntent: reader.choice('position_intent', INTENTS),
  };
  if (reader.problem !== null) return reader.problem;
  return complete(request);
}

function complete(
  request: Omit<OrderRequest, 'side' | 'type' | 'timeInForce'> & {
    readonly side: Side | null;
    readonly type: OrderType | null;
    readonly timeInForce: TimeInForce | null;
  },
): OrderRequest | WireError {
  const { side, type, timeInForce } = request;
  if (request.symbol === '') return invalidField('symbol is required');
  if (side === null) return invalidField('side is required');
  if (type === null) return invalidField('type is required');
  if (timeInForce === null) return invalidField('time_in_force is required');
  return { ...request, side, type, timeInForce };
}

function classOf(named: (typeof CLASSES)[number] | null): OrderClass {
  return named === null || named === 'simple' ? '' : named;
}

function readLegs(reader: BodyReader): Pick<OrderRequest, 'takeProfit' | 'stopLoss'> {
  const takeProfit = reader.nested('take_profit');
  const stopLoss = reader.nested('stop_loss');
  const legs = {
    takeProfit: takeProfit && { limitPrice: takeProfit.decimal('limit_price') },
    stopLoss: stopLoss && {
      stopPrice: stopLoss.decimal('stop_price'),
      limitPrice: stopLoss.decimal('limit_price'),
    },
  };
  reader.adopt(takeProfit, 'take_profit');
  reader.adopt(stopLoss, 'stop_loss');
  return legs;
}
