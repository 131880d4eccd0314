import { Fields } from './fields.ts';
import type { Judge } from './rules.ts';
import {
  type AccountView,
  type ActivityView,
  accountView,
  activityView,
  type OrderView,
  orderView,
  type PositionView,
  positionView,
} from './views.ts';

/** Answers a GET of one account: the status and the parsed body. */
export type Get = (path: string) => { readonly status: number; readonly body: unknown };

const ACTIVITIES = '/v2/account/activities?direction=asc&page_size=100';

/** The views of one account that any client can ask for. */
export class Reads {
  readonly #get: Get;
  readonly #judge: Judge;

  constructor(get: Get, judge: Judge) {
    this.#get = get;
    this.#judge = judge;
  }

  account(): AccountView {
    return accountView(this.#body('/v2/account'), this.#judge);
  }

  positions(): readonly PositionView[] {
    return this.#list('/v2/positions').map((json) => positionView(json, this.#judge));
  }

  /** Null when nothing is held. */
  position(symbol: string): PositionView | null {
    const path = `/v2/positions/${encodeURIComponent(symbol)}`;
    const { status, body } = this.#get(path);
    if (status === 404) return null;
    if (status === 200) return positionView(body, this.#judge);
    return this.#judge.fail('shape', `GET ${path} answered ${status}: ${JSON.stringify(body)}`);
  }

  /** Everything after the activity `last`, oldest first. */
  activitiesAfter(last: string | null): readonly ActivityView[] {
    const found: ActivityView[] = [];
    for (let token = last; ; token = found.at(-1)?.id ?? token) {
      const page = this.#list(
        token === null ? ACTIVITIES : `${ACTIVITIES}&page_token=${encodeURIComponent(token)}`,
      );
      for (const json of page) found.push(activityView(json, this.#judge));
      if (page.length < 100) return found;
    }
  }

  openOrders(symbol: string): readonly OrderView[] {
    const query = `status=open&nested=true&limit=500&symbols=${encodeURIComponent(symbol)}`;
    return this.#list(`/v2/orders?${query}`).map((json) => orderView(json, this.#judge));
  }

  /** The newest orders of the account, at most 500. */
  newestOrders(): readonly OrderView[] {
    const orders = this.#list('/v2/orders?status=all&nested=true&limit=500');
    return orders.map((json) => orderView(json, this.#judge));
  }

  order(id: string): OrderView {
    return orderView(this.#body(`/v2/orders/${id}?nested=true`), this.#judge);
  }

  isShortable(symbol: string): boolean {
    const asset = this.#body(`/v2/assets/${encodeURIComponent(symbol)}`);
    return new Fields(asset, this.#judge).flag('shortable');
  }

  /** Whether the exchange shows a last sale of a share now; after a split there is none. */
  hasLastSale(symbol: string): boolean {
    if (symbol.includes('/')) return true;
    const query = `symbols=${encodeURIComponent(symbol)}&feed=iex`;
    const trades = Object(this.#body(`/v2/stocks/trades/latest?${query}`)).trades;
    return new Fields(trades, this.#judge).has(symbol);
  }

  forbidsShorts(): boolean {
    const configuration = this.#body('/v2/account/configurations');
    return new Fields(configuration, this.#judge).flag('no_shorting');
  }

  clock(): { readonly isOpen: boolean; readonly nextClose: number } {
    const fields = new Fields(this.#body('/v2/clock'), this.#judge);
    return { isOpen: fields.flag('is_open'), nextClose: Date.parse(fields.text('next_close')) };
  }

  /** Whether shares trade anywhere now: before, in or after the session of the day, or at night. */
  tradesAnywhere(): boolean {
    const fields = new Fields(this.#body('/v3/clock?markets=NYSE,BOATS'), this.#judge);
    const phases = fields
      .objects('clocks')
      .map((one) => new Fields(one, this.#judge).text('phase'));
    return phases.some((phase) => phase !== 'closed');
  }

  #list(path: string): readonly unknown[] {
    const body = this.#body(path);
    return Array.isArray(body)
      ? body
      : this.#judge.fail('shape', `GET ${path} did not answer a list`);
  }

  #body(path: string): unknown {
    const { status, body } = this.#get(path);
    if (status === 200) return body;
    return this.#judge.fail('shape', `GET ${path} answered ${status}: ${JSON.stringify(body)}`);
  }
}
