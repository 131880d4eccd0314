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

/** Answers a GET of one account. */
export type Get = (path: string) => { readonly status: number; readonly body: string };

const ACTIVITIES = '/v2/account/activities?direction=asc&page_size=100';

/** The views of one account that any client can ask for. */
export class Reads {
  readonly #get: Get;
  readonly #judge: Judge;
  readonly #accounts = new LastRead<AccountView>();
  readonly #positions = new LastRead<PositionView>();
  readonly #openOrders = new LastRead<readonly OrderView[]>();

  constructor(get: Get, judge: Judge) {
    this.#get = get;
    this.#judge = judge;
  }

  account(): AccountView {
    const path = '/v2/account';
    return this.#accounts.of(path, this.#text(path), (json) => accountView(json, this.#judge));
  }

  positions(): readonly PositionView[] {
    return this.#list('/v2/positions').map((json) => positionView(json, this.#judge));
  }

  /** Null when nothing is held. */
  position(symbol: string): PositionView | null {
    const path = `/v2/positions/${encodeURIComponent(symbol)}`;
    const { status, body } = this.#get(path);
    if (status === 404) return null;
    if (status !== 200) return this.#fail(path, status, body);
    return this.#positions.of(path, body, (json) => positionView(json, this.#judge));
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
    const path = `/v2/orders?${query}`;
    return this.#openOrders.of(path, this.#text(path), (json) =>
      this.#listed(path, json).map((order) => orderView(order, this.#judge)),
    );
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
    return this.#listed(path, this.#body(path));
  }

  #listed(path: string, json: unknown): readonly unknown[] {
    return Array.isArray(json)
      ? json
      : this.#judge.fail('shape', `GET ${path} did not answer a list`);
  }

  #body(path: string): unknown {
    const text = this.#text(path);
    return text === '' ? null : JSON.parse(text);
  }

  #text(path: string): string {
    const { status, body } = this.#get(path);
    return status === 200 ? body : this.#fail(path, status, body);
  }

  #fail(path: string, status: number, body: string): never {
    return this.#judge.fail('shape', `GET ${path} answered ${status}: ${body}`);
  }
}

/** What each path showed last: the same words are not taken apart a second time. */
class LastRead<View> {
  readonly #last = new Map<string, { readonly text: string; readonly view: View }>();

  of(path: string, text: string, viewOf: (json: unknown) => View): View {
    const last = this.#last.get(path);
    if (last?.text === text) return last.view;
    const view = viewOf(text === '' ? null : JSON.parse(text));
    this.#last.set(path, { text, view });
    return view;
  }
}
