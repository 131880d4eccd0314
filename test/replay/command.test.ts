import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../src/adapters/system/files.ts';
import { runHere } from '../cli/run-here.ts';
import { keptJournal } from './fixtures.ts';

const directory = temporaryDirectory('bigbrother-replay-');
afterAll(() => directory.remove());

function file(name: string, text: string): string {
  const path = join(directory.path, name);
  writeFileSync(path, text);
  return path;
}

const journal = (name: string, change: (text: string) => string = (text) => text): string =>
  file(`${name}.jsonl`, change(keptJournal(name)));

describe('bigbrother replay', () => {
  it('ends with 0 and says how much is the same', async () => {
    const { code, stdout } = await runHere(['replay', journal('first-stop')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/decisions: \d+ the same, 0 different\n/);
  });

  it('ends with 1 and explains the first difference', async () => {
    const other = journal('first-stop', (text) =>
      text.replace(/"urgency":"[a-z]+"\},"inputs"/, '"urgency":"normal"},"inputs"'),
    );
    const { code, stdout } = await runHere(['replay', other]);
    expect(code).toBe(1);
    expect(stdout).toContain('field     decision.urgency');
    expect(stdout).toContain('recorded  normal');
    expect(stdout).toContain('version recorded decided');
    const { stdout: json } = await runHere(['replay', other, '--json']);
    expect(JSON.parse(json)).toMatchObject({
      identical: false,
      complete: true,
      first_difference: { field: 'decision.urgency', madeUnder: { codeVersion: 'recorded' } },
    });
  });

  it('keeps to the time that is asked for', async () => {
    const path = journal('trailing-stop');
    const { stdout } = await runHere(['replay', path, '--json', '--to', '2026-10-08T15:00:30Z']);
    const { stdout: rest } = await runHere(['replay', path, '--json', '--from', '2026-10-09']);
    expect(JSON.parse(stdout).decisions.same).toBeGreaterThan(0);
    expect(JSON.parse(rest).decisions.same).toBe(0);
  });

  it('ends with 2 for what is no journal and for settings that are wrong', async () => {
    const missing = await runHere(['replay', join(directory.path, 'nothing.sqlite')]);
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no file') });
    const broken = await runHere(['replay', file('broken.jsonl', 'no record\n')]);
    expect(broken).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be read') });
    const settings = file('wrong.json', '{"policies":{"stopLoss":{"percent":"far"}}}');
    const wrong = await runHere(['replay', journal('first-stop'), '--settings', settings]);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('stopLoss.percent') });
  });

  it('says what other settings would have come to, also on the paper exchange', async () => {
    const settings = file(
      'wider.json',
      JSON.stringify({
        policies: {
          partialProfit: { placed: 'when_reached' },
          trailingStop: { trailPercent: '2' },
        },
      }),
    );
    const args = ['replay', journal('trailing-stop'), '--settings', settings];
    const { code, stdout } = await runHere([...args, '--json']);
    expect(code).toBe(1);
    const told = JSON.parse(stdout);
    expect(Object.keys(told.different_by)).toContain('trailing-stop');
    const [aapl] = told.exchange;
    expect(aapl).toMatchObject({ symbol: 'AAPL', suffices: true });
    // A stop that follows more closely leaves a winner at a better price.
    expect(Number(aapl.wouldDollars)).toBeGreaterThan(Number(aapl.againDollars));
    const { stdout: words } = await runHere(args);
    expect(words).toContain(`AAPL: $${aapl.wouldDollars} instead of $${aapl.againDollars}`);
    const { stdout: without } = await runHere([...args, '--no-exchange']);
    expect(without).not.toContain('On the paper exchange');
  }, 60_000);

  it('says where the prices of the journal do not suffice', async () => {
    const settings = file('any.json', '{"policies":{"trailingStop":{"trailPercent":"2"}}}');
    const args = ['replay', journal('host-reduces'), '--settings', settings];
    const { stdout } = await runHere(args);
    expect(stdout).toContain('prices do not suffice: on these prices the recorded settings');
  }, 60_000);
});
