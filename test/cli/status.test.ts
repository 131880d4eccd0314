import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';
import { runHere } from './run-here.ts';
import { accessTo, useWorkplace } from './workplace.ts';

const { start, settings, place, path } = useWorkplace('status');

describe('bigbrother status', () => {
  it('says that nothing runs, and what to start', async () => {
    settings({});
    const { code, stdout } = await runHere(['status'], place());
    expect([code, stdout]).toEqual([
      1,
      'WRONG  nothing runs that guards this account: start "bigbrother loop"\n',
    ]);
    const asJson = await runHere(['status', '--json'], place());
    expect(JSON.parse(asJson.stdout)).toMatchObject({ ok: false, board: null });
  });

  it('shows a guarded account as its owner sees it, and ends with 1 while something is wrong', async () => {
    const world = ['--account-number', 'PA780', '--positions', 'AAPL:10@100'];
    const exchange = start(['exchange', '--port', '0', ...world]);
    const env = { ...(await accessTo(exchange)), ...place() };
    settings({ mode: 'execute' });
    const loop = start(['loop', '--plain'], env);
    await loop.says(/"symbol":"AAPL"/);
    const asked = async () => {
      const { code, stdout } = await runHere(['status', '--json'], env);
      const { problems, board } = JSON.parse(stdout) as { problems: string[]; board: unknown };
      return { code, problems, board };
    };
    const guarded = await asked();
    expect(guarded).toMatchObject({
      board: {
        ...{ environment: 'simulated', mode: 'execute', tradingState: 'active', isGuarded: true },
        account: { number: 'PA780' },
        positions: [{ symbol: 'AAPL', side: 'long', quantity: '10' }],
      },
    });
    const { stdout } = await runHere(['status'], env);
    expect(stdout).toContain('simulated account PA780  mode execute  trading active');
    await runCli(['halt', '--entries', '--give-up-after', '30'], env);
    const halted = await asked();
    expect(halted.code).toBe(1);
    expect(halted.problems).toContainEqual(expect.stringMatching(/^trading is reducing/));
  });
});

describe('bigbrother alerts test', () => {
  const home = () => ({ BIGBROTHER_DATA_DIR: path('data') });

  it('says how somebody can be told where nobody is', async () => {
    const { code, stdout } = await runHere(['alerts', 'test'], home());
    expect(code).toBe(0);
    expect(stdout).toContain('set BIGBROTHER_ALERT_WEBHOOKS');
  });

  it('sends one notice each way, and tells which was not taken without its address', async () => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      request.on('data', (chunk) => void bodies.push(String(chunk)));
      request.on('end', () => response.writeHead(request.url === '/good' ? 200 : 500).end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const at = (path: string) => `http://127.0.0.1:${port}/${path}`;
    const env = { ...home(), BIGBROTHER_ALERT_WEBHOOKS: `${at('good')} ${at('secret-bad')}` };
    const { code, stdout } = await runHere(['alerts', 'test'], env);
    server.close();
    expect(code).toBe(1);
    expect(stdout).toBe('ok     webhook_json\nWRONG  webhook_json: 127.0.0.1 answered 500\n');
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ kind: 'test', environment: 'simulated' });
  });

  it.each([
    ['not-an-address', 'holds something that is no address'],
    ['http://example.com/hook', 'only https keeps it secret'],
  ])('refuses %s without repeating it', async (said, message) => {
    const env = { ...home(), BIGBROTHER_ALERT_WEBHOOKS: said };
    const { code, stderr } = await runHere(['alerts', 'test'], env);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain(said);
  });
});
