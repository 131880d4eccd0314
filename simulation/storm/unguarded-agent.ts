import { z } from 'zod';
import type { Clock } from '../../src/ports/clock.ts';
import type { CallTool } from './agent-line.ts';
import { type Ask, changeFor } from './asks.ts';
import type { Outcome } from './subject.ts';

const positions = z.array(
  z.object({ symbol: z.string(), qty: z.string(), currentPrice: z.string() }),
);
const orders = z.array(z.object({ id: z.string(), side: z.string(), type: z.string() }));

const STOP_PERCENT = 8;
const LIMIT_PERCENT = 0.5;
/** After a cancel, how long an agent waits before it uses the shares. */
const AFTER_CANCEL_MS = 500;

/**
 * An agent whose tools are the broker's API. It looks before it acts, frees shares that other
 * orders hold, and puts a stop back when it has sold a part.
 */
export class UnguardedAgent {
  readonly #call: CallTool;
  readonly #clock: Clock;

  constructor(call: CallTool, clock: Clock) {
    this.#call = call;
    this.#clock = clock;
  }

  async ask(ask: Ask, repeats: boolean): Promise<Outcome> {
    switch (ask.kind) {
      case 'sell':
        return this.#sell(ask.symbol, ask.shares, repeats);
      case 'exit':
        return this.#exit(ask.symbol, repeats);
      case 'protect':
        return this.#protect(ask.symbol);
      case 'exit_group': {
        const outcomes: Outcome[] = [];
        for (const symbol of ask.symbols) outcomes.push(await this.#exit(symbol, false));
        return outcomes.includes('done') ? 'done' : 'refused';
      }
      case 'rebalance': {
        const outcomes: Outcome[] = [];
        for (const target of ask.targets) {
          const { symbol } = target;
          const change = changeFor(target, (await this.#held(symbol))?.shares ?? 0);
          if (change < 0) outcomes.push(await this.#sell(symbol, -change, false));
          if (change > 0) outcomes.push(await this.#buy(symbol, change, false));
        }
        return outcomes.includes('done') ? 'done' : 'refused';
      }
      case 'enter':
        return this.#buy(ask.symbol, ask.shares, repeats);
    }
  }

  async #buy(symbol: string, shares: number, repeats: boolean): Promise<Outcome> {
    const order = { symbol, quantity: String(shares), side: 'buy', type: 'market' };
    const bought = await this.#call('place_stock_order', order);
    if (repeats) await this.#call('place_stock_order', order);
    await this.#clock.sleep(AFTER_CANCEL_MS);
    await this.#protect(symbol);
    return bought.isError ? 'refused' : 'done';
  }

  async #sell(symbol: string, shares: number, repeats: boolean): Promise<Outcome> {
    if (((await this.#held(symbol))?.shares ?? 0) <= 0) return 'nothing';
    const order = { symbol, quantity: String(shares), side: 'sell', type: 'market' };
    let sold = await this.#call('place_stock_order', order);
    if (sold.isError) {
      await this.#free(symbol);
      sold = await this.#call('place_stock_order', order);
    }
    if (repeats) await this.#call('place_stock_order', order);
    await this.#clock.sleep(AFTER_CANCEL_MS);
    await this.#protect(symbol);
    return sold.isError ? 'refused' : 'done';
  }

  async #exit(symbol: string, repeats: boolean): Promise<Outcome> {
    if (((await this.#held(symbol))?.shares ?? 0) <= 0) return 'nothing';
    await this.#free(symbol);
    const closed = await this.#call('close_position', { symbol });
    if (repeats) await this.#call('close_position', { symbol });
    return closed.isError ? 'refused' : 'done';
  }

  async #protect(symbol: string): Promise<Outcome> {
    const held = await this.#held(symbol);
    if (held === null || held.shares <= 0) return 'nothing';
    if ((await this.#openSales(symbol)).some(({ type }) => type.startsWith('stop')))
      return 'nothing';
    const stop = held.price * (1 - STOP_PERCENT / 100);
    const { isError } = await this.#call('place_stock_order', {
      ...{ symbol, quantity: String(held.shares), side: 'sell', type: 'stop_limit' },
      stop_price: stop.toFixed(2),
      limit_price: (stop * (1 - LIMIT_PERCENT / 100)).toFixed(2),
    });
    return isError ? 'refused' : 'done';
  }

  async #free(symbol: string): Promise<void> {
    const holding = await this.#openSales(symbol);
    for (const { id } of holding) await this.#call('cancel_order_by_id', { order_id: id });
    if (holding.length > 0) await this.#clock.sleep(AFTER_CANCEL_MS);
  }

  async #openSales(symbol: string) {
    const { isError, text } = await this.#call('get_orders', { symbol });
    return isError ? [] : orders.parse(JSON.parse(text)).filter(({ side }) => side === 'sell');
  }

  async #held(symbol: string) {
    const { isError, text } = await this.#call('get_positions', {});
    if (isError) return null;
    const held = positions.parse(JSON.parse(text)).find((each) => each.symbol === symbol);
    if (held === undefined) return null;
    return { shares: Number(held.qty), price: Number(held.currentPrice) };
  }
}
