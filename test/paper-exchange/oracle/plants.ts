import type { ExchangeEvent, TradeUpdate } from '../../../src/paper-exchange/core/basics/types.ts';
import type { Observed } from '../../../src/paper-exchange/oracle/oracle.ts';
import type { Rule } from '../../../src/paper-exchange/oracle/rules.ts';
import type { Pit } from './pit.ts';

type Json = { readonly [key: string]: unknown };

/** One lie between the exchange and its oracle, and what makes the oracle hear it. */
export type Plant = {
  readonly act: (pit: Pit) => void;
  /** Changes each object that an endpoint whose path contains `of` answers. */
  readonly answer?: { readonly of: string; readonly change: (object: Json) => Json };
  /** What is told instead of an event. */
  readonly event?: (event: TradeUpdate) => readonly ExchangeEvent[];
  /** Rules that the same lie breaks too, and sooner. */
  readonly except?: readonly Rule[];
};

const buy = { symbol: 'AAPL', side: 'buy', type: 'market', qty: '1', time_in_force: 'day' };
const restingBuy = { ...buy, type: 'limit', limit_price: '90', qty: '2' };
const stop = { ...buy, side: 'sell', type: 'stop', stop_price: '95', qty: '10' };
const oco = {
  ...{ ...buy, side: 'sell', type: 'limit', qty: '4', order_class: 'oco', time_in_force: 'gtc' },
  ...{ take_profit: { limit_price: '105' }, stop_loss: { stop_price: '95' } },
};

function order(pit: Pit, fields: Json): string {
  const answer = pit.send(0, 'POST', '/v2/orders', JSON.stringify(fields));
  if (answer.status !== 200) throw new Error(answer.body);
  const { id }: { id: string } = JSON.parse(answer.body);
  return id;
}

const sends = (fields: Json) => (pit: Pit) => {
  order(pit, fields);
};

const lies = (of: string, changes: Json, where: (object: Json) => boolean = () => true) => ({
  of,
  change: (object: Json) => (where(object) ? { ...object, ...changes } : object),
});

const isFilled = (object: Json) => object.status === 'filled';
const isFill = ({ event }: TradeUpdate) => event === 'fill';
const raised = (text: unknown) => String(Number(text) + 1);

