import type { Action } from '../cli/shared/action-teller.ts';
import type { Proposal } from '../domain/answers.ts';
import { type Ticker, ticker } from '../domain/ids.ts';
import type { Intent } from '../domain/plan.ts';
import type { PaperExchange } from '../paper-exchange/exchange.ts';
import type { Clock } from '../ports/clock.ts';
import type { BigBrother } from '../runtime/big-brother.ts';
import { PlainClient } from './plain-client.ts';

/** Another bot's pair of exits, which holds every share of its symbol. */
export const placeForeignExit = (exchange: PaperExchange): Promise<void> =>
  new PlainClient(exchange).order({
    symbol: 'SPY',
    qty: '20',
    side: 'sell',
    type: 'limit',
    time_in_force: 'gtc',
    order_class: 'oco',
    take_profit: { limit_price: '525.00' },
    stop_loss: { stop_price: '488.00', limit_price: '486.00' },
    client_order_id: 'other-bot-1',
  });

/**
 * Stands in for an AI agent that asks for plans: once for something sensible, then for the same
 * again because it forgot, and once for shares that another bot's order holds.
 */
export class ForgetfulAgent {
  readonly #bigBrother: BigBrother;
  readonly #clock: Clock;
  readonly #tell: (action: Action) => void;

  constructor(bigBrother: BigBrother, clock: Clock, tell: (action: Action) => void) {
    this.#bigBrother = bigBrother;
    this.#clock = clock;
    this.#tell = tell;
  }

  /** @param startMs milliseconds from now to the first request */
  start(startMs: number): void {
    const amount = { kind: 'quantity', quantity: '10' } as const;
    const sell: Intent = { kind: 'reduce', symbol: ticker('JPM'), amount };
    const leave: Intent = { kind: 'exit', symbol: ticker('SPY') };
    const plot: readonly (readonly [afterMs: number, intent: Intent, words: string])[] = [
      [0, sell, 'sell 10 JPM'],
      [8_000, sell, 'sell 10 JPM, again'],
      [60_000, leave, 'close SPY'],
    ];
    for (const [afterMs, intent, words] of plot) {
      this.#clock.after(startMs + afterMs, () => void this.#ask(intent, words));
    }
  }

  async #ask(intent: Intent & { readonly symbol: Ticker | null }, words: string): Promise<void> {
    const proposal = await this.#bigBrother.propose(intent, 'host');
    const said = `an agent asks: ${words}. ${answerTo(proposal)}`;
    this.#tell({ at: this.#clock.now(), symbol: intent.symbol, text: said });
    if (proposal.outcome !== 'proposed' || !proposal.executable) return;
    await this.#bigBrother.execute(proposal.plan.id, proposal.plan.hash);
  }
}

function answerTo(proposal: Proposal): string {
  switch (proposal.outcome) {
    case 'proposed':
      return proposal.executable ? 'It may.' : 'A guardrail says no.';
    case 'nothing_to_do':
      return `There is nothing to do: ${proposal.because.join('; ')}`;
    case 'impossible':
      return `There is no legal way: ${proposal.because[0] ?? ''}`;
  }
}
