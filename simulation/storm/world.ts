import { decimal } from '../../src/paper-exchange/core/basics/decimal.ts';
import { PaperExchange } from '../../src/paper-exchange/exchange.ts';
import { liveOrders } from '../account.ts';
import { Draws } from '../draws.ts';
import { quietHistory } from '../quiet-history.ts';
import { type Ask, burst, symbolsOf } from './asks.ts';
import { type Counted, Counter, OWNER } from './counter.ts';
import type { Pace } from './pace.ts';
import { AGENTS, type Outcome, type Subject, type Surroundings, SYMBOLS } from './subject.ts';

const KEYS = { keyId: 'PK-STORM', secretKey: 'storm' };
const SIZE = 100_000;
const DAILY_VOLUME = 1_000_000;
/** Nothing is bought at a quote of long ago. */
const QUOTE_EVERY_MS = 1_000;
/** Bursts after which the owner buys by hand what is no longer held, and how long that takes. */
const EPISODES_PER_ROUND = 12;
const REFILL_MS = 15_000;
/** An agent that has no answer after so long never gets one. */
const LONGEST_ASK_MS = 120_000;

export type StormFigures = Counted & {
  readonly episodes: number;
  readonly asks: Readonly<Record<Outcome, number>>;
  readonly simulatedMs: number;
};

export type MakeSubject = (surroundings: Surroundings) => Promise<Subject>;

/** One account of fifty positions, and what happens to it. */
export class StormWorld {
  readonly #seed: number;
  readonly #pace: Pace;
  readonly #exchange: PaperExchange;
  readonly #counter: Counter;
  readonly #accountId: string;
  readonly #prices = new Map<string, number>();
  readonly #asks: Record<Outcome, number> = { done: 0, nothing: 0, refused: 0 };
  #tradeId = 0;

