import type { CommandInput } from '../src/paper-exchange/protocol/command.ts';
import { commandSchema } from '../src/paper-exchange/protocol/command.ts';
import { liveOrders } from './account.ts';
import { Draws } from './draws.ts';
import type { Prices } from './prices.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const DAY_FIELDS = { time_in_force: 'day' } as const;

/** The account's owner in the broker's app, and the bots that he runs besides. */
export class Strangers {
  readonly #stage: Stage;
  readonly #scenario: Scenario;
  readonly #prices: Prices;
  readonly #draws: Draws;
  #isCalm = false;

  constructor(stage: Stage, scenario: Scenario, prices: Prices) {
    this.#stage = stage;
    this.#scenario = scenario;
    this.#prices = prices;
    this.#draws = new Draws(`${scenario.seed} strangers`);
  }

  start(): void {
    const { strangerGapMs } = this.#scenario.troubles;
    if (strangerGapMs !== null) this.#next(strangerGapMs);
  }

  calm(): void {
    this.#isCalm = true;
  }

  #next(gapMs: number): void {
    const { clock } = this.#stage;
    clock.after(this.#draws.gapMs(gapMs), () => {
      if (this.#isCalm) return;
      const command = this.#command();
      if (command !== null) this.#run(command);
      this.#next(gapMs);
    });
  }

  #run({ fault, command }: Deed): void {
    const { exchange, clock } = this.#stage;
    if (!exchange.run(commandSchema.parse(command)).ok) return;
    const what = JSON.stringify(command);
    this.#stage.observe({ kind: 'stranger_acted', at: clock.now(), what });
    this.#stage.fire(fault);
  }

  #command(): Deed | null {
    if (this.#scenario.isCalm) return this.#purchase();
    const { exchange, accountId } = this.#stage;
    const { symbol } = this.#draws.any(this.#scenario.positions) ?? { symbol: '' };
    const price = this.#prices.of(symbol);
    const orders = liveOrders(exchange.core, accountId);
    const order = this.#draws.any(orders);
    const qty = String(this.#draws.between(1, 20));
    const body = { symbol, qty, ...DAY_FIELDS };
    const at = (factor: number): string => (price * factor).toFixed(2);
    const deeds: readonly [Deed, ...Deed[]] = [
      deed('B25', { ...body, side: 'buy', type: 'market' }),
      deed('B25', { ...body, side: 'buy', type: 'limit', limit_price: at(0.995) }),
      deed('B25', { ...body, side: 'sell', type: 'limit', limit_price: at(1.01) }),
      deed('O06', { ...body, side: 'sell', type: 'market' }),
      deed('B25', { ...body, side: 'sell', type: 'stop', stop_price: at(0.97) }),
      { fault: 'B26', command: { do: 'close_by_hand', symbol } },
      {
        fault: 'O12',
        command: { do: 'account', cash: String(this.#draws.between(300, 500) * 1_000) },
      },
    ];
    const orderId = order?.id;
    if (orderId === undefined || this.#draws.chance(0.6)) return this.#draws.pick(deeds);
    return this.#draws.pick<Deed>([
      { fault: 'O06', command: { do: 'cancel', orderId } },
      { fault: 'B16', command: { do: 'nudge', orderId, symbol: order?.symbol ?? symbol } },
    ]);
  }

  /** More of what is held, on its side; now and then all of it is left, so that a first one follows. */
  #purchase(): Deed | null {
    const held = this.#draws.any(this.#scenario.positions);
    if (held === undefined) return null;
    const { symbol } = held;
    if (this.#draws.chance(0.15)) return { fault: 'B26', command: { do: 'close_by_hand', symbol } };
    const isShort = held.qty.startsWith('-');
    const side = isShort ? 'sell' : 'buy';
    const qty = String(this.#draws.between(1, 20));
    const body = { symbol, qty, side, ...DAY_FIELDS };
    // Beside a take-profit what fills at once is a wash trade to the broker.
    if (this.#draws.chance(0.6)) return deed('B25', { ...body, type: 'market' });
    const limit = this.#prices.of(symbol) * (isShort ? 1.001 : 0.999);
    return deed('B25', { ...body, type: 'limit', limit_price: limit.toFixed(2) });
  }
}

type Deed = { readonly fault: string; readonly command: CommandInput };

const deed = (fault: string, body: Readonly<Record<string, string>>): Deed => ({
  fault,
  command: { do: 'order', body },
});
