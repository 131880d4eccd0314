import { beforeAll, describe, expect, it } from 'vitest';
import { type Guarded, loopedAccount, settle, watchedAccount } from '../support/guarded-account.ts';

const COUNT = 500;
const symbolNumber = (index: number) => `S${String(index).padStart(3, '0')}`;

/** Sizes in no order, each another one, so that the order of the stops can be told. */
const shares = (index: number) => 1 + ((index * 317) % COUNT);

const manyNaked = (count = COUNT) =>
  Array.from({ length: count }, (_, index) => ({
    symbol: symbolNumber(index),
    qty: String(shares(index)),
    averageEntryPrice: '100',
  }));

const nakedSymbols = ({ state }: Guarded) =>
  state
    .symbols()
    .filter((symbol) => state.getCompleteContext(symbol)?.cover.nakedQuantity.gt('0') ?? true);

const callsOf = ({ broker }: Guarded, name: string) =>
  broker.calls.filter((call) => call.startsWith(name)).length;

const bodies = <Body>({ records }: Guarded, ...types: Parameters<Guarded['records']>) =>
  records(...types).map(({ body }) => body as Body);

/** Advances until nothing is naked any more; how many milliseconds that took. */
async function untilCovered(guarded: Guarded, startedAt: number): Promise<number> {
  while (nakedSymbols(guarded).length > 0) {
    if (guarded.clock.now() - startedAt > 900_000) throw new Error('some are still naked');
    await guarded.clock.advanceBy(1_000);
  }
  return guarded.clock.now() - startedAt;
}

describe(`with ${COUNT} naked positions and the broker's 130 requests a minute`, () => {
  let guarded: Guarded;
  let tookMs: number;
  let foretoldMs: number;
  let told: string | undefined;

  beforeAll(async () => {
    guarded = await watchedAccount({ positions: manyNaked() });
    const startedAt = guarded.clock.now();
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(1_000);
    foretoldMs = guarded.orchestrator.longestWaitMs() + 1_000;
    told = guarded.bigBrother.alerts().find(({ code }) => code === 'protection_delayed')?.because;
    tookMs = await untilCovered(guarded, startedAt);
    await guarded.clock.advanceBy(60_000);
  }, 120_000);

  it('covers them in the time that the budget alone asks for', () => {
    const readings = callsOf(guarded, 'readOrders');
    const atOnce = 50;
    const budgetMs = ((COUNT + 3 * readings - atOnce) * 60_000) / 130;
    expect(tookMs).toBeLessThan(budgetMs);
    expect(tookMs).toBeLessThan(4.4 * 60_000);
  });

  it('sends one order for each, and spends nothing on looking for them', () => {
    expect(callsOf(guarded, 'submit')).toBe(COUNT);
    expect(callsOf(guarded, 'find')).toBe(0);
    expect(callsOf(guarded, 'readOrder ')).toBe(0);
    const readings = callsOf(guarded, 'readOrders');
    expect(readings).toBeLessThan(45);
    // The account's own record is read when nothing waits, whatever is held.
    const ofRecord = /^read(Executions|Payments|Configuration)$/;
    const others = guarded.broker.calls.filter((call) => !ofRecord.test(call));
    expect(others.length).toBeLessThanOrEqual(COUNT + 3 * readings + 2);
  });

  it('has no order whose fate is unknown, and every plan is verified', () => {
    const answers = bodies<{ outcome: string }>(guarded, 'step_answered');
    expect(new Set(answers.map(({ outcome }) => outcome))).toEqual(new Set(['acknowledged']));
    expect(guarded.records('step_intended')).toHaveLength(COUNT);
    const reports = bodies<{ outcome: string }>(guarded, 'plan_finished');
    expect(reports.map(({ outcome }) => outcome)).toEqual(Array(COUNT).fill('completed'));
    expect(guarded.records('plan_refused')).toEqual([]);
  });

  it('protects the largest naked dollars first', () => {
    const sizes = bodies<{ request: { quantity: string } }>(guarded, 'step_intended').map(
      ({ request }) => Number(request.quantity),
    );
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  });

  it('keeps reading the account meanwhile', () => {
    expect(guarded.records('cycle_failed')).toEqual([]);
    const { confirmedAt } = guarded.state.snapshot() ?? {};
    expect(guarded.clock.now() - (confirmedAt?.positions ?? 0)).toBeLessThan(20_000);
  });

  it('says how long it may take while it takes long, and was right', () => {
    expect(told).toMatch(/^4\d\d symbols wait for their turn at the broker.* in \d+ s$/);
    expect(tookMs).toBeLessThanOrEqual(foretoldMs);
    expect(foretoldMs).toBeLessThan(tookMs * 1.2);
    const left = guarded.bigBrother.alerts().map(({ code }) => code);
    expect(left).not.toContain('protection_delayed');
    expect(guarded.orchestrator.longestWaitMs()).toBe(0);
  });
});

