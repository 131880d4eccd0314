import { mkdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import {
  duplicatesIn,
  highestStop,
  isCovered,
  isOversold,
  JournalWitness,
  type Truth,
} from './evidence.ts';
import { type ExchangeProgram, Victim } from './processes.ts';
import type { Tally, Verdict } from './tally.ts';
import type { KillPoint, VictimSettings } from './words.ts';

/** A position's life, in the order in which it is lived. */
export const ACTS = ['protect', 'trail', 'partial', 'exit'] as const;
export type Act = (typeof ACTS)[number];

/** A place to kill a process at; in `restart` it dies while it recovers from another kill. */
export type Point = { readonly during: Act | 'restart'; readonly kill: KillPoint };

/** The point to be killed at; null to live on. */
export type Choose = (during: Point['during']) => Point | null;

type Goal = { readonly shares: number; readonly sold: number; readonly stopAbove: number };

const GOALS: Readonly<Record<Act, Goal>> = {
  protect: { shares: 10, sold: 0, stopAbove: 0 },
  trail: { shares: 10, sold: 0, stopAbove: 100 },
  partial: { shares: 5, sold: 5, stopAbove: 0 },
  exit: { shares: 0, sold: 10, stopAbove: -1 },
};
const PRICES = { protect: '100', trail: '112', partial: '116.5', exit: '117' } as const;
/** On the wall; a recovery that takes longer than this has failed. */
const LONGEST_RECOVERY_MS = 20_000;
const LOOK_EVERY_MS = 15;
/** A point that the act does not come by within this is none of its points. */
const LONGEST_ACT_MS = 3_000;

/**
 * One account, one journal and the processes that guard it one after the other. Each is killed
 * and the next takes over, life after life of the position.
 */
export class Lane {
  readonly #exchange: ExchangeProgram;
  readonly #settings: VictimSettings;
  readonly #tally: Tally;
  readonly #witness: JournalWitness;
  #victim: Victim;
  #bornAt = '';

  constructor(exchange: ExchangeProgram, settings: VictimSettings, tally: Tally) {
    this.#exchange = exchange;
    this.#settings = settings;
    this.#tally = tally;
    mkdirSync(settings.directory, { recursive: true });
    this.#witness = new JournalWitness(settings.directory);
    this.#victim = new Victim(settings);
  }

  /** The first process is up and has looked at the account. */
  async open(): Promise<void> {
    if (!(await this.#victim.ready())) throw new Error(await this.#victim.ended);
    this.#witness.read();
  }

  async close(): Promise<void> {
    this.#victim.close();
    await this.#victim.ended;
  }

  /**
   * Lives one life of the position from its entry to its exit.
   *
   * @param choose the point to be killed at in an act; null to live through it
   * @param missed told of a point that the act did not come by
   */
  async live(choose: Choose, missed: (point: Point) => void): Promise<void> {
    const { time } = this.#settings;
    this.#bornAt = new Date(
      time.startAt + (Date.now() - time.wallStart) * time.speed,
    ).toISOString();
    for (const act of ACTS) await this.#perform(act, choose, missed);
  }

  async #perform(act: Act, choose: Choose, missed: (point: Point) => void): Promise<void> {
    const point = choose(act);
    if (point !== null) await this.#victim.arm(point.kill);
    await this.#begin(act);
    if (point !== null) {
      if (await diesOf(this.#victim)) await this.#restart(act, point, choose, missed);
      else {
        missed(point);
        await this.#takeOver();
      }
    }
    await this.#reach(act);
    for (const { type } of this.#witness.read()) this.#tally.heard(act, type);
  }

  async #begin(act: Act): Promise<void> {
    const { symbol, keyId } = this.#settings;
    const account = keyId;
    await this.#price(PRICES[act]);
    if (act === 'exit') this.#victim.exit();
    if (act !== 'protect') return;
    const body = { symbol, qty: '10', side: 'buy', type: 'market', time_in_force: 'day' };
    await this.#exchange.command({ do: 'order', account, body });
  }

  async #price(at: string): Promise<void> {
    const { symbol } = this.#settings;
    const price = Number(at);
    const [bid, ask] = [(price - 0.01).toFixed(2), (price + 0.01).toFixed(2)];
    await this.#exchange.command({ do: 'quote', symbol, bid, ask, bidSize: 900, askSize: 900 });
    await this.#exchange.command({ do: 'trade', symbol, price: at, size: 100 });
  }

  /** Starts processes until one has recovered, and judges what it made of the account. */
  async #restart(
    act: Act,
    point: Point,
    choose: Choose,
    missed: (point: Point) => void,
  ): Promise<void> {
    const killedIn = [point];
    const again = choose('restart');
    if (again !== null) {
      const dying = new Victim({ ...this.#settings, kill: again.kill });
      if (await diesOf(dying)) killedIn.push(again);
      else missed(again);
    }
    const restartedAt = Date.now();
    await this.#takeOver();
    const verdict = await this.#verdict(act, restartedAt);
    for (const each of killedIn) this.#tally.count(each, verdict);
  }

  async #takeOver(): Promise<void> {
    this.#victim = new Victim(this.#settings);
    if (!(await this.#victim.ready())) throw new Error(await this.#victim.ended);
  }

  /** What the exchange and the journal show once the new process says that all is well. */
  async #verdict(act: Act, restartedAt: number): Promise<Verdict> {
    const { time } = this.#settings;
    let oversells = 0;
    for (;;) {
      const truth = await this.#truth();
      if (isOversold(truth)) oversells = 1;
      const status = await this.#victim.status();
      const tookMs = Date.now() - restartedAt;
      const isWhole = status?.isSound === true && isCovered(truth);
      if (isWhole || tookMs > LONGEST_RECOVERY_MS) {
        return {
          duplicates: duplicatesIn(truth, GOALS[act].sold),
          oversells,
          naked: isWhole ? 0 : 1,
          isJournalOk: status?.journalOk === true && this.#isJournalWhole(act),
          seconds: (tookMs * time.speed) / 1_000,
          because: isWhole ? '' : `${status?.why} ${JSON.stringify(truth)}`,
        };
      }
      await wait(LOOK_EVERY_MS);
    }
  }

  #isJournalWhole(act: Act): boolean {
    try {
      for (const { type } of this.#witness.read()) this.#tally.heard(act, type);
      return true;
    } catch {
      return false;
    }
  }

  /** Waits until the act has come to its end; who was killed in it is asked to exit again. */
  async #reach(act: Act): Promise<void> {
    const goal = GOALS[act];
    const startedAt = Date.now();
    for (let look = 1; ; look += 1) {
      const truth = await this.#truth();
      const status = await this.#victim.status();
      const isSound = status?.isSound === true && isCovered(truth);
      const isThere = truth.shares === goal.shares && highestStop(truth) > goal.stopAbove;
      if (isSound && isThere) return;
      if (Date.now() - startedAt > LONGEST_RECOVERY_MS) {
        throw new Error(`${act} does not end: ${status?.why} ${JSON.stringify(truth)}`);
      }
      if (look % 20 === 0) {
        await this.#price(PRICES[act]);
        if (act === 'exit' && isSound) this.#victim.exit();
      }
      await wait(LOOK_EVERY_MS);
    }
  }

  #truth(): Promise<Truth> {
    return this.#exchange.truth(this.#settings, this.#bornAt);
  }
}

/** True when it has ended itself; it is ended in any case. */
async function diesOf(victim: Victim): Promise<boolean> {
  const how = await Promise.race([victim.ended, wait(LONGEST_ACT_MS, null)]);
  victim.kill();
  await victim.ended;
  if (how !== null && how !== 'SIGKILL') throw new Error(`the victim ended by itself: ${how}`);
  return how !== null;
}
