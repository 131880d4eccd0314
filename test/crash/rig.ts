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
import { type Heartbeat, patience } from './heartbeat.ts';
import { Pace } from './pace.ts';
import { type ExchangeProgram, Victim } from './processes.ts';
import type { Programs } from './programs.ts';
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
const LOOK_EVERY_MS = 25;
/** Of the exchange's time: what a cycle after the end of an act still does belongs to the act. */
const AFTERWARDS_MS = 12_000;
/** On the wall, for a process that is up already. */
const LONGEST_START_MS = 120_000;
/** Processes that wait to take over: an act may need two. */
const SPARES = 2;

/** Nothing can be said of what happened, since the machine stood still for too long. */
export class Disturbed extends Error {
  override readonly name = 'Disturbed';
}

export type LaneOptions = {
  readonly programs: Programs;
  readonly exchange: ExchangeProgram;
  readonly settings: VictimSettings;
  readonly tally: Tally;
  /** On the wall; a recovery or an act that takes longer has failed. */
  readonly longestMs: number;
  /** Tells until when the rig's own process last stood still. */
  readonly heartbeat: Heartbeat;
  readonly isPlanted: boolean;
};

/**
 * One account, one journal and the processes that guard it one after the other. Each is killed
 * and the next takes over, life after life of the position.
 */
