import { type Injection, injectionOf, type Scene } from '../src/paper-exchange/faults/catalogue.ts';
import type { CommandInput } from '../src/paper-exchange/protocol/command.ts';
import { commandSchema } from '../src/paper-exchange/protocol/command.ts';
import { liveOrders } from './account.ts';
import { Draws } from './draws.ts';
import type { Prices } from './prices.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const SHORTEST_FAULT_MS = 1_000;
/** A rule that waits for one occasion has this long. */
const LONGEST_WAIT_MS = 600_000;
const MEAN_FAULT_MS = 20_000;
/** Half an hour of maintenance would be all that a world sees. */
const LONGEST_FAULT_MS = 120_000;
const HOUR_MS = 3_600_000;
const RARE_GAP_MS = 20_000;
/** Nobody splits a share into pennies; below a dollar the prices here would not follow. */
const LEAST_AFTER_SPLIT = 2;
/** Catalogue entries in which somebody else uses the account. */
const BY_STRANGERS: ReadonlySet<CommandInput['do']> = new Set([
  ...(['order', 'cancel', 'replace', 'nudge', 'close_by_hand', 'configure'] as const),
]);

type Split = Extract<CommandInput, { readonly do: 'split' }>;

/** Brings about the faults of the exchange's own catalogue, one after another. */
export class FaultScript {
  readonly #stage: Stage;
  readonly #scenario: Scenario;
  readonly #prices: Prices;
  readonly #draws: Draws;
  readonly #rareDraws: Draws;
  #count = 0;
  #isCalm = false;

  constructor(stage: Stage, scenario: Scenario, prices: Prices) {
    this.#stage = stage;
    this.#scenario = scenario;
    this.#prices = prices;
    this.#draws = new Draws(`${scenario.seed} faults`);
    this.#rareDraws = new Draws(`${scenario.seed} rare faults`);
  }

  start(): void {
    this.#addRates();
    const { injected, rare } = this.#scenario.troubles;
    if (injected.length > 0) this.#next();
    if (rare.length > 0) this.#nextRare();
  }

  /** Everything that was broken is whole again: what the broker owes, it does. */
  calm(): void {
    this.#isCalm = true;
    const { exchange, accountId } = this.#stage;
    exchange.faults.clear();
    exchange.run({
      ...{ do: 'block', accountBlocked: false, tradingBlocked: false, transfersBlocked: false },
    });
    exchange.run({ do: 'configure', fields: { suspend_trade: false } });
    exchange.run({ do: 'lift_closing_only' });
    for (const { symbol, status } of exchange.core.assets) {
      if (status === 'active') exchange.run({ do: 'resume', symbol });
    }
    for (const { id, status } of liveOrders(exchange.core, accountId)) {
      if (status === 'pending_cancel') {
        exchange.run({ do: 'venue', orderId: id, action: { kind: 'cancel' } });
      } else exchange.run({ do: 'venue', orderId: id, action: { kind: 'put_back' } });
    }
  }