/** At least one for every rule there is. */
export const PLANTS: Readonly<Record<Rule, readonly Plant[]>> = {
  shape: [
    {
      act: sends(buy),
      answer: lies('/v2/account', { cash: 99000 }, ({ cash }) => cash !== undefined),
    },
    { act: sends(buy), answer: lies('/v2/orders', { qty: '1e3' }) },
  ],
  cash: [
    {
      act: sends(buy),
      answer: {
        of: '/v2/account',
        change: (object) => ('cash' in object ? { ...object, cash: raised(object.cash) } : object),
      },
    },
  ],
  position: [
    { act: sends(buy), answer: lies('/v2/positions', { qty: '12' }) },
    { act: sends(buy), event: (told) => [withPosition(told, 5n)] },
  ],
  cost: [{ act: sends(buy), answer: lies('/v2/positions', { cost_basis: '1100.5' }) }],
  value: [
    { act: sends(buy), answer: lies('/v2/positions', { current_price: '99' }) },
    {
      act: (pit) => pit.trade('AAPL', '101'),
      answer: lies('/v2/positions', { market_value: '1' }),
    },
  ],
  equity: [
    {
      act: (pit) => pit.trade('AAPL', '101'),
      answer: lies('/v2/account', { equity: '100000' }, ({ equity }) => equity !== undefined),
    },
  ],
  holds: [{ act: sends(stop), answer: lies('/v2/orders', { qty: '11' }) }],
  available: [
    { act: sends(stop), answer: lies('/v2/positions', { qty_available: '1' }) },
    { act: sends(buy), answer: lies('/v2/positions', { qty_available: '10' }) },
  ],
  buyingPower: [
    {
      act: sends(restingBuy),
      answer: lies('/v2/orders', { qty: '90000' }),
      except: ['shownBuyingPower'],
    },
  ],
  shownBuyingPower: [
    {
      act: sends(restingBuy),
      answer: lies('/v2/account', { buying_power: '399900' }, ({ cash }) => cash !== undefined),
    },
  ],
  siblings: [
    {
      act: (pit) => {
        order(pit, oco);
        pit.quote('AAPL', '106', '106.02');
      },
      answer: {
        of: '/v2/orders',
        change: ({ legs, ...object }) => ({ ...object, qty: '3', legs: withQuantity(legs, '3') }),
      },
      except: ['overfill', 'filledQuantity', 'available'],
    },
  ],
  terminal: [{ act: sends(buy), event: (told) => (isFill(told) ? [told, again(told)] : [told]) }],
  transition: [
    { act: sends(buy), event: (told) => (told.event === 'new' ? [] : [told]) },
    { act: sends(buy), event: (told) => (told.event === 'pending_new' ? [] : [told]) },
  ],
  eventName: [
    {
      act: sends(buy),
      event: (told) => [told.event === 'new' ? { ...told, event: 'accepted' } : told],
    },
  ],
  executionFields: [
    { act: sends(buy), event: (told) => [isFill(told) ? { ...told, execution: null } : told] },
  ],
  oneActivity: [
    { act: sends(buy), answer: lies('/v2/account/activities', { price: '100.02' }) },
    { act: sends(buy), answer: lies('/v2/account/activities', { id: 'x::other' }) },
    {
      act: (pit) => {
        order(pit, buy);
        order(pit, buy);
      },
      answer: lies('/v2/account/activities', { id: 'x::same' }),
      except: ['announced'],
    },
  ],
  announced: [
    {
      act: (pit) => {
        order(pit, buy);
        pit.trade('AAPL', '100');
      },
      event: (told) => (isFill(told) ? [] : [told]),
      except: ['agreement'],
    },
  ],
  short: [
    {
      act: sends({ ...buy, symbol: 'MSFT', side: 'sell' }),
      answer: lies('/v2/assets', { shortable: false }),
    },
    {
      act: sends({ ...buy, symbol: 'MSFT', side: 'sell' }),
      answer: lies('/v2/account/configurations', { no_shorting: true }),
    },
    {
      act: sends({ ...buy, symbol: 'MSFT', side: 'sell' }),
      answer: lies('/v2/orders', { position_intent: 'sell_to_close' }),
      except: ['holds', 'available', 'buyingPower'],
    },
  ],
  flip: [
    {
      act: sends({ ...buy, side: 'sell' }),
      answer: lies('/v2/account/activities', { qty: '11' }),
    },
  ],
  filledQuantity: [
    { act: sends(buy), answer: lies('/v2/orders', { filled_qty: '2' }, isFilled) },
    { act: sends(buy), answer: lies('/v2/account/activities', { cum_qty: '2' }) },
  ],
  overfill: [
    { act: sends(buy), answer: lies('/v2/orders', { qty: '0.5' }, isFilled) },
    { act: sends(buy), answer: lies('/v2/orders', { qty: '2' }, isFilled) },
    {
      act: sends({
        symbol: 'AAPL',
        side: 'buy',
        type: 'market',
        notional: '50',
        time_in_force: 'day',
      }),
      answer: lies('/v2/orders', { notional: '49' }, isFilled),
    },
  ],
  averagePrice: [
    { act: sends(buy), answer: lies('/v2/orders', { filled_avg_price: '100' }, isFilled) },
    { act: sends(buy), answer: lies('/v2/orders', { filled_avg_price: null }, isFilled) },
  ],
  chain: [
    {
      act: (pit) => {
        const id = order(pit, restingBuy);
        pit.send(0, 'PATCH', `/v2/orders/${id}`, JSON.stringify({ limit_price: '91' }));
      },
      answer: lies('/v2/orders', { replaced_by: null }),
    },
  ],
  limit: [
    {
      act: sends({ ...restingBuy, limit_price: '101' }),
      answer: lies('/v2/orders', { limit_price: '100' }, isFilled),
    },
  ],
  session: [
    { act: sends(buy), answer: lies('/v2/clock', { is_open: false }) },
    {
      // Nine in the evening, when what is for extended hours trades.
      act: (pit) => {
        pit.advanceBy(11 * 3_600_000);
        pit.quote('AAPL', '99.99', '100.01');
        order(pit, { ...restingBuy, limit_price: '101', extended_hours: true });
      },
      answer: lies('/v3/clock', { clocks: [{ phase: 'closed' }, { phase: 'closed' }] }),
    },
  ],
  halt: [
    {
      act: sends(buy),
      event: (told) => {
        const { at, order: of } = told;
        const status = { symbol: of.symbol, at, code: 'H' as const, reason: 'a lie' };
        return isFill(told) ? [{ kind: 'status', at, status }, told] : [told];
      },
    },
  ],
  time: [
    { act: sends(buy), event: (told) => [{ ...told, eventId: 'same' }] },
    { act: sends(buy), event: (told) => [isFill(told) ? { ...told, at: told.at - 1 } : told] },
  ],
  identity: [
    {
      act: (pit) => {
        order(pit, restingBuy);
        order(pit, restingBuy);
      },
      answer: lies('/v2/orders', { client_order_id: 'same' }),
    },
    {
      act: (pit) => {
        const id = order(pit, restingBuy);
        pit.send(0, 'DELETE', `/v2/orders/${id}`);
      },
      answer: lies('/v2/orders', { created_at: 'another' }, ({ status }) => status === 'canceled'),
    },
  ],
  stamps: [{ act: sends(buy), answer: lies('/v2/orders', { filled_at: null }, isFilled) }],
  trail: [
    {
      act: (pit) => {
        order(pit, { ...buy, side: 'sell', type: 'trailing_stop', trail_percent: '5' });
        pit.trade('AAPL', '102');
      },
      answer: lies('/v2/orders', { hwm: '99' }, ({ hwm }) => hwm === '102'),
    },
  ],
  agreement: [
    {
      act: sends(restingBuy),
      answer: lies('/v2/orders', { status: 'accepted' }),
    },
  ],
};

