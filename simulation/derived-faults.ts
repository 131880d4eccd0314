import type { Observation } from './observation.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

/** What a refusal says that stands for a fault, by a field that only it has. */
const BY_FIELD: readonly (readonly [string, string])[] = [
  ['"related_orders"', 'B05'],
  ['"existing_order_id"', 'B06'],
];
const WRITES_KEPT_MS = 30_000;

/** Faults that nobody brings about: they come of what others do at the same time. */
export class DerivedFaults {
  readonly #stage: Stage;
  /** Orders on their way, by symbol: when the newest was sent. */
  readonly #onTheWay = new Map<string, { readonly id: number; readonly at: number }>();

  constructor(stage: Stage, scenario: Scenario) {
    this.#stage = stage;
    for (const { qty } of scenario.positions) if (qty.includes('.')) stage.fire('B38');
    this.#tellEarlyClose(scenario);
    stage.onObservation((observation) => this.#look(observation));
  }

  #look(observation: Observation): void {
    switch (observation.kind) {
      case 'request_sent': {
        const { request, at } = observation;
        const [, symbol] = /"symbol":"([^"]+)"/.exec(request.body) ?? [];
        if (symbol !== undefined) this.#onTheWay.set(symbol, { id: request.id, at });
        break;
      }
      case 'answer_arrived':
        if (observation.status === 403) this.#readRefusal(observation.body);
        break;
      case 'exchange_event': {
        const { event, at } = observation;
        if (event.kind !== 'trade_update') break;
        if (event.event === 'expired') this.#stage.fire('B23');
        // Whoever asks for open orders is not shown it.
        if (event.event === 'held') this.#stage.fire('B18');
        const sent = this.#onTheWay.get(event.order.symbol);
        const isFill = event.event === 'fill' || event.event === 'partial_fill';
        if (isFill && sent !== undefined && at - sent.at < WRITES_KEPT_MS) {
          this.#onTheWay.delete(event.order.symbol);
          this.#stage.fire('P10');
        }
        break;
      }
      case 'request_carried_out':
        for (const [symbol, { id }] of this.#onTheWay) {
          if (id === observation.request.id) this.#onTheWay.delete(symbol);
        }
        break;
      default:
    }
  }

  #readRefusal(body: string): void {
    for (const [field, fault] of BY_FIELD) if (body.includes(field)) this.#stage.fire(fault);
  }

  #tellEarlyClose({ session, startAt }: Scenario): void {
    if (session !== 'before_early_close') return;
    const { clock, exchange } = this.#stage;
    const { calendar } = exchange;
    const day = calendar.tradingDay(calendar.dateOf(startAt));
    if (day !== null) clock.after(day.closeAt - clock.now(), () => this.#stage.fire('C04'));
  }
}