export class Lane {
  readonly #options: LaneOptions;
  readonly #exchange: ExchangeProgram;
  readonly #settings: VictimSettings;
  readonly #tally: Tally;
  readonly #witness: JournalWitness;
  readonly #spares: Victim[] = [];
  readonly #pace = new Pace();
  #victim: Victim;
  #bornAt = '';

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#exchange = options.exchange;
    this.#settings = options.settings;
    this.#tally = options.tally;
    mkdirSync(options.settings.directory, { recursive: true });
    this.#witness = new JournalWitness(options.settings.directory);
    this.#victim = this.#next(options.settings);
  }

  /** The first process is up and has looked at the account. */
  async open(): Promise<void> {
    if (!(await this.#victim.ready())) throw new Error(await this.#victim.ended);
    this.#victim.keepCompiled();
    this.#witness.read();
  }

  async close(): Promise<void> {
    const all = [this.#victim, ...this.#spares];
    for (const each of all) each.kill();
    await Promise.all(all.map(({ ended }) => ended));
  }

  /**
   * Lives one life of the position from its entry to its exit.
   *
   * @param choose the point to be killed at in an act; null to live through it
   * @param missed told of a point that the act did not come by
   */
  async live(choose: Choose, missed: (point: Point) => void): Promise<void> {
    await wait(this.#pace.restMs(this.#now()) / this.#settings.time.speed);
    this.#bornAt = new Date(this.#now()).toISOString();
    for (const act of ACTS) await this.#perform(act, choose, missed);
  }

  /** Of the exchange. */
  #now(): number {
    const { startAt, wallStart, speed } = this.#settings.time;
    return startAt + (Date.now() - wallStart) * speed;
  }

  async #perform(act: Act, choose: Choose, missed: (point: Point) => void): Promise<void> {
    const point = choose(act);
    if (point !== null) await this.#victim.arm(point.kill);
    await this.#begin(act);
    if (point !== null) {
      if (await this.#diesIn(act)) await this.#restart(act, point, choose, missed);
      else missed(point);
    }
    if (!(await this.#reach(act))) throw new Error(await this.#victim.ended);
    this.#readJournal(act);
  }

  /** True when it has ended itself; false when the act is over and it was told to live on. */
  async #diesIn(act: Act): Promise<boolean> {
    if ((await this.#reach(act)) && (await this.#outlives(this.#victim))) return false;
    await endedByKill(this.#victim);
    return true;
  }

  /** True when it is still there a while later, and is to live on. */
  async #outlives(victim: Victim): Promise<boolean> {
    const { speed } = this.#settings.time;
    await Promise.race([victim.ended, wait(AFTERWARDS_MS / speed)]);
    return victim.arm(null);
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
    const restartedAt = Date.now();
    if (again === null) await this.#takeOver();
    else if (await this.#diesAgain(again)) {
      killedIn.push(again);
      await this.#takeOver();
    } else missed(again);
    const verdict = await this.#verdict(act, restartedAt);
    for (const each of killedIn) this.#tally.count(each, verdict);
  }

  /** True when the next process dies while it recovers; else it is the one that guards. */
  async #diesAgain({ kill }: Point): Promise<boolean> {
    this.#victim = this.#next({ ...this.#settings, kill });
    if ((await this.#isReady()) && (await this.#outlives(this.#victim))) return false;
    await endedByKill(this.#victim);
    return true;
  }

  async #takeOver(): Promise<void> {
    this.#victim = this.#next({ ...this.#settings, isPlanted: this.#options.isPlanted });
    if (!(await this.#isReady())) throw new Error(await this.#victim.ended);
    while (this.#spares.length < SPARES) this.#spares.push(new Victim(this.#options.programs));
  }

  #next(settings: VictimSettings): Victim {
    const victim = this.#spares.shift() ?? new Victim(this.#options.programs);
    victim.begin(settings);
    return victim;
  }

  async #isReady(): Promise<boolean> {
    const isReady = await Promise.race([
      this.#victim.ready(),
      wait(LONGEST_START_MS, null, { ref: false }),
    ]);
    if (isReady === null) throw new Error('a process does not start to guard');
    return isReady;
  }

  /** What the exchange and the journal show once the new process says that all is well. */
  async #verdict(act: Act, restartedAt: number): Promise<Verdict> {
    const { time } = this.#settings;
    let oversells = 0;
    for (;;) {
      const truth = await this.#truth();
      if (isOversold(truth)) oversells = 1;
      const status = await this.#victim.status();
      const isWhole = status?.isSound === true && isCovered(truth);
      const patience = this.#patienceSince(restartedAt);
      if (isWhole || patience !== 'left') {
        const duplicates = duplicatesIn(truth, GOALS[act].sold);
        const isJournalOk = this.#isJournalWhole(act) && status?.journalOk === true;
        if (!isWhole && patience === 'unknown' && duplicates + oversells === 0 && isJournalOk) {
          this.#tally.repeat();
          throw new Disturbed();
        }
        return {
          ...{ duplicates, oversells, naked: isWhole ? 0 : 1, isJournalOk },
          seconds: ((Date.now() - restartedAt) * time.speed) / 1_000,
          because: isWhole ? '' : `${status?.why} ${JSON.stringify(truth)}`,
        };
      }
      await wait(LOOK_EVERY_MS);
    }
  }

  #patienceSince(since: number): ReturnType<typeof patience> {
    const { heartbeat, longestMs } = this.#options;
    const stillAt = Math.max(heartbeat.stillAt, this.#exchange.stillAt, this.#victim.stillAt);
    return patience({ since, stillAt, now: Date.now(), longestMs });
  }

  /** @throws where the chain is broken */
  #readJournal(act: Act): void {
    const records = this.#witness.read();
    for (const { type } of records) this.#tally.heard(act, type);
    this.#pace.note(records);
  }

  #isJournalWhole(act: Act): boolean {
    try {
      this.#readJournal(act);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Waits until the act has come to its end; who was killed in it is asked to exit again.
   *
   * @returns false when the process has died on the way
   */
  async #reach(act: Act): Promise<boolean> {
    const goal = GOALS[act];
    const startedAt = Date.now();
    for (let look = 1; ; look += 1) {
      const truth = await this.#truth();
      const status = await this.#victim.status();
      if (status === null) return false;
      const isSound = status.isSound && isCovered(truth);
      const isThere = truth.shares === goal.shares && highestStop(truth) > goal.stopAbove;
      if (isSound && isThere) return true;
      const patience = this.#patienceSince(startedAt);
      if (patience === 'unknown') throw new Disturbed();
      if (patience === 'over') {
        throw new Error(`${act} does not end: ${status.why} ${JSON.stringify(truth)}`);
      }
      if (look % 12 === 0) {
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

/** @throws where it ended in another way than by its own SIGKILL */
async function endedByKill(victim: Victim): Promise<void> {
  const how = await victim.ended;
  if (how !== 'SIGKILL') throw new Error(`the process ended by itself: ${how}`);
}
