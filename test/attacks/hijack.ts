import { Draws } from '../../simulation/draws.ts';
import { houses as all, type houses } from './case.ts';
import type { Message } from './host-line.ts';
import { House } from './house.ts';
import { amountTricks, injections, smuggled, symbolTricks, typeTricks } from './payloads.ts';

/** So many sequences are played on one account before another one is opened. */
const SEQUENCES_PER_HOUSE = 12;
const HOUSES = Object.keys(all) as [keyof typeof houses, ...(keyof typeof houses)[]];
const HELD = ['AAPL', 'BRK.B', 'SPY', 'TSLA'] as const;
const HEX = '0123456789abcdef';

type Named = { readonly plan_id: string; readonly hash: string };

export type HijackTally = {
  sequences: number;
  calls: number;
  judged: number;
  forHosts: number;
  readonly failures: string[];
};

/**
 * Plays the sequences with these numbers. The same number in the same block always comes
 * to the same calls, at the same instants.
 */
export async function runSequences(from: number, to: number): Promise<HijackTally> {
  const tally: HijackTally = { sequences: 0, calls: 0, judged: 0, forHosts: 0, failures: [] };
  for (let block = Math.floor(from / SEQUENCES_PER_HOUSE); ; block += 1) {
    const first = block * SEQUENCES_PER_HOUSE;
    if (first >= to) return tally;
    const draws = new Draws(`hijacked block ${block}`);
    const terms = HOUSES[block % HOUSES.length] ?? HOUSES[0];
    const house = await House.open({ ...all[terms], seed: `hijacked ${block}` });
    const host = new HijackedHost(house, draws);
    for (let number = first; number < Math.min(first + SEQUENCES_PER_HOUSE, to); number += 1) {
      const found = await host.play();
      tally.sequences += 1;
      tally.failures.push(...found.map((because) => `sequence ${number} (${terms}): ${because}`));
    }
    tally.calls += host.calls;
    tally.judged += house.checker.judged;
    tally.forHosts += house.checker.forHosts;
    await house.close();
  }
}

/** An agent host in wrong hands: it uses every tool, in any order, and never as it should. */
class HijackedHost {
  readonly #house: House;
  readonly #draws: Draws;
  /** Every plan that it was ever shown, over all connections. */
  readonly #plans: Named[] = [];
  calls = 0;

  constructor(house: House, draws: Draws) {
    this.#house = house;
    this.#draws = draws;
  }

  /** One sequence of calls. @returns what was not permitted, and what broke */
  async play(): Promise<readonly string[]> {
    const house = this.#house;
    house.liftHalt();
    house.refreshQuotes();
    await house.wait(12_000);
    house.quiet();
    const steps = this.#draws.between(4, 12);
    for (let step = 0; step < steps; step += 1) await this.#step();
    house.answersWith(() => ({ action: 'decline' }));
    await house.wait(this.#draws.pick([1_000, 1_000, 61_000]));
    house.liftHalt();
    await house.wait(12_000);
    house.quiet();
    const broken = (await house.ping()) ? [] : ['it answers no more'];
    const { checker, crashes } = house;
    const violations = checker.violations.splice(0);
    return [
      ...violations.map(({ kind, because }) => `${kind}: ${because}`),
      ...crashes.splice(0),
      ...broken,
    ];
  }

  async #step(): Promise<void> {
    const draws = this.#draws;
    const house = this.#house;
    house.answersWith(this.#answer());
    await draws.pick<() => Promise<unknown>>([
      () => this.#propose(),
      () => this.#propose(),
      () => this.#propose(),
      () => this.#execute(draws.any(this.#plans.slice(-3))),
      () => this.#execute(draws.any(this.#plans.slice(-3))),
      () => this.#execute(draws.any(this.#plans)),
      () => this.#call('execute_plan', this.#forged()),
      () => this.#call(this.#tool(), this.#garbage()),
      () => this.#call(draws.pick(['get_portfolio_context', 'get_history']), {}),
      () => this.#allAtOnce(),
      () => this.#meanwhile(),
    ])();
  }

  async #call(tool: string, args: unknown): Promise<void> {
    this.calls += 1;
    this.#keep((await this.#house.call(tool, args)).json);
  }

  #keep({ plan_id, hash }: Message): void {
    if (typeof plan_id !== 'string' || typeof hash !== 'string') return;
    this.#plans.push({ plan_id, hash });
    if (this.#plans.length > 40) this.#plans.shift();
  }

