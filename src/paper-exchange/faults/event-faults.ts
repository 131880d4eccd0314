import type { ExchangeEvent, MarketNotice, Milliseconds } from '../core/basics/types.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import type { Command } from '../protocol/command.ts';
import { orderFacts } from './broker-faults.ts';
import { points } from './effects.ts';
import type { FaultBook } from './fault-book.ts';
import type { Facts } from './rule.ts';

/** A rule that answers its own doing would go on for ever. */
const MOST_AT_ONE_INSTANT = 1_000;

/** Does what rules want done when something happens. */
export class EventFaults {
  readonly #faults: FaultBook;
  readonly #core: ExchangeCore;
  readonly #run: (command: Command) => unknown;
  #instant: Milliseconds = -1;
  #doneAtInstant = 0;

  constructor(faults: FaultBook, core: ExchangeCore, run: (command: Command) => unknown) {
    this.#faults = faults;
    this.#core = core;
    this.#run = run;
  }

  onEvent(event: ExchangeEvent): void {
    if (!this.#faults.isAbout(points.event)) return;
    const { now } = this.#core;
    if (now !== this.#instant) this.#doneAtInstant = 0;
    this.#instant = now;
    if (this.#doneAtInstant >= MOST_AT_ONE_INSTANT) return;
    for (const { effect } of this.#faults.fire(points.event, now, () => this.#factsOf(event))) {
      this.#doneAtInstant += 1;
      this.#run(effect.command);
    }
  }

  #factsOf(event: ExchangeEvent): Facts {
    switch (event.kind) {
      case 'trade_update': {
        const { id, accountNumber } = this.#core.account(event.accountId);
        return orderFacts(event.order, event.event, [id, accountNumber]);
      }
      case 'quote':
        return { event: 'quote', symbols: [event.quote.symbol] };
      case 'trade':
        return { event: 'trade', symbols: [event.trade.symbol] };
      case 'bar':
        return { event: 'bar', symbols: [event.bar.symbol] };
      case 'status':
        return { event: 'status', symbols: [event.status.symbol] };
      case 'notice':
        return { event: event.notice.kind, symbols: [symbolOf(event.notice)] };
    }
  }
}

function symbolOf(notice: MarketNotice): string {
  switch (notice.kind) {
    case 'luld':
      return notice.symbol;
    case 'correction':
      return notice.original.symbol;
    case 'cancel_error':
      return notice.trade.symbol;
    case 'updated_bar':
      return notice.bar.symbol;
  }
}
