import { beforeAll, describe, expect, it } from 'vitest';
import type { Action } from '../../src/cli/shared/action-teller.ts';
import type { Running } from '../../src/compose.ts';
import { closingReport } from '../../src/demo/closing-report.ts';
import { isClean } from '../../src/demo/figures.ts';
import { PlainClient } from '../../src/demo/plain-client.ts';
import { type DemoOutcome, runDemo } from '../../src/demo/run-demo.ts';
import { recordedYears, type Stage, scriptedDay } from '../../src/demo/stage.ts';
import { parseBarFile } from '../../src/paper-exchange/market/bar-file.ts';
import type { ReplayResult } from '../../src/runtime/replay-report.ts';
import { replayOf } from '../replay/fixtures.ts';

const SLOW_MS = 120_000;

async function play(stage: Stage, seed: number) {
  const actions: Action[] = [];
  let journal: Running['logger'] | null = null;
  const outcome = await runDemo({
    seed,
    stage,
    journal: 'memory',
    stepMs: 3_600_000,
    stopwatch: () => 0,
    onStart: ({ logger }) => {
      journal = logger;
    },
    onAction: (action) => actions.push(action),
    onProgress: () => undefined,
  });
  const again = replayOf(journal === null ? [] : (journal as Running['logger']).recordsAfter(0));
  return { outcome, actions, again };
}

describe('the scripted day', () => {
  let outcome: DemoOutcome;
  let actions: readonly Action[];
  let report: string;
  let again: ReplayResult;
  beforeAll(async () => {
    const stage = scriptedDay(1, '');
    ({ outcome, actions, again } = await play(stage, 1));
    report = closingReport(outcome, stage, null).join('\n');
  }, SLOW_MS);

  const said = (symbol: string, pattern: RegExp) =>
    actions.filter((action) => action.symbol === symbol && pattern.test(action.text));

  it('ends without conflict or oversell, with a journal that verifies', () => {
    expect(outcome.figures).toMatchObject({
      environment: 'simulated',
      mode: 'execute',
      conflicts: 0,
      oversells: 0,
      broker_rejections: 0,
      journal_verified: true,
    });
    expect(isClean(outcome.figures)).toBe(true);
    expect(report).toContain('All is well.');
  });

  it('decides the same again out of its journal', () => {
    expect(again).toMatchObject({ differences: [], gaps: [] });
    expect(again.counts.verdicts.same).toBeGreaterThan(80);
  });

  it.each(['AAPL', 'TSLA'])('takes half of %s once, at 2R, and trails the rest', (symbol) => {
    // Its order rests at the broker from birth, so that nobody has to notice the price.
    expect(said(symbol, /wait for 2R/)).toHaveLength(1);
    expect(said(symbol, /^filled (sell 50|buy 15)\b/)).toHaveLength(1);
    expect(said(symbol, /the stop moves there/).length).toBeGreaterThan(3);
  });

  it('gets NVDA out after a gap through its stop', () => {
    expect(said('NVDA', /triggered and did not fill/)).toHaveLength(1);
    expect(said('NVDA', /episode closed/)).toHaveLength(1);
  });

  it('lets stops that were reached do their work, long and short', () => {
    for (const symbol of ['XOM', 'AMD', 'MSFT']) {
      // One for each tranche.
      expect(said(symbol, /^filled (sell|buy)/)).toHaveLength(2);
      expect(said(symbol, /episode closed/)).toHaveLength(1);
    }
  });

  it('sets the stop of a fraction of a share again the next morning', () => {
    expect(outcome.story.doneIn('VTI')).toBe(
      'place-fraction-stop + place-stop, place-fraction-stop',
    );
  });

  it('leaves a quiet position and a stranger to themselves', () => {
    expect(outcome.story.doneIn('KO')).toBe('place-tranches');
    expect(outcome.story.doneIn('SPY')).toBe('');
  });

  it('refuses what an agent asks for twice, and names the guardrail', () => {
    expect(outcome.story.vetoes).toMatchObject([{ symbol: 'JPM', guardrail: 'duplicate' }]);
    expect(said('JPM', /^filled sell 10/)).toHaveLength(1);
    expect(report).toMatch(/VETOES \(1\)[\s\S]*duplicate/);
  });

  it('tells how long shares stood naked, and why', () => {
    const sum = Number(outcome.figures.naked_share_seconds);
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThan(100);
    for (const { cause } of outcome.story.nakedStretches) expect(cause).not.toBe('not known');
  });
});

