import { describe, expect, it, onTestFinished } from 'vitest';
import { Course } from '../../src/server/page/courses.ts';
import type {
  EquityView,
  PriceView,
  RulesView,
  TimelineView,
  WhyView,
} from '../../src/web/page/page-data.ts';
import type { Given } from '../support/guarded-account.ts';
import { guardedPage, SECRET } from './page-rig.ts';

/** What the page of a guarded account is told. */
async function given(more: Given = {}) {
  const guarded = await guardedPage(more);
  onTestFinished(guarded.served.close);
  const { origin, tokens } = guarded.served;
  const authorization = `Bearer ${tokens.create('desk', 'read')}`;
  const ask = (path: string) =>
    fetch(`${origin}/page/view/${path}`, { headers: { authorization } });
  const read = async <View>(path: string): Promise<View> => (await ask(path)).json() as View;
  return { ...guarded, ask, read };
}

describe('a course', () => {
  it('keeps in bounded space every extreme and the latest figure', () => {
    const course = new Course();
    const figures = Array.from({ length: 50_000 }, (_, index) => Math.sin(index / 700) * 100);
    figures[31_337] = -500;
    figures[40_001] = 500;
    figures.forEach((figure, index) => {
      course.add(index * 1_000, figure);
    });
    const view = course.view();
    expect(view.length).toBeLessThanOrEqual(720);
    expect(view.length).toBeGreaterThan(300);
    expect(Math.min(...view.map(([, , low]) => low))).toBe(-500);
    expect(Math.max(...view.map(([, , , high]) => high))).toBe(500);
    expect(view.at(-1)?.[1]).toBe(figures.at(-1));
    const times = view.map(([at]) => at);
    expect(times).toEqual([...times].sort((one, other) => one - other));
  });
});

describe('the charts', () => {
  it('take up from the journal what was before anybody looked, and go on from there', async () => {
    const { read, price, clock, state } = await given();
    for (const at of ['101', '99', '102']) {
      price('AAPL', at);
      await clock.advanceBy(11_000);
    }
    const before = await read<PriceView>('price?symbol=AAPL');
    expect(before.prices.map(([, last]) => last).slice(-3)).toEqual([101, 99, 102]);
    price('AAPL', '103');
    await clock.advanceBy(11_000);
    const after = await read<PriceView>('price?symbol=AAPL');
    expect(after.prices.at(-1)?.[1]).toBe(103);
    const { equity, peak } = await read<EquityView>('equity');
    expect(equity.at(-1)?.[1]).toBe(Number(state.snapshot()?.account.equity.toFixed()));
    expect(peak).toBe(Math.max(...equity.map(([, , , high]) => high)));
  });

  it('have the fills and the stop of a symbol, and none of another', async () => {
    const { read, askFor, approvals } = await given({
      positions: [
        { symbol: 'AAPL', qty: '10', averageEntryPrice: '100' },
        { symbol: 'MSFT', qty: '5', averageEntryPrice: '100' },
      ],
    });
    const { execute } = await askFor('4');
    const [waiting] = approvals.pending();
    if (waiting === undefined) throw new Error('nothing waits');
    approvals.approve({ ...waiting, by: 'klaus', channel: 'page' });
    await execute();
    const aapl = await read<PriceView>('price?symbol=AAPL');
    expect(aapl.fills).toMatchObject([{ side: 'sell', quantity: '4' }]);
    expect(aapl.stops.at(-1)?.[1]).toBe(92);
    expect(aapl.entry).toBe(100);
    expect((await read<PriceView>('price?symbol=MSFT')).fills).toEqual([]);
    const { closes } = await read<EquityView>('equity');
    expect(closes).toMatchObject([{ symbol: 'AAPL', r: expect.any(Number) }]);
  });
});

describe('the rules', () => {
  it('tell of each limit what is used of it, by the figures of the guardrails', async () => {
    const { read, state, bigBrother } = await given();
    const { limits, guardrails } = await read<RulesView>('rules');
    const equity = Number(state.snapshot()?.account.equity.toFixed());
    const used = limits.find(({ name }) => name === 'Largest name: AAPL')?.usedPercent ?? 0;
    // Ten shares at 100, of at most 20 percent of equity.
    expect(used).toBeCloseTo((1_000 / equity / 0.2) * 100, 1);
    expect(limits.every(({ usedPercent }) => usedPercent === null || usedPercent >= 0)).toBe(true);
    const drawdown = limits.find(({ guardrail }) => guardrail === 'drawdown');
    const percent = Number(bigBrother.portfolioRisk()?.drawdown?.percent.toFixed() ?? 0);
    expect(drawdown?.usedPercent).toBeCloseTo((percent / 8) * 100, 1);
    expect(guardrails.find(({ name }) => name === 'oversell')).toMatchObject({
      denied: 0,
      last: { symbol: 'AAPL', outcome: 'pass' },
    });
  });
});

describe('what is asked for', () => {
  it('comes in pages, each of which begins where the one before ended', async () => {
    const { read, price, clock } = await given();
    for (let look = 0; look < 40; look += 1) {
      price('AAPL', String(100 + (look % 9) * 2));
      await clock.advanceBy(11_000);
    }
    const first = await read<TimelineView>('timeline?kind=system');
    expect(first.entries).toHaveLength(40);
    const cursor = first.nextCursor ?? '';
    const second = await read<TimelineView>(`timeline?kind=system&cursor=${cursor}`);
    const [last, next] = [first.entries.at(-1)?.seq ?? 0, second.entries[0]?.seq ?? 0];
    expect(next).toBeLessThan(last);
  });

  it('has to be what can be asked for', async () => {
    const { ask, read } = await given();
    for (const path of [
      'price?symbol=../etc',
      'price',
      'timeline?kind=secrets',
      'timeline?limit=100000',
      'why?plan=a%20plan',
      'rules?symbol=AAPL',
    ]) {
      expect([path, (await ask(path)).status]).toEqual([path, 400]);
    }
    const unknown = await read<WhyView>('why?plan=plan-of-nobody');
    expect(unknown.stories).toEqual([]);
  });

  it('holds no secret of the process, whoever wrote it down', async () => {
    const { ask, logger, alerts } = await given();
    const because = `the broker said ${SECRET}`;
    alerts.raise({ code: 'strange', symbol: null, because });
    logger.log({ type: 'plan_refused', actor: 'system', body: { refusal: 'strange', because } });
    for (const path of ['board', 'timeline']) {
      const told = await (await ask(path)).text();
      expect(told).toContain('the broker said [redacted]');
      expect(told).not.toContain(SECRET);
    }
  });
});
