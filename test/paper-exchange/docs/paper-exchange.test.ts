import { existsSync, readFileSync } from 'node:fs';
import { createClient } from '@alpacahq/typescript-sdk';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { listen } from '../../../src/adapters/system/http-listener.ts';
import { switchTable } from '../../../src/paper-exchange/core/basics/switch-table.ts';
import { effectSchema } from '../../../src/paper-exchange/faults/effects.ts';
import { ruleSchema } from '../../../src/paper-exchange/faults/rule.ts';
import { commandSchema } from '../../../src/paper-exchange/protocol/command.ts';
import { restSettingTable } from '../../../src/paper-exchange/wire/rest/setting-table.ts';
import { streamSettingTable } from '../../../src/paper-exchange/wire/stream-setting-table.ts';
import { onThisMachineOnly, openExchange } from '../clients/given.ts';
import { Alpaca3, type Sdk3 } from '../clients/sdk-3.ts';
import { run } from '../clients/sdk-4.ts';
import { keys, quietExchange, until } from '../wire/given.ts';

const file = (path: string): URL => new URL(`../../../${path}`, import.meta.url);
const text = readFileSync(file('docs/paper-exchange.md'), 'utf8');
const blocks = (language: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, code = '']) => code,
  );
/** The words in code quotes of all lines that match. */
const quoted = (line: RegExp): readonly string[] =>
  (text.match(line) ?? [])
    .flatMap((one) => one.match(/`\w+`/g) ?? [])
    .map((word) => word.slice(1, -1));

describe('docs/paper-exchange.md', () => {
  const { closeAfter } = onThisMachineOnly();
  afterEach(() => vi.unstubAllEnvs());

  async function open() {
    const exchange = await openExchange();
    closeAfter(exchange.close);
    vi.stubEnv('APCA_API_BASE_URL', exchange.http);
    vi.stubEnv('APCA_API_KEY_ID', keys.keyId);
    vi.stubEnv('APCA_API_SECRET_KEY', keys.secret);
    const told: string[] = [];
    const console = { log: (...words: readonly unknown[]) => told.push(words.join(' ')) };
    return { exchange, told, console };
  }

  it('connects SDK 4: its requests and both streams', async () => {
    const { exchange, told, console } = await open();
    type Stream = { disconnect(): void; on(event: 'subscription', heard: () => void): void };
    const [code = ''] = blocks('js').filter((block) => block.includes('fetchApi'));
    const names = ['alpaca', 'updates', 'bars'];
    const { updates, bars } = (await run(code, { console }, names)) as Record<
      'updates' | 'bars',
      Stream
    >;
    for (const stream of [updates, bars]) closeAfter(() => stream.disconnect());
    await until(() => {
      exchange.minuteBar('AAPL');
      exchange.exchange.run({ do: 'order', body: { ...oneShare } });
      return told.includes('AAPL 149') && told.includes('fill AAPL');
    }, 'a bar and a fill');
    expect(told.find((line) => /^PA\d+ ACTIVE$/.test(line))).toBeDefined();
  });

  it('connects SDK 3: its requests and the stream of updates, and aims its stock stream', async () => {
    const { exchange, told, console } = await open();
    const [code = ''] = blocks('js').filter((block) => block.includes('trade_ws'));
    const names = { console, require: () => Alpaca3 };
    const { alpaca } = (await run(code, names, ['alpaca'])) as { alpaca: Sdk3 };
    closeAfter(() => alpaca.trade_ws.disconnect());
    await until(() => {
      exchange.exchange.run({ do: 'order', body: { ...oneShare } });
      return told.includes('fill AAPL');
    }, 'a fill');
    expect(told.find((line) => /^PA\d+ ACTIVE$/.test(line))).toBeDefined();
    expect(alpaca.data_stream_v2.session.url).toBe(`${exchange.ws}/v2/iex`);
    expect(alpaca.crypto_stream_v1beta3.session.url).toMatch(exchange.ws);
  });

  it('connects the TypeScript SDK', async () => {
    const { told, console } = await open();
    const [code = ''] = blocks('js').filter((block) => block.includes('createClient'));
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    closeAfter(() => vi.useRealTimers());
    const running = run(code, { console, createClient });
    vi.advanceTimersByTime(1_000);
    await running;
    expect(told[0]).toMatch(/^PA\d+ ACTIVE$/);
  });

  it('shows only calls of the control API that are answered with what was asked', async () => {
    const token = 'token of the test';
    const { exchange, clock } = quietExchange({
      control: { token, advanceTo: (at) => clock.advanceTo(at) },
    });
    const server = await listen({
      ...{ host: '127.0.0.1', port: 0 },
      onRequest: exchange.requestListener,
    });
    closeAfter(async () => {
      exchange.stop();
      await server.close();
    });
    const calls = [...text.matchAll(CONTROL_CALL)];
    expect(calls.length).toBeGreaterThan(10);
    for (const [line, method = 'GET', path = '', body = null] of calls) {
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
        ...{ method, body, headers: { 'X-Sim-Token': token } },
      });
      expect([line, response.status]).toEqual([line, method === 'DELETE' ? 204 : 200]);
    }
  });

  it('names every command, every effect and every condition of a fault, and no other', () => {
    const commands = commandSchema.options.map((one) => one.shape.do.value);
    expect([...quoted(TABLE_OF_COMMANDS)].sort()).toEqual([...commands].sort());
    const effects = effectSchema.options.map((one) => one.shape.kind.value);
    const named = quoted(EFFECTS).filter((word) => word !== 'what');
    expect([...named].sort()).toEqual([...effects].sort());
    const { where, when } = ruleSchema.shape;
    const keysOf = (line: RegExp) => quoted(line).slice(1);
    expect(keysOf(/^- `where`: .*$/m)).toEqual(Object.keys(where.unwrap().shape));
    expect(keysOf(/^- `when`: .*$/m)).toEqual(Object.keys(when.unwrap().shape));
  });

  it('names no switch that there is not, no file that is missing and no path of some machine', () => {
    const tables = [...switchTable, ...restSettingTable, ...streamSettingTable];
    const known = tables.map(({ name }) => name);
    const sources = [...text.matchAll(/^\| [^|]+ \| ([^|]+) \|$/gm)].map(([, cell = '']) => cell);
    const named = sources.flatMap((cell) => cell.match(/`[a-z]\w*[A-Z]\w*`|`feeds`/g) ?? []);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !known.includes(name.slice(1, -1)))).toEqual([]);
    const links = [...text.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, path = '']) => path);
    expect(links.filter((path) => !existsSync(file(`docs/${path}`)))).toEqual([]);
    expect(text).not.toMatch(/\/(home|root|work|tmp|Users)\//);
  });
});

const oneShare = { symbol: 'AAPL', qty: '1', side: 'buy', type: 'market', time_in_force: 'day' };
const CONTROL_CALL =
  /(?:sim|curl -s)(?: -X (\w+))? "?\$APCA_API_BASE_URL(\/__sim[^\s"]*)"?(?: +(?:-H "[^"]*" )?-d '([^']*)')?/g;
const TABLE_OF_COMMANDS =
  /^\| (prices|trading|companies|an account|somebody else with your account|the venue|the lines) \|.*$/gm;
const EFFECTS = /^- (`what` goes|With what|With a stream|Inside the broker|`do`:).*$/gm;