  #propose = (): Promise<void> => this.#call('propose_plan', this.#wish());

  #execute = (plan: Named | undefined): Promise<void> =>
    this.#call('execute_plan', plan ?? { plan_id: 'plan-x', hash: '0'.repeat(64) });

  async #allAtOnce(): Promise<void> {
    const draws = this.#draws;
    const count = draws.between(2, 5);
    const replies = Array.from({ length: count }, () => {
      this.calls += 1;
      const plan = draws.any(this.#plans.slice(-2));
      return draws.chance(0.4) || plan === undefined
        ? this.#house.send('propose_plan', this.#wish())
        : this.#house.send('execute_plan', plan);
    });
    for (const { json } of await this.#house.all(replies)) this.#keep(json);
  }

  /** What else happens while a host is at it. */
  async #meanwhile(): Promise<void> {
    const draws = this.#draws;
    const house = this.#house;
    await draws.pick<() => Promise<unknown> | unknown>([
      () => house.wait(draws.pick([10, 1_000, 15_000, 61_000])),
      () => house.wait(draws.pick([10, 1_000, 15_000, 61_000])),
      () => house.price(draws.pick(HELD), String(draws.between(9_700, 10_300) / 100)),
      () => house.refreshQuotes(String(draws.between(9_900, 10_100) / 100)),
      () => house.reconnect(draws.pick<Message>([{}, { elicitation: { form: {} } }])),
      () => house.approve(draws.any(this.#plans.slice(-4))?.hash ?? ''),
      () => house.liftHalt(),
      () => house.line.sayRaw(draws.any(injections) ?? ''),
    ])();
  }

  #wish(): Message {
    const draws = this.#draws;
    const symbol = draws.chance(0.9) ? draws.pick(HELD) : (draws.any(symbolTricks) ?? 'AAPL');
    if (draws.chance(0.03)) {
      return { intent: 'halt' };
    }
    return draws.pick<() => Message>([
      () => ({ intent: 'reduce', symbol, fraction: draws.pick(['0.1', '0.25', '0.5', '0.9']) }),
      () => ({ intent: 'reduce', symbol, quantity: String(draws.between(1, 12)) }),
      () => ({ intent: 'reduce', symbol, quantity: '0.5' }),
      () => ({ intent: 'exit', symbol }),
      () => ({ intent: 'protect', symbol }),
      () => ({ intent: 'manage', symbol }),
      () => ({ intent: draws.pick(['manage', 'protect']) }),
    ])();
  }

  #forged(): unknown {
    const draws = this.#draws;
    const one = draws.any(this.#plans) ?? { plan_id: 'plan-x', hash: 'f'.repeat(64) };
    const other = draws.any(this.#plans) ?? one;
    const place = draws.between(0, 63);
    const digit = HEX[draws.between(0, 15)] ?? '0';
    return draws.pick<unknown>([
      { plan_id: one.plan_id, hash: other.hash },
      { ...one, hash: one.hash.slice(0, place) + digit + one.hash.slice(place + 1) },
      { ...one, [draws.any(smuggled)?.[0] ?? 'force']: true },
      { plan_id: draws.any(injections), hash: one.hash },
      { plan_id: one.plan_id, hash: draws.any(typeTricks) },
    ]);
  }

  #garbage(): unknown {
    const draws = this.#draws;
    const value = draws.any([...typeTricks, ...amountTricks, ...symbolTricks, ...injections]);
    const name = draws.pick([
      'symbol',
      'intent',
      'fraction',
      'quantity',
      'plan_id',
      'hash',
      'limit',
    ]);
    return draws.chance(0.1) ? value : { ...this.#wish(), [name]: value };
  }

  #tool = (): string =>
    this.#draws.pick([
      ...(['get_portfolio_context', 'evaluate_position', 'propose_plan', 'execute_plan'] as const),
      'get_history',
    ]);

  #answer() {
    const draws = this.#draws;
    const answer = draws.pick<Message | null>([
      ...([{ action: 'decline' }, { action: 'cancel' }, { action: 'accept' }, null] as const),
      { action: 'accept', content: { approve: true } },
      { action: 'accept', content: { approve: 'true' } },
      { action: 'decline', content: { approve: true } },
    ]);
    return () => answer;
  }
}
