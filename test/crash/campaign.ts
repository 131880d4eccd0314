import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Heartbeat } from './heartbeat.ts';
import { ExchangeProgram } from './processes.ts';
import type { Programs } from './programs.ts';
import { ACTS, type Choose, Disturbed, Lane, type Point } from './rig.ts';
import { nameOf, Tally } from './tally.ts';
import type { KillPoint, Time } from './words.ts';

export type CampaignOptions = {
  readonly programs: Programs;
  /** Kills at each point. */
  readonly repeats: number;
  /** Accounts that live at the same time, each with its processes. */
  readonly lanes: number;
  readonly speed: number;
  /** Every point of every act, or each kind of point in one act only. */
  readonly scope: 'all' | 'each_kind';
  /** Begins no further life when it is over. */
  readonly longestMs: number;
  /** Nor when so many were killed. */
  readonly mostKills?: number;
  /** On the wall, undisturbed; a recovery or an act that takes longer has failed. */
  readonly patienceMs: number;
  /** True for guards that protect nothing after a restart: the rig must find them out. */
  readonly isPlanted?: boolean;
  /** What an earlier run has done already. */
  readonly tally?: Tally;
  /** Told after each life of a position. */
  readonly onLife?: (tally: Tally) => void;
};

/** Thursday 2026-10-08, 10:00 in New York. */
const TEN = Date.UTC(2026, 9, 8, 14, 0);
/** Of the exchange's time; then it begins anew, long before the market closes. */
const LONGEST_DAY_MS = 4 * 3_600_000;
const LIVES_A_DAY = 25;
const SIDES = ['before', 'after'] as const;
const MOMENTS = ['unsent', 'sent', 'answered'] as const;
/** The changes that each act asks of the broker. */
const METHODS = {
  protect: ['POST'],
  trail: ['PATCH'],
  partial: ['PATCH', 'POST'],
  exit: ['DELETE', 'POST', 'PATCH'],
  restart: [],
} as const;

/** Kills processes until each point has had its share, and tells what became of it. */
export async function runCampaign(options: CampaignOptions): Promise<Tally> {
  const { tally = new Tally() } = options;
  const endsAt = Date.now() + options.longestMs;
  const heartbeat = new Heartbeat();
  for (;;) {
    const failuresBefore = tally.failures.length;
    const killsBefore = tally.kills;
    const work = new Work(options, tally);
    await liveThroughDay({ options, tally, work, endsAt, heartbeat });
    // A rig that cannot even begin would fail for ever.
    const isStuck = tally.failures.length > failuresBefore && tally.kills === killsBefore;
    // Where it is to be found out, once is enough.
    if (options.isPlanted === true && tally.failures.length > 0) return tally;
    if (isStuck || !work.isLeft() || Date.now() >= endsAt) return tally;
  }
}

type Day = {
  readonly options: CampaignOptions;
  readonly tally: Tally;
  readonly work: Work;
  readonly endsAt: number;
  readonly heartbeat: Heartbeat;
};

/** In one exchange; a journal and a list of orders that grow for ever would slow each restart. */
async function liveThroughDay(day: Day): Promise<void> {
  const { options, tally, work } = day;
  const time: Time = { wallStart: Date.now(), startAt: TEN, speed: options.speed };
  const root = mkdtempSync(join(roomForJournals(), 'bigbrother-crash-'));
  const places = Array.from({ length: options.lanes }, (_, place) => place);
  const symbolOf = (place: number) => `LN${String.fromCharCode(65 + place)}`;
  const keysOf = (place: number) => ({ keyId: `PK-${place}`, secretKey: `secret-${place}` });
  const exchange = new ExchangeProgram(options.programs, {
    time,
    token: 'crash-control-token',
    symbols: places.map(symbolOf),
    accounts: places.map((place) => ({
      ...keysOf(place),
      ...{ accountNumber: `PK-${place}`, cash: '100000000', multiplier: '4', positions: [] },
    })),
  });
  let endsAt = Math.min(day.endsAt, time.wallStart + LONGEST_DAY_MS / time.speed);
  const liveIn = async (place: number, url: string): Promise<void> => {
    const lane = new Lane({
      ...{ programs: options.programs, exchange, tally, heartbeat: day.heartbeat },
      ...{ longestMs: options.patienceMs, isPlanted: options.isPlanted === true },
      settings: {
        ...{ ...keysOf(place), time, url, symbol: symbolOf(place) },
        ...{ directory: join(root, String(place)), kill: null, isPlanted: false },
      },
    });
    try {
      await lane.open();
      // The first life is lived through, since it tells which records there are.
      if (place > 0) await work.known;
      else if (tally.kills === 0) await lane.live(...UNHARMED);
      work.begin();
      for (let life = 0; life < LIVES_A_DAY && work.isLeft() && Date.now() < endsAt; life += 1) {
        await lane.live(work.choose, work.missed);
        options.onLife?.(tally);
      }
    } catch (error) {
      // The others live their lives to the end; then all begin anew.
      endsAt = 0;
      if (!(error instanceof Disturbed)) tally.failures.push(String(error));
    } finally {
      work.begin();
      await lane.close();
    }
  };
  try {
    const url = await exchange.listening();
    await Promise.all(places.map((place) => liveIn(place, url)));
  } finally {
    exchange.close();
    rmSync(root, { recursive: true, force: true });
  }
}

