import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHere } from './run-here.ts';

let directory: string;
const file = (name: string) => join(directory, name);

/** A hundred and two sessions of 2025 that rise and fall. */
function bars(): string {
  const closed = new Set(['2025-01-09', '2025-01-20', '2025-02-17', '2025-04-18', '2025-05-26']);
  const rows = ['time,open,high,low,close,volume'];
  for (let day = 0; day < 150; day += 1) {
    const date = new Date(Date.UTC(2025, 0, 2 + day));
    const text = date.toISOString().slice(0, 10);
    if ([0, 6].includes(date.getUTCDay()) || closed.has(text) || text === '2025-06-19') continue;
    const close = 100 + 20 * Math.sin(day / 12);
    const prices = [close - 0.5, close + 1, close - 1.5, close].map((each) => each.toFixed(2));
    rows.push(`${text},${prices.join(',')},1000000`);
  }
  return rows.join('\n');
}

/** Weekdays of 2024 and of the first half of 2025: up, then far down in April. */
function yearOfCloses(): string {
  const rows = ['time,open,high,low,close,volume'];
  for (let day = 0; day < 540; day += 1) {
    const date = new Date(Date.UTC(2024, 0, 2 + day));
    if ([0, 6].includes(date.getUTCDay())) continue;
    const close = (day < 455 ? 100 + day / 10 + Math.sin(day) : 110).toFixed(2);
    rows.push(`${date.toISOString().slice(0, 10)},${close},${close},${close},${close},1000000`);
  }
  return rows.join('\n');
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'bigbrother-backtest-'));
  writeFileSync(file('SPY.csv'), bars());
});
afterAll(() => rmSync(directory, { recursive: true }));

const backtest = (...args: readonly string[]) =>
  runHere(['backtest', '--bars', file('SPY.csv'), ...args], { BIGBROTHER_DATA_DIR: directory });