/** Hourly bars: quiet weeks, then a crash that opens lower every day, then a recovery. */
function bars(symbol: string, start: number, lastDay = 27) {
  const rows = ['time,open,high,low,close,volume'];
  let cents = start;
  for (let day = 2; day <= lastDay; day += 1) {
    const date = `2026-03-${String(day).padStart(2, '0')}`;
    if ([0, 6].includes(new Date(`${date}T12:00:00Z`).getUTCDay())) continue;
    if (day >= 12 && day <= 16) cents = Math.round(cents * 0.93);
    for (let hour = 9; hour < 16; hour += 1) {
      const move = ((day * 7 + hour * 13) % 11) - (day >= 12 && day <= 16 ? 14 : 4);
      const close = cents + move * Math.round(start / 1_000);
      const text = (value: number) => (value / 100).toFixed(2);
      const high = Math.max(cents, close) + 10;
      const low = Math.min(cents, close) - 10;
      const prices = [cents, high, low, close].map(text).join(',');
      rows.push(`${date}T${String(hour).padStart(2, '0')}:00,${prices},100000`);
      cents = close;
    }
  }
  return parseBarFile({ file: `${symbol}.csv`, symbol, text: `${rows.join('\n')}\n` });
}

/** Daily bars of some days in a month, each quiet at its close. */
function daily(symbol: string, days: readonly string[], month: string, closes: readonly string[]) {
  const rows = days.map((day, index) => `${month}-${day},${`${closes[index]},`.repeat(4)}1000000`);
  const text = `${['time,open,high,low,close,volume', ...rows].join('\n')}\n`;
  return parseBarFile({ file: `${symbol}.csv`, symbol, text });
}

describe('recorded bars', () => {
  const run = (seed: number, lastDay?: number) =>
    play(
      recordedYears(seed, [bars('AAA', 10_000, lastDay), bars('BBB', 25_000, lastDay)], ''),
      seed,
    );

  it(
    'are guarded through a crash, position after position',
    async () => {
      const { outcome, actions, again } = await run(1);
      const said = (pattern: RegExp) => actions.filter(({ text }) => pattern.test(text)).length;
      expect(isClean(outcome.figures)).toBe(true);
      expect(again).toMatchObject({ differences: [], gaps: [] });
      expect(outcome.figures.bars).toBe(280);
      expect(said(/place-(stop|tranches)/)).toBeGreaterThan(2);
      expect(said(/episode closed/)).toBeGreaterThan(1);
    },
    SLOW_MS,
  );

  it(
    'keep a position through a split, forward and reverse, with its stop on the new scale',
    async () => {
      const apple = daily('AAPL', ['26', '27', '28', '31'], '2020-08', [
        '506',
        '500',
        '499',
        '129',
      ]);
      const oil = daily('USO', ['24', '27', '28', '29'], '2020-04', ['2.5', '2.51', '2.5', '20.2']);
      for (const [series, newShares, oldShares] of [
        [apple, 4, 1],
        [oil, 1, 8],
      ] as const) {
        const stage = recordedYears(1, [series], '');
        const { actions, outcome, again } = await play(stage, 1);
        expect(again).toMatchObject({ differences: [], gaps: [] });
        const said = actions.map(({ text }) => text).join('\n');
        expect(said).not.toMatch(/filled sell|episode closed/);
        const bought = Number(/filled buy (\d+)/.exec(said)?.[1]);
        const client = new PlainClient(stage.exchange);
        const [held] = await client.list('/v2/positions');
        const stops = await client.list('/v2/orders?status=open');
        expect(Number(held?.qty)).toBe((bought * newShares) / oldShares);
        expect(stops.reduce((sum, { qty }) => sum + Number(qty), 0)).toBe(Number(held?.qty));
        expect(isClean(outcome.figures)).toBe(true);
      }
    },
    SLOW_MS,
  );

  it(
    'give the same journal for the same seed, and another for another',
    async () => {
      const week = 6;
      const [first, second, other] = [await run(1, week), await run(1, week), await run(2, week)];
      expect(first.actions.length).toBeGreaterThan(5);
      expect(second.outcome.figures).toEqual(first.outcome.figures);
      expect(other.outcome.figures.journal_hash).not.toBe(first.outcome.figures.journal_hash);
    },
    SLOW_MS,
  );
});