  constructor(seed: number, pace: Pace) {
    this.#seed = seed;
    this.#pace = pace;
    const { clock } = pace;
    const draws = new Draws(`${seed} storm world`);
    for (const symbol of SYMBOLS) this.#prices.set(symbol, draws.between(20, 300));
    const positions = SYMBOLS.map((symbol) => ({
      ...{ symbol, qty: String(draws.between(150, 600)) },
      averageEntryPrice: String(this.#prices.get(symbol)),
    }));
    this.#exchange = new PaperExchange(
      {
        seed: String(seed),
        accounts: [{ ...KEYS, cash: '2000000', multiplier: '4', positions }],
        market: { kind: 'silent', symbols: SYMBOLS },
        latencies: {
          ...{ newMs: draws.between(0, 60), fillMs: draws.between(0, 200) },
          ...{ cancelMs: draws.between(0, 400), replaceMs: draws.between(0, 150) },
        },
        rest: { requestsPerMinute: null },
        onCarriedOut: (request, response) => this.#counter.carriedOut(request, response),
      },
      clock,
    );
    const { core } = this.#exchange;
    const priced = [...this.#prices].map(([symbol, price]) => ({ symbol, price }));
    core.loadHistory(
      priced.flatMap((each) => quietHistory({ ...each, volume: DAILY_VOLUME }, clock.now())),
    );
    this.#accountId = core.accountIds[0] ?? '';
    this.#counter = new Counter(core, this.#accountId);
    this.#exchange.start();
  }

  /** For those who reach it over the network. */
  get exchange(): PaperExchange {
    return this.#exchange;
  }

  /** Plays so many bursts, and tells what the exchange has counted. */
  async play(makeSubject: MakeSubject, episodes: number): Promise<StormFigures> {
    const { clock, pass, settleMs } = this.#pace;
    const draws = new Draws(`${this.#seed} storm`);
    this.#print(SYMBOLS);
    const subject = await makeSubject(this.#surroundings());
    await pass(settleMs);
    this.#counter.begin();
    const startedAt = clock.now();
    for (let episode = 0; episode < episodes; episode += 1) {
      if (episode > 0 && episode % EPISODES_PER_ROUND === 0) await this.#refill(subject, episode);
      await this.#episode(subject, draws);
    }
    const figures = this.#counter.counted();
    const simulatedMs = clock.now() - startedAt;
    await subject.stop();
    this.#exchange.stop();
    await pass(0);
    return { ...figures, episodes, asks: this.#asks, simulatedMs };
  }

  /** The market moves, every agent asks, the loop goes round, and all comes to rest. */
  async #episode(subject: Subject, draws: Draws): Promise<void> {
    const { clock, pass, episodeMs } = this.#pace;
    const bursts = burst(draws, AGENTS, SYMBOLS);
    const hot = [...new Set(bursts.flatMap(({ ask }) => symbolsOf(ask)))];
    this.#move(draws, hot);
    let waiting = bursts.length;
    for (const { agent, afterMs, ask, repeats } of bursts) {
      clock.after(afterMs, () => {
        void subject.ask(agent, ask, repeats).then((outcome) => {
          this.#asks[outcome] += 1;
          waiting -= 1;
        });
      });
    }
    const startedAt = clock.now();
    // Somewhere in the burst the market moves again.
    await pass(draws.between(50, 1_500));
    this.#move(draws, hot);
    const isLate = (afterMs: number) => clock.now() >= startedAt + afterMs;
    while (!isLate(episodeMs) || (waiting > 0 && !isLate(LONGEST_ASK_MS))) {
      await pass(QUOTE_EVERY_MS);
      this.#print(hot);
    }
    if (waiting > 0) throw new Error(`${waiting} asks of seed ${this.#seed} were never answered`);
    this.#counter.endEpisode(bursts.map(({ ask }): Ask => ask));
  }

  /** Whoever guards the account sees orders of somebody else, and positions that need a stop. */
  async #refill(subject: Subject, episode: number): Promise<void> {
    const { core } = this.#exchange;
    const draws = new Draws(`${this.#seed} storm refill ${episode}`);
    const amounts = SYMBOLS.map((symbol) => ({ symbol, qty: String(draws.between(150, 600)) }));
    const taken = new Set(liveOrders(core, this.#accountId).map(({ symbol }) => symbol));
    const gone = amounts.filter(
      ({ symbol }) => !taken.has(symbol) && core.position(this.#accountId, symbol) === null,
    );
    this.#print(SYMBOLS);
    const order = { side: 'buy', type: 'market', time_in_force: 'day' };
    for (const each of gone) {
      const client_order_id = `${OWNER}-${episode}-${each.symbol}`;
      const body = { ...order, ...each, client_order_id };
      this.#exchange.run({ do: 'order', body });
    }
    const { pass, whilePassing } = this.#pace;
    await pass(REFILL_MS);
    await whilePassing(subject.welcome(gone.map(({ symbol }) => symbol)));
  }

  #surroundings(): Surroundings {
    const { core, fetchApi, wsFactory } = this.#exchange;
    const wire = new Draws(`${this.#seed} storm wire`);
    const { clock, whilePassing } = this.#pace;
    return {
      ...{
        clock,
        whilePassing,
        core,
        accountId: this.#accountId,
        keys: KEYS,
        seed: this.#seed,
        wsFactory,
      },
      // There and back, so that orders of different agents overtake one another.
      fetchApi: async (url, init) => {
        await clock.sleep(wire.between(5, 60));
        const response = await fetchApi(url, init);
        await clock.sleep(wire.between(5, 60));
        return response;
      },
    };
  }

  /** Some symbols move; those that are asked about are quoted at least. */
  #move(draws: Draws, hot: readonly string[]): void {
    const moving = SYMBOLS.filter(() => draws.chance(0.2));
    for (const symbol of moving) {
      const jump = draws.chance(0.1) ? draws.pick([-0.1, -0.05, 0.06, 0.18]) : 0;
      const drift = (draws.fraction() - 0.5) * 0.01;
      this.#prices.set(symbol, Math.max(2, (this.#prices.get(symbol) ?? 2) * (1 + jump + drift)));
    }
    this.#print([...new Set([...moving, ...hot])]);
  }

  #print(symbols: readonly string[]): void {
    const at = this.#pace.clock.now();
    const cent = decimal('0.01');
    for (const symbol of symbols) {
      const last = decimal((this.#prices.get(symbol) ?? 2).toFixed(2));
      const quote = { symbol, at, bidPrice: last - cent, askPrice: last + cent };
      this.#exchange.tell({ kind: 'quote', quote: { ...quote, bidSize: SIZE, askSize: SIZE } });
      this.#tradeId += 1;
      const trade = { symbol, at, price: last, size: 100, id: this.#tradeId };
      this.#exchange.tell({ kind: 'trade', trade });
    }
  }
}