describe('while the budget is spent', () => {
  it('ends a plan that gets no turn as stopped: nothing was intended, nothing is in doubt', async () => {
    const guarded = await loopedAccount({
      positions: manyNaked(80),
      settings: { longestTurnWaitMs: 0 },
    });
    const refused = bodies<{ outcome: string; parts: { steps: { rejection: string }[] }[] }>(
      guarded,
      'plan_finished',
    ).filter(({ parts }) => parts[0]?.steps[0]?.rejection === 'throttled');
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused.map(({ outcome }) => outcome))).toEqual(new Set(['stopped']));
    expect(guarded.records('step_intended')).toHaveLength(callsOf(guarded, 'submit'));
    await untilCovered(guarded, guarded.clock.now());
    expect(callsOf(guarded, 'submit')).toBe(80);
    expect(callsOf(guarded, 'find')).toBe(0);
    const codes = guarded
      .records('alert_raised')
      .map(({ body }) => (body as { code: string }).code);
    expect(codes).not.toContain('unknown_order');
    expect(refused.length).toBeLessThan(400);
  });

  it('lets a fill jump the queue', async () => {
    const positions = manyNaked(200);
    const symbols = [...positions.map(({ symbol }) => symbol), 'MSFT'];
    const guarded = await loopedAccount({ positions, symbols });
    await guarded.clock.advanceBy(20_000);
    await guarded.trade('MSFT', 'buy', '1');
    await guarded.clock.advanceBy(15_000);
    expect(guarded.resting('MSFT')).toEqual(['sell stop_limit 1 @92.01']);
    expect(nakedSymbols(guarded).length).toBeGreaterThan(80);
  });

  it('works through a plan of the host over all positions, part by part', async () => {
    const guarded = await watchedAccount({ positions: manyNaked(150) });
    const { bigBrother, clock } = guarded;
    const proposal = await settle(
      clock,
      bigBrother.propose({ kind: 'protect', symbol: null }, 'host'),
    );
    if (proposal.outcome !== 'proposed') throw new Error(proposal.outcome);
    const report = await settle(clock, bigBrother.execute(proposal.plan.id, proposal.plan.hash));
    expect(report.outcome).toBe('completed');
    expect(callsOf(guarded, 'submit')).toBe(150);
    expect(callsOf(guarded, 'find')).toBe(0);
  });
});

describe('while the broker hangs', () => {
  it('in one symbol, the others have their stops at once', async () => {
    const guarded = await watchedAccount({ positions: manyNaked(20) });
    guarded.broker.next('submit', { kind: 'hangs' });
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(2_000);
    expect(callsOf(guarded, 'submit')).toBe(20);
  });

  it('in as many as may wait at a time, the others go on when the time for an answer is over', async () => {
    const guarded = await watchedAccount({ positions: manyNaked(20) });
    for (let count = 0; count < 8; count += 1) guarded.broker.next('submit', { kind: 'hangs' });
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(9_000);
    expect(callsOf(guarded, 'submit')).toBe(8);
    await guarded.clock.advanceBy(3_000);
    expect(callsOf(guarded, 'submit')).toBe(20);
  });
});
