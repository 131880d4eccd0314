import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RandomIds } from '../../src/adapters/system/random-ids.ts';
import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import { madeUpAccount } from '../../src/cli/exchange/embedded-exchange.ts';
import { compose, type Running } from '../../src/compose.ts';
import { defaultSettings, type Settings } from '../../src/config.ts';
import { PaperExchange } from '../../src/paper-exchange/exchange.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bigbrother-attest-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Starts on the same account each time, and ends when `look` has looked. */
async function started<Seen>(
  given: { readonly settings?: Partial<Settings>; readonly codeHash?: string },
  look: (running: Running) => Seen,
): Promise<Seen> {
  const clock = new SystemClock();
  const account = madeUpAccount([], 'PA780');
  const market = { kind: 'silent', symbols: ['AAPL'] } as const;
  const exchange = new PaperExchange({ seed: 'attest', accounts: [account], market }, clock);
  const settings = { ...defaultSettings('execute', directory), ...given.settings };
  const codeHash = given.codeHash ?? 'a'.repeat(64);
  const system = { clock, ids: new RandomIds(), exchange, journal: 'file', codeHash } as const;
  const running = await compose(settings, system);
  try {
    return look(running);
  } finally {
    await running.stopGuarding();
    running.close();
  }
}

const loaded = ({ logger }: Running) => logger.recall(['settings_loaded']).map(({ body }) => body);

describe('a start', () => {
  it('writes down what runs, and what of it is not as it was', async () => {
    const [first] = await started({}, loaded);
    expect(first).toMatchObject({
      codeHash: 'a'.repeat(64),
      tradingPolicies: expect.arrayContaining(['stop-loss']),
      guardrails: expect.arrayContaining(['oversell']),
      changed: [],
    });
    const next = await started({ codeHash: 'b'.repeat(64) }, loaded);
    expect(next.at(-1)).toMatchObject({
      changed: [`codeHash was ${'a'.repeat(64)} and is ${'b'.repeat(64)}`],
    });
  });

  it('with something else than was deployed only reduces, and says what', async () => {
    const hash = await started({}, ({ settings }) => settings.hash());
    const state = ({ bigBrother }: Running) => bigBrother.status();
    const expected = { settingsHash: hash, codeVersion: null };
    expect((await started({ settings: { expected } }, state)).tradingState).toBe('active');
    const other = { settingsHash: null, codeVersion: '9.9.9' };
    const { tradingState, tradingStateCauses } = await started(
      { settings: { expected: other } },
      state,
    );
    expect(tradingState).toBe('reducing');
    expect(tradingStateCauses[0]?.because).toContain('expect.codeVersion is 9.9.9');
  });

  it('with looser settings than held last keeps to the last, and with stricter takes them', async () => {
    const { rules } = defaultSettings('propose', directory);
    const mode = ({ bigBrother }: Running) => bigBrother.status().mode;
    const withMode = (wanted: 'observe' | 'propose' | 'execute') => ({
      settings: { rules: { ...rules, mode: wanted } },
    });
    expect(await started(withMode('propose'), mode)).toBe('propose');
    expect(await started(withMode('execute'), mode)).toBe('propose');
    expect(await started(withMode('observe'), mode)).toBe('observe');
    expect(await started(withMode('propose'), mode)).toBe('observe');
  });
});
