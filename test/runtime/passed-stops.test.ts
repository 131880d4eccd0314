import { describe, expect, it } from 'vitest';
import { AAPL, type Given, type Guarded, loopedAccount } from '../support/guarded-account.ts';

const CYCLE_MS = 10_000;
const latencies = { newMs: 3, cancelMs: 20, replaceMs: 10, fillMs: 5 };

/** Long 10 at 100 under a stop-limit at 92, half a second after a cycle. */
async function underStop(given: Given = {}): Promise<Guarded> {
  const guarded = await loopedAccount({ latencies, ...given });
  await guarded.clock.advanceBy(2 * CYCLE_MS - 500);
  expect(guarded.resting()).toEqual(['sell stop_limit 10 @92']);
  return guarded;
}

type Stretch = {
  readonly since: number;
  readonly until: number;
  readonly shareSeconds: string;
  readonly uncertainSeconds?: string;
};
/** What the journal says of the symbol since `from`. */
const stretches = ({ records }: Guarded, from: number): readonly Stretch[] =>
  records('naked_time_measured')
    .map(({ body }) => body as unknown as Stretch)
    .filter(({ until }) => until > from);

describe('a price that jumps over a stop-limit', () => {
  it('is answered at once, and not with the next cycle', async () => {
    const guarded = await underStop();
    const { clock, price, held, broker } = guarded;
    const sent = broker.mutations().length;
    price('AAPL', '80');
    await clock.advanceBy(100);
    expect(broker.mutations().length).toBeGreaterThan(sent);
    await clock.advanceBy(1_000);
    expect(held()).toBeNull();
  });

  it('makes the shares bare from that moment until they are sold', async () => {
    const guarded = await underStop();
    const { clock, price, state } = guarded;
    const jumpedAt = clock.now();
    price('AAPL', '80');
    await clock.advanceBy(0);
    expect(state.nakedTime(AAPL).nakedSince).toBe(jumpedAt);
    await clock.advanceBy(CYCLE_MS);
    const [stretch, ...others] = stretches(guarded, jumpedAt);
    expect(others).toEqual([]);
    expect(stretch).toMatchObject({ since: jumpedAt });
    expect(stretch?.uncertainSeconds).toBeUndefined();
    const seconds = ((stretch?.until ?? 0) - jumpedAt) / 1_000;
    expect(seconds).toBeLessThan(1);
    expect(Number(stretch?.shareSeconds)).toBeCloseTo(10 * seconds, 6);
  });

  it('is dated back to its trade where no stream told of it, and says how far it may be off', async () => {
    const guarded = await underStop();
    const { clock, price, exchange } = guarded;
    const where = { stream: 'data' } as const;
    exchange.faults.add({ id: 'down', where, when: {}, what: { kind: 'refuse_connection' } });
    exchange.dropStreams();
    await clock.advanceBy(CYCLE_MS + 3_000);
    expect(guarded.state.streams().market).not.toBe('live');
    const jumpedAt = clock.now();
    price('AAPL', '80');
    await clock.advanceBy(2 * CYCLE_MS);
    const [stretch] = stretches(guarded, jumpedAt);
    expect(stretch?.since).toBe(jumpedAt);
    expect(Number(stretch?.uncertainSeconds)).toBeGreaterThan(0);
    expect(Number(stretch?.uncertainSeconds)).toBeLessThanOrEqual(CYCLE_MS / 1_000);
  });
});

describe('looks between the cycles', () => {
  /** Which symbols were looked at since, and how many requests were made. */
  async function watched() {
    let requests = 0;
    const guarded = await loopedAccount({ latencies, onCarriedOut: () => (requests += 1) });
    // Nothing that is decided is done, so that the stop stays passed.
    guarded.orchestrator.rest();
    await guarded.clock.advanceBy(2 * CYCLE_MS - 1_500);
    const looks: number[] = [];
    guarded.state.onChange(() => looks.push(guarded.clock.now()));
    requests = 0;
    return { guarded, looks, requests: () => requests };
  }

  it('are called for by no price above the stop', async () => {
    const { guarded, looks } = await watched();
    for (let at = 99; at > 92; at -= 1) guarded.price('AAPL', String(at));
    await guarded.clock.advanceBy(400);
    expect(looks).toEqual([]);
  });

  it('are four a second at most however many prices come, and cost no request', async () => {
    const { guarded, looks, requests } = await watched();
    const { clock, price } = guarded;
    for (let print = 0; print < 80; print += 1) {
      price('AAPL', String(80 - print / 100));
      await clock.advanceBy(5);
    }
    expect(looks.length).toBeGreaterThan(0);
    expect(looks.length).toBeLessThanOrEqual(2);
    expect(requests()).toBe(0);
  });

  it('go on once a second where no price moves, and end by themselves', async () => {
    const { guarded, looks } = await watched();
    guarded.price('AAPL', '80');
    await guarded.clock.advanceBy(5 * CYCLE_MS);
    expect(looks.length).toBeGreaterThanOrEqual(9);
    expect(looks.length).toBeLessThanOrEqual(12);
  });
});