const UNHARMED = [() => null, () => {}] as const;

/** A killed process loses nothing that the kernel has, so memory does; waiting for disks is slow. */
const roomForJournals = (): string => (existsSync('/dev/shm') ? '/dev/shm' : tmpdir());

/** A point that nobody came by in so many tries is none of the act's. */
const TRIES = 3;

/** What is still to be done, handed out point by point. */
class Work {
  readonly known: Promise<void>;
  begin: () => void = () => {};
  readonly #options: CampaignOptions;
  readonly #tally: Tally;
  /** In lives that have not ended yet, or in which the point was missed for good. */
  readonly #handedOut = new Map<string, number>();
  #points: readonly Point[] | null = null;

  constructor(options: CampaignOptions, tally: Tally) {
    this.#options = options;
    this.#tally = tally;
    this.known = new Promise((resolve) => {
      this.begin = () => {
        this.#points ??= pointsOf(tally, options.scope);
        for (const point of this.#points) {
          if (!this.#handedOut.has(nameOf(point)))
            this.#handedOut.set(nameOf(point), tally.killsAt(point));
        }
        resolve();
      };
    });
  }

  isLeft(): boolean {
    const { mostKills = Number.POSITIVE_INFINITY } = this.#options;
    if (this.#tally.kills >= mostKills) return false;
    return this.#points?.some((point) => this.#leftAt(point) > 0) ?? true;
  }

  readonly choose: Choose = (during) => {
    const due = this.#points?.filter((point) => point.during === during) ?? [];
    const point = due.reduce<Point | null>(
      (most, each) => (this.#leftAt(each) > (most === null ? 0 : this.#leftAt(most)) ? each : most),
      null,
    );
    if (point !== null) {
      const name = nameOf(point);
      this.#handedOut.set(name, this.#handedOutAt(name) + 1);
    }
    return point;
  };

  /** A point that an act did not come by is tried again, but not for ever. */
  readonly missed = (point: Point): void => {
    const name = nameOf(point);
    this.#tally.miss(point);
    this.#handedOut.set(name, this.#handedOutAt(name) - 1);
  };

  #leftAt(point: Point): number {
    const { repeats } = this.#options;
    const misses = this.#tally.missesAt(point);
    if (misses >= (this.#tally.killsAt(point) === 0 ? TRIES : repeats)) return 0;
    return repeats - this.#handedOutAt(nameOf(point));
  }

  #handedOutAt(name: string): number {
    return this.#handedOut.get(name) ?? 0;
  }
}

function pointsOf(tally: Tally, scope: CampaignOptions['scope']): readonly Point[] {
  const taken = new Set<string>();
  const points: Point[] = [];
  for (const during of [...ACTS, 'restart'] as const) {
    const types = during === 'restart' ? RESTART_TYPES : tally.typesOf(during);
    const kills: readonly KillPoint[] = [
      ...types.flatMap((type) => SIDES.map((side) => ({ at: 'journal' as const, type, side }))),
      ...METHODS[during].flatMap((method) =>
        MOMENTS.map((moment) => ({ at: 'broker' as const, method, moment })),
      ),
    ];
    for (const kill of kills) {
      const kind = JSON.stringify(kill);
      if (scope === 'each_kind' && taken.has(kind)) continue;
      taken.add(kind);
      points.push({ during, kill });
    }
  }
  return points;
}

/** What a process writes until it guards again. */
const RESTART_TYPES: readonly string[] = [
  'started',
  'trading_state_changed',
  'stream_changed',
  'snapshot_taken',
];
