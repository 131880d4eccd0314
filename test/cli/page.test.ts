import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { clientAt } from '../server/http-rig.ts';
import { browserMissing, openBrowser } from '../support/chromium.ts';
import { runCli } from './run-cli.ts';
import { useWorkplace } from './workplace.ts';

const missing = browserMissing();
const work = useWorkplace('page');

/** `bigbrother serve` on its built-in exchange, where every sale of a host needs a person. */
async function served() {
  work.settings({ approvals: { limits: { saleDollarsPerDay: 0 } } });
  const env = work.place();
  const server = work.start(['serve', '--port', '0'], env);
  const [, port = ''] = await server.says(/Page: "bigbrother page --port (\d+)"/);
  const cli = (...args: string[]) => runCli(args, env);
  const link = async () => (await cli('page', '--port', port)).stdout.trim();
  const linkInJson = async () => JSON.parse((await cli('page', '--port', port, '--json')).stdout);
  return { server, cli, link, linkInJson, origin: `http://127.0.0.1:${port}` };
}

describe('bigbrother page', () => {
  it('prints a link that works once, and leaves nothing behind that opens the page', async () => {
    const { link, linkInJson, server, origin } = await served();
    const url = await link();
    const form = /^http:\/\/127\.0\.0\.1:\d+\/#login=(bbt_[\w-]{43})$/;
    const [, secret = ''] = form.exec(url) ?? [];
    const logins = work.path('data', 'page-logins');
    expect(readdirSync(logins)).toHaveLength(1);
    const enter = () =>
      fetch(`${origin}/page/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin },
        body: JSON.stringify({ secret }),
      });
    const answers = await Promise.all([enter(), enter(), enter()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
    expect(readdirSync(logins)).toHaveLength(0);
    expect(await linkInJson()).toEqual({ ok: true, link: expect.stringMatching(form) });
    expect(existsSync(work.path('data', 'tokens'))).toBe(false);
    server.signal('SIGTERM');
    const { stdout, stderr } = await server.ended();
    expect(stdout + stderr).not.toContain(secret);
  }, 60_000);

  it.runIf(missing === null)(
    'opens the account in a browser, where its person lets a plan of a host run',
    async () => {
      const { link, cli, origin } = await served();
      const token = (await cli('token', 'create', 'desk', '--scope', 'execute')).stdout.trim();
      const { call } = await clientAt(origin, token);
      const browser = await openBrowser();
      onTestFinished(browser.close);
      const page = await browser.context.newPage();
      await page.goto(await link());
      await page.getByRole('row', { name: /^AAPL.*Covered/ }).waitFor();

      const plan = await call('propose_plan', {
        intent: 'reduce',
        symbol: 'AAPL',
        fraction: '0.3',
      });
      const { plan_id, hash } = plan.json;
      const execute = async () => {
        const { json } = await call('execute_plan', { plan_id, hash });
        return (json.error as { code?: string } | undefined)?.code ?? json.outcome;
      };
      expect(await execute()).toBe('approval_needed');
      await page.getByRole('tab', { name: 'Plans (1)' }).click();
      await page.getByRole('button', { name: 'Approve' }).click();
      await page.getByText(`Approved: ${plan_id}.`).waitFor();
      expect(await execute()).not.toMatch(/^approval/);
      const given = await cli('history', '--type', 'approval_given', '--json');
      expect(given.stdout).toMatch(/"channel":"page"/);
    },
    60_000,
  );
});