function withPosition(told: TradeUpdate, positionQty: bigint): TradeUpdate {
  const { execution } = told;
  return { ...told, execution: execution === null ? null : { ...execution, positionQty } };
}

function again(told: TradeUpdate): TradeUpdate {
  const status = 'canceled' as const;
  const order = { ...told.order, status };
  return { ...told, event: 'canceled', eventId: 'again', order, execution: null };
}

function withQuantity(legs: unknown, qty: string): unknown {
  return Array.isArray(legs) ? legs.map((leg) => ({ ...leg, qty })) : legs;
}

/** Puts a lie between an exchange and its oracle; it is told only once `isArmed`. */
export function planted(observed: Observed, plant: Plant, isArmed: () => boolean): Observed {
  return {
    ...observed,
    subscribe: (listener) =>
      observed.subscribe((event, more) => {
        const isLie = isArmed() && event.kind === 'trade_update' && plant.event !== undefined;
        const told = isLie && plant.event !== undefined ? plant.event(event) : [event];
        for (const [place, one] of told.entries()) listener(one, told.length - 1 - place + more);
      }),
    answer: (request) => {
      const answer = observed.answer(request);
      const { answer: lie } = plant;
      if (!isArmed() || lie === undefined || !request.path.startsWith(lie.of)) return answer;
      const body: unknown = JSON.parse(answer.body);
      const changed = Array.isArray(body) ? body.map(lie.change) : lie.change(Object(body));
      return { ...answer, body: JSON.stringify(changed) };
    },
  };
}