  #addRates(): void {
    const { lost, repeated, overtaken, broken } = this.#scenario.troubles.streams;
    const { faults } = this.#stage.exchange;
    const where = { stream: 'trading' } as const;
    const rules = [
      ['N11', lost, { kind: 'lose' }],
      ['N12', repeated, { kind: 'repeat', times: 4 }],
      ['N13', overtaken, { kind: 'overtake', by: 1 }],
      ['N10', broken, { kind: 'drop_line' }],
    ] as const;
    for (const [id, probability, what] of rules) {
      if (probability > 0) faults.add({ id: `${id}#rate`, where, when: { probability }, what });
    }
  }

  #next(): void {
    const { clock } = this.#stage;
    clock.after(this.#draws.gapMs(this.#scenario.troubles.injectionGapMs), () => {
      if (this.#isCalm) return;
      this.#inject(this.#draws, this.#scenario.troubles.injected);
      this.#next();
    });
  }

  #nextRare(): void {
    const draws = this.#rareDraws;
    this.#stage.clock.after(draws.gapMs(RARE_GAP_MS), () => {
      if (this.#isCalm) return;
      this.#inject(draws, this.#scenario.troubles.rare);
      this.#nextRare();
    });
  }

  #inject(draws: Draws, ids: readonly string[]): void {
    const id = draws.any(ids);
    const scene = this.#scene(draws);
    const injection = id === undefined || scene === null ? null : this.#injectionOf(id, scene);
    if (id === undefined || injection === null) return;
    const { faults } = this.#stage.exchange;
    const { clock } = this.#stage;
    const durationMs = Math.max(SHORTEST_FAULT_MS, draws.gapMs(MEAN_FAULT_MS));
    const until = clock.now() + Math.min(LONGEST_FAULT_MS, durationMs);
    this.#count += 1;
    for (const rule of injection.rules ?? []) {
      // Cancels are few: every other one takes a while to come.
      const isOnce =
        rule.when?.times !== undefined ||
        rule.when?.nth !== undefined ||
        (draws === this.#rareDraws && rule.what.kind === 'refuse_cancel');
      const endsAt = isOnce ? clock.now() + LONGEST_WAIT_MS : until;
      const ruleId = faults.add({
        ...rule,
        id: `${rule.id}#${this.#count}`,
        when: { ...rule.when, until: ruleUntil(rule.when?.until, endsAt) },
      });
      clock.after(endsAt - clock.now(), () => void faults.remove(ruleId));
    }
    const commands = injection.commands ?? [];
    const done = commands.filter((command) => this.#run(command));
    if (done.length > 0) this.#stage.fire(id.replace(/\..*$/, ''));
  }

  #injectionOf(id: string, scene: Scene): Injection | null {
    const where = { method: 'GET' } as const;
    const isoAt = (at: number) => new Date(at).toISOString();
    switch (id) {
      case 'C02': {
        const set = { timestamp: isoAt(scene.now + 30_000) };
        return {
          rules: [{ id, where: { ...where, route: '/v2/clock' }, what: { kind: 'fields', set } }],
        };
      }
      case 'C07': {
        const set = { updated_at: isoAt(this.#draws.pick([0, scene.now + HOUR_MS])) };
        return {
          rules: [{ id, where: { ...where, route: '/v2/orders' }, what: { kind: 'fields', set } }],
        };
      }
      default:
        return injectionOf(id, scene);
    }
  }

  /** True when it had an effect. */
  #run(input: CommandInput): boolean {
    const { exchange, clock } = this.#stage;
    const command = commandSchema.parse(input);
    if (command.do === 'shift_prices') {
      this.#prices.jump(command.symbol, command.percent);
      return true;
    }
    if (command.do === 'split' && this.#priceAfter(command) < LEAST_AFTER_SPLIT) return false;
    const outcome = exchange.run(command);
    if (!outcome.ok) return false;
    if (BY_STRANGERS.has(command.do)) {
      this.#stage.observe({
        ...{ kind: 'stranger_acted', at: clock.now(), what: JSON.stringify(command) },
      });
    }
    if (command.do === 'split') {
      this.#prices.rescale(command.symbol, command.oldShares / command.newShares);
    }
    if (command.do === 'corporate_action' && command.terms.kind === 'name_change') {
      this.#prices.rename(command.symbol, command.terms.newSymbol);
    }
    if (command.do === 'halt')
      this.#later(() => exchange.run({ do: 'resume', symbol: command.symbol }));
    if (command.do === 'block') {
      this.#later(() =>
        exchange.run({ ...{ do: 'block', accountBlocked: false, tradingBlocked: false } }),
      );
    }
    if (command.do === 'configure') {
      this.#later(() => exchange.run({ do: 'configure', fields: { suspend_trade: false } }));
    }
    return true;
  }

  #priceAfter({ symbol, oldShares, newShares }: Split): number {
    return (this.#prices.of(symbol) * oldShares) / newShares;
  }

  #later(undo: () => void): void {
    const { clock } = this.#stage;
    clock.after(this.#draws.gapMs(MEAN_FAULT_MS), () => {
      if (!this.#isCalm) undo();
    });
  }

  /** Something that is held, with an order of it if one rests; null when nothing is held. */
  #scene(draws: Draws): Scene | null {
    const { exchange, accountId, clock } = this.#stage;
    const position = draws.any(exchange.core.positions(accountId));
    if (position === undefined) return null;
    const { symbol } = position;
    const order = draws.any(
      liveOrders(exchange.core, accountId).filter((one) => one.symbol === symbol),
    );
    return {
      symbol,
      price: this.#prices.of(symbol),
      shares: Math.max(1, Math.trunc(Math.abs(Number(position.qty / 10n ** 9n)) / 10_000)),
      orderId: order?.id ?? 'none',
      now: clock.now(),
    };
  }
}

const ruleUntil = (own: number | string | undefined, most: number): number =>
  typeof own === 'number' ? Math.min(own, most) : most;