describe('bigbrother backtest', () => {
  it('prints its figures as one object, and the same of buying and holding', async () => {
    const { code, stdout } = await backtest('--fast', '--json');
    expect(code).toBe(0);
    const figures = JSON.parse(stdout);
    const names = ['trades', 'total_return', 'max_drawdown', 'expected_shortfall_95'];
    for (const of of [figures, figures.buy_and_hold, figures.fixed_stop]) {
      for (const name of [...names, 'naked_share_seconds'])
        expect(of[name]).toEqual(expect.any(Number));
      expect(of.worst_day).toEqual({ date: expect.any(String), return: expect.any(Number) });
    }
    expect(figures).toMatchObject({ path: 'fast', symbols: ['SPY'], bars: 102 });
    expect(figures.bars_per_second).toBeGreaterThan(0);
  });

  it('writes a page and its figures as JSON beside it', async () => {
    const { code, stdout } = await backtest('--fast', '--report', file('report.html'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/BigBrother +-?\d+\.\d\d %/);
    expect(readFileSync(file('report.html'), 'utf8')).toContain('Maximum drawdown');
    const report = JSON.parse(readFileSync(file('report.json'), 'utf8'));
    expect(report.figures.trades).toBe(report.symbols[0].trades.length);
  });

  it('plays only the days that were asked for, through the exchange as well', async () => {
    const { code, stdout } = await backtest('--from', '2025-03-10', '--to', '2025-03-12', '--json');
    expect(code).toBe(0);
    const figures = JSON.parse(stdout);
    expect(figures).toMatchObject({ path: 'faithful', bars: 3, trades: 1 });
    expect(figures.guarding).toMatchObject({ conflicts: 0, journal_verified: true });
  }, 60_000);

  it('buys what a file says, as CSV and as JSON', async () => {
    writeFileSync(file('entries.csv'), 'time,symbol,quantity\n2025-02-03,SPY,10\n');
    const entry = { time: '2025-02-03', symbol: 'SPY', quantity: 10 };
    writeFileSync(file('entries.json'), JSON.stringify([entry]));
    const figuresOf = async (name: string) => {
      const { stdout } = await backtest('--fast', '--json', '--entries', file(name));
      return { ...JSON.parse(stdout), bars_per_second: 0 };
    };
    const csv = await figuresOf('entries.csv');
    const json = await figuresOf('entries.json');
    expect(csv.trades).toBe(1);
    expect(json).toEqual(csv);
  });

  it('plays the settings in the data directory, whatever account they are for', async () => {
    const home = file('home');
    mkdirSync(home);
    const tight = { environment: 'paper', policies: { stopLoss: { percent: '1' } } };
    writeFileSync(join(home, 'bigbrother.config.json'), JSON.stringify(tight));
    const args = ['backtest', '--bars', file('SPY.csv'), '--fast', '--json'];
    const theirs = await runHere(args, { BIGBROTHER_DATA_DIR: home });
    const usual = await backtest('--fast', '--json');
    expect([theirs.code, theirs.stderr]).toEqual([0, '']);
    expect(JSON.parse(theirs.stdout).trades).toBeGreaterThan(JSON.parse(usual.stdout).trades);
  });

  it('walks through windows with the bundles that the settings approve', async () => {
    const wide = { stopLoss: { percent: 40 } };
    writeFileSync(file('mine.json'), JSON.stringify({ strategies: { named: { wide } } }));
    const args = ['--settings', file('mine.json'), '--walk-forward', '1', '--json'];
    const { code, stdout } = await backtest(...args);
    expect(code).toBe(0);
    const names = JSON.parse(stdout).fixed.map(({ name }: { name: string }) => name);
    expect(names).toEqual(['mine', 'mine/wide']);
  });

  it('walks through windows and says what was chosen', async () => {
    writeFileSync(file('near.json'), '{"policies":{"stopLoss":{"percent":3}}}');
    const settings = ['--settings', file('near.json')];
    const { code, stdout } = await backtest(...settings, '--walk-forward', '2', '--json');
    expect(code).toBe(0);
    const walked = JSON.parse(stdout);
    expect(walked.windows.map(({ chosen }: { chosen: string }) => chosen)).toEqual([
      'near',
      'near',
    ]);
    expect(walked.out_of_sample.trades).toBeGreaterThan(0);
  });

  it('plays by the regime of a benchmark, and tells figures and switches by it', async () => {
    writeFileSync(file('AAPL.csv'), bars());
    const tight = { stopLoss: { percent: 2 } };
    const inRegime = { rising: 'tight', falling: 'tight', sideways: 'tight', stressed: 'tight' };
    const strategies = { enabled: true, minimumDays: 1, named: { tight }, inRegime };
    writeFileSync(file('strategies.json'), JSON.stringify({ strategies }));
    const play = (...args: readonly string[]) =>
      runHere(
        [
          'backtest',
          '--fast',
          '--bars',
          file('AAPL.csv'),
          '--settings',
          file('strategies.json'),
        ].concat(args),
        { BIGBROTHER_DATA_DIR: directory },
      );
    const alone = await play('--json');
    expect(alone.code).toBe(2);
    expect(alone.stderr).toContain('--benchmark SPY.csv');
    writeFileSync(file('MARKET.csv'), yearOfCloses());
    const { stdout, code } = await play('--benchmark', file('MARKET.csv'), '--json');
    expect(code).toBe(0);
    const { regimes, switches, trades } = JSON.parse(stdout);
    const sum = regimes.reduce((all: number, each: { trades: number }) => all + each.trades, 0);
    expect(sum).toBe(trades);
    expect(regimes.map(({ regime }: { regime: string }) => regime)).toContain('stressed');
    // It held before the first day that is played: nothing is switched among those days.
    expect(switches).toEqual([]);
    const shown = await play('--benchmark', file('MARKET.csv'), '--walk-forward', '2');
    expect(shown.stdout).toMatch(/adaptive selector \(0 switches\) less the others/);
    expect(shown.stdout).toContain('seed 1');
  });

  it.each([
    [['--fills', 'levels'], /--fills levels goes with --fast/],
    [['--fast', '--from', '2030-01-01'], /No bar of SPY/],
    [['--fast', '--report', 'page.txt'], /a file named \*\.html/],
    [['--fast', '--walk-forward', '400'], /too few days for 400 windows/],
    [['--fast', '--from', 'monday'], /a day as YYYY-MM-DD/],
  ])('refuses %j in words', async (args, words) => {
    const { code, stderr } = await backtest(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(words);
  });

  it('names what is wrong in a file of entries', async () => {
    writeFileSync(file('wrong.json'), '[{"time":"2025-02-03","symbol":"SPY","quantity":-1}]');
    const { code, stderr } = await backtest('--fast', '--entries', file('wrong.json'));
    expect(code).toBe(2);
    expect(stderr).toContain('quantity is -1');
  });
});
