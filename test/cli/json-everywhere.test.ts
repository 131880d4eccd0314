import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import type { CliProcess } from './run-cli.ts';
import { runHere } from './run-here.ts';
import { useWorkplace } from './workplace.ts';

/** The only commands without `--json`, and why. */
const WITHOUT = {
  mcp: 'its stdout is the protocol of its host',
  'settings schema': 'prints JSON as it is',
};

/** Every command that does something by itself, as it is typed. */
const commandsOf = (command: Command, words: readonly string[]): [string, Command][] => [
  ...(command.commands.length === 0 || command.options.length > 0
    ? [[words.join(' '), command] as [string, Command]]
    : []),
  ...command.commands.flatMap((each) => commandsOf(each, [...words, each.name()])),
];

const all = (await createProgram()).commands.flatMap((each) => commandsOf(each, [each.name()]));

const { path, start } = useWorkplace('json');
const env = () => ({ BIGBROTHER_DATA_DIR: path('data') });
const token = (...args: readonly string[]) => runHere(['token', ...args], env());
const objectsIn = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('every command', () => {
  it('takes --json, but for those that are named here', () => {
    expect(all.length).toBeGreaterThan(30);
    const lacking = all.filter(([, { options }]) => !options.some(({ long }) => long === '--json'));
    expect(lacking.map(([name]) => name).sort()).toEqual(Object.keys(WITHOUT).sort());
  });

  it.each([
    ['that is refused', ['token', 'revoke', 'desk'], /^There is no token desk/],
    ['with words that it does not know', ['memory', 'rebuild', '--now'], /unknown option '--now'/],
    ['that needs a person', ['rollback', '--undo', '--page'], /unknown option '--page'/],
    ['that prints its object itself', ['history', '--limit', 'x'], /Allowed: a whole number/],
    ['where nobody runs', ['adopt'], /^No BigBrother guards this account here/],
  ])('%s says so as one object, and on stderr as ever', async (_, args, because) => {
    const { code, stdout, stderr } = await runHere([...args, '--json'], env());
    const [object, ...others] = objectsIn(stdout);
    expect({ code, others }).toEqual({ code: 2, others: [] });
    const message = expect.stringMatching(because);
    expect(object).toEqual({ ok: false, error: { exit_code: 2, message } });
    const words = await runHere(args, env());
    expect(words).toEqual({ code: 2, stdout: '', stderr });
  });

  it('leaves the stdout of mcp to its host, also when it is asked for what it has not', async () => {
    const { code, stdout, stderr } = await runHere(['mcp', '--json'], env());
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain("unknown option '--json'");
  });

  it('prints no object with its help', async () => {
    expect((await runHere(['halt', '--json', '--help'], env())).stdout).toMatch(/^Usage/);
  });
});

describe('bigbrother token', () => {
  it('answers with the token that it made, this once, and with the one that it took back', async () => {
    const made = await token('create', 'desk', '--scope', 'read', '--json');
    expect(made.code).toBe(0);
    expect(JSON.parse(made.stdout)).toEqual({
      ok: true,
      name: 'desk',
      scope: 'read',
      token: expect.stringMatching(/^bbt_[\w-]{43}$/),
      created_at: expect.stringMatching(/^20\d\d-/),
    });
    expect(made.stderr).toContain('not shown again');
    const kept = readFileSync(path('data', 'tokens', 'desk.json'), 'utf8');
    expect(kept).not.toContain(JSON.parse(made.stdout).token);
    expect((await token('list')).stdout).toContain('desk');
    const revoked = await token('revoke', 'desk', '--json');
    expect(JSON.parse(revoked.stdout)).toEqual({ ok: true, revoked: 'desk' });
    expect((await token('list')).stdout).toBe('There is no token.\n');
  });
});

/** What a command that runs on has told, once it has said that. */
async function toldBy(process: CliProcess, said: RegExp) {
  await process.says(said);
  process.signal('SIGTERM');
  const { code, stdout, stderr } = await process.ended();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return objectsIn(stdout);
}

describe('a command that runs on', () => {
  it('tells what it does and what it says, an object a line, and no log on stderr', async () => {
    const loop = start(['loop', '--json'], env());
    await loop.says(/"symbol":"KO".*place-/);
    const [, number = ''] = await loop.says(/simulated account (PA\w+), mode execute/);
    const asked = async (...words: readonly string[]) =>
      JSON.parse((await runHere([...words, '--json'], env())).stdout);
    const account = `simulated-${number}`;
    // It lets nobody in before it guards.
    const none = { ok: true, account, not_ours: [], adopted: 0 };
    await expect.poll(() => asked('adopt'), { timeout: 10_000 }).toEqual(none);
    const forgotten = { account, policy: null, symbol: 'KO', forgotten: true };
    const forget = ['memory', 'forget', '--symbol', 'KO'];
    expect(await asked(...forget, '--yes', number)).toEqual({ ok: true, ...forgotten });
    expect((await asked(...forget)).error.message).toContain('with --json pass --yes');
    const on = await asked('enable', 'drawdown', '--yes', number);
    expect(on.error.message).toContain(`drawdown is not switched off on ${account}`);
    const told = await toldBy(loop, /"symbol":"KO"/);
    const words = told.map(({ msg }) => String(msg)).join('\n');
    expect(words).toMatch(/simulated account PA\w+, mode execute/);
    expect(words).toContain('keep this elsewhere as its anchor');
    expect(told).toContainEqual(
      expect.objectContaining({ symbol: 'KO', seq: expect.any(Number), type: expect.any(String) }),
    );
  }, 60_000);

  it('serves under the address that its object names', async () => {
    const serve = start(['serve', '--port', '0', '--no-loop', '--json'], env());
    const told = await toldBy(serve, /"msg":"There is no token yet/);
    expect(told).toContainEqual(
      expect.objectContaining({ url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/) }),
    );
  }, 60_000);

  it('tells where an exchange is and whose, and none of its secrets', async () => {
    const args = ['exchange', '--port', '0', '--control', '--account-number', 'PA9', '--json'];
    const told = await toldBy(start(args), /The exchange listens/);
    const url = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(told).toEqual([
      expect.objectContaining({
        url,
        trading_stream: expect.stringMatching(/^ws:.*\/stream$/),
        data_stream: expect.stringMatching(/^ws:.*\/v2\/iex$/),
        accounts: [{ account_number: 'PA9', kind: 'margin', key_id: 'PKSIMULATED' }],
        control: expect.stringMatching(/\/__sim$/),
        resumed_from: null,
      }),
    ]);
    expect(JSON.stringify(told)).not.toContain('simulated-secret');
  }, 60_000);
});
