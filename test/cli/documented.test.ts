import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { callsNamedIn } from '../support/documented-calls.ts';
import { runCli } from './run-cli.ts';
import { runHere } from './run-here.ts';
import { accessTo, useWorkplace } from './workplace.ts';

type Expected = readonly [call: string, code: number, says: RegExp];

/** What is typed beside a loop that guards an account on the built-in exchange. */
const BESIDE_A_LOOP: readonly Expected[] = [
  ['status', 0, /^BigBrother {2}simulated account PA\w+ {2}mode execute[\s\S]*AAPL +long/],
  ['history --since 1h', 0, /plan completed/],
  ['history --symbol AAPL --since 24h', 0, /AAPL {2}plan completed/],
  ['history --type plan_finished,plan_refused --limit 5', 0, /^(.*plan completed.*\n){5}$/],
  ['history --plan plan-0j8yq --json', 0, /^$/],
  ['history --view events --kind decisions', 0, /decided stop-loss wants protect/],
  ['history --view why_not --symbol AAPL', 0, /^Nothing was refused or overruled/],
  ['history --view why --symbol NVDA --day tuesday', 0, /NVDA|^Nothing was done in this time/],
  ['doctor', 0, /An agent in wrong hands can cost at most \$/],
  ['pending', 0, /no plan waits for you/],
  ['pending --page', 0, /^http:\/\/127\.0\.0\.1:\d+\/\?token=/],
  ['approve plan-7k2m', 2, /No plan "plan-7k2m" waits for you/],
  ['approve', 2, /missing required argument/],
  ['reject plan-7k2m', 2, /no plan of this name waits/],
  ['page', 0, /^http:\/\/127\.0\.0\.1:\d+\/\S+/],
  ['alerts test', 0, /set BIGBROTHER_ALERT_WEBHOOKS/],
  ['settings pending', 0, /no setting waits/],
  ['settings accept 7K2M9QXD', 2, /no setting waits to be accepted/],
  ['settings schema', 0, /"\$schema"/],
  ['adopt', 0, /there is no order of another BigBrother/],
  ['enable', 2, /missing required argument/],
  ['replay', 0, /decisions: \d+ the same, 0 different/],
  ['replay --settings other.json', 0, /On the paper exchange, with the prices/],
  ['verify', 0, /all \d+ records are as they were written/],
  ['export --bundle evidence', 0, /Check them with: bigbrother verify/],
  ['backtest --bars AAPL.csv --report report.html', 0, /max(imum)? drawdown/i],
  ['token create desk --scope read --json', 0, /"token":"bbt_/],
  ['archive --before 90d', 2, /guards this account and writes its journal: stop it first/],
];

/** What the built-in exchange begins with. */
const HELD = ['AAPL', 'AMD', 'JPM', 'KO', 'MSFT', 'NVDA', 'TSLA', 'VTI'];

/** What needs a process of its own, in this order, after the others. */
const HALTING: readonly Expected[] = [
  ['halt', 0, /VERIFIED by the BigBrother that runs the account/],
  ['halt --json --because "the feed is wrong"', 0, /"outcome":"(verified|at_work)"/],
  ['halt --flatten', 2, /cannot be flattened from here; it is halted/],
  ['resume', 2, /without a terminal pass --yes with the account number/],
  ['rollback', 0, /Stops rest for every share of every position/],
];

const SETTING_UP: readonly Expected[] = [
  ['setup --client claude-desktop --dry-run', 0, /would be made, with BigBrother in it/],
  ['setup --client claude-desktop --loop', 0, /made, with BigBrother in it/],
  [
    'setup --client claude-desktop --loop --keys-from-env --mode propose',
    0,
    /"BIGBROTHER_MODE": "propose"/,
  ],
];

/** What runs on until somebody ends it, with what it says when it is at work. */
const RUNNING_ON: readonly Expected[] = [
  ['loop', 0, /"symbol":"KO".*place-/],
  ['loop --json', 0, /"symbol":"KO"/],
  ['serve', 0, /Page: "bigbrother page/],
  ['exchange --port 7777', 0, /^APCA_API_KEY_ID=/m],
  ['exchange', 0, /^APCA_API_KEY_ID=/m],
];

const documents = ['README', 'docs/architecture', 'docs/tools', 'docs/user-guide', 'docs/risk'];
const named = new Set(
  documents
    .flatMap((name) => callsNamedIn(`${name}.md`))
    .map((call) => call.replace(/ \|.*$/, ''))
    .filter((call) => call !== '...'),
);
const told = [...BESIDE_A_LOOP, ...HALTING, ...SETTING_UP, ...RUNNING_ON].map(([call]) => call);

const { path, start } = useWorkplace('documented');
const env = () => ({ BIGBROTHER_DATA_DIR: path('data'), HOME: path() });

const BARS = ['time,open,high,low,close,volume']
  .concat(Array.from({ length: 8 }, (_, day) => `${dayOf(day)},100,104,99,${101 + (day % 3)},9000`))
  .join('\n');

function dayOf(place: number): string {
  const weeks = Math.floor(place / 5);
  return new Date(Date.UTC(2024, 0, 1 + weeks * 7 + (place % 5))).toISOString().slice(0, 10);
}

/** The words of a call, its files being in the workplace. */
function wordsOf(call: string): readonly string[] {
  const words = [...call.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
  const isFile = (word: string) => /\.(csv|json|html)$|^evidence$/.test(word);
  return words.map((word) => (isFile(word) ? path(word) : word));
}

it('every call in the README and the guides is run here, and no other', () => {
  expect([...named].filter((call) => !told.includes(call))).toEqual([]);
  expect(told.filter((call) => !named.has(call))).toEqual([]);
});

describe('what the README and the guides show to be typed', () => {
  it('does what they say beside a loop on the built-in exchange', async () => {
    writeFileSync(path('AAPL.csv'), BARS);
    writeFileSync(path('other.json'), '{}');
    const loop = start(['loop'], env());
    for (const symbol of HELD) {
      await loop.says(new RegExp(`"type":"plan_finished","symbol":"${symbol}"`));
    }
    // It lets nobody in before it guards.
    const status = async () => (await runHere(['status'], env())).code;
    await expect.poll(status, { timeout: 10_000 }).toBe(0);
    for (const [call, code, says] of BESIDE_A_LOOP) {
      const ended = await runHere(wordsOf(call), env());
      expect([call, ended.code, ended.stdout + ended.stderr]).toEqual([
        ...[call, code],
        expect.stringMatching(says),
      ]);
    }
    for (const [call, code, says] of HALTING) {
      const ended = await runCli(wordsOf(call), env());
      expect([call, ended.code, ended.stdout + ended.stderr]).toEqual([
        ...[call, code],
        expect.stringMatching(says),
      ]);
    }
  }, 120_000);

  it.each(RUNNING_ON)('%s goes on until it is told to end', async (call, code, says) => {
    const words = wordsOf(call).map((word) => (word === '7777' ? '0' : word));
    const own = words[0] === 'exchange' || words[0] === 'serve' ? [...words, '--port', '0'] : words;
    const running = start(own, env());
    await running.says(says);
    running.signal('SIGTERM');
    expect((await running.ended()).code).toBe(code);
  });

  it('does what they say with the keys of an account', async () => {
    const exchange = start(['exchange', '--port', '0']);
    const keys = { ...env(), ...(await accessTo(exchange)), BIGBROTHER_MODE: 'observe' };
    for (const [call, code, says] of SETTING_UP) {
      const ended = await runCli(wordsOf(call), keys);
      expect([call, ended.code, ended.stdout + ended.stderr]).toEqual([
        ...[call, code],
        expect.stringMatching(says),
      ]);
    }
    const loop = start(['loop'], keys);
    await loop.says(/mode observe/);
    expect((await runHere(['doctor'], keys)).stdout).toContain('mode observe');
  }, 60_000);
});
