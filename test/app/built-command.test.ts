import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../../src/adapters/system/files.ts';
import { runCli } from '../cli/run-cli.ts';
import { browserMissing, openBrowser } from '../support/chromium.ts';
import { openChat, SHOWS_PAGES } from './chat-host.ts';

const missing = browserMissing();
/** Of the two minutes that a person may need; the rest is for npm, with a network. */
const LONGEST_MS = 60_000;

type Entry = {
  readonly command: string;
  readonly args: string[];
  readonly env?: Record<string, string>;
};

/** Starts what the file of Claude Desktop says, as it does it itself: with little of a shell. */
async function startedBy(home: string) {
  const file = join(home, '.config/Claude/claude_desktop_config.json');
  const entries = JSON.parse(readFileSync(file, 'utf8')).mcpServers;
  const { command, args, env } = entries.bigbrother as Entry;
  const transport = new StdioClientTransport({
    ...{ command, args, cwd: '/', stderr: 'ignore' },
    env: { HOME: home, PATH: '/usr/bin:/bin', ...env },
  });
  const client = new Client({ name: 'chat', version: '1' }, { capabilities: SHOWS_PAGES });
  await client.connect(transport);
  onTestFinished(() => client.close());
  const { tools } = await client.listTools();
  const call = async (name: string, args: Record<string, unknown> = {}) =>
    (await client.callTool({ name, arguments: args })) as CallToolResult;
  return { client, tools, call };
}

describe.runIf(missing === null)('from an empty home to a plan that a person approved', () => {
  it('takes a minute: setup, context, plan, a click in the chat, execution, history', async () => {
    const { path: home, remove } = temporaryDirectory('bigbrother-home-');
    onTestFinished(remove);
    const browser = await openBrowser();
    onTestFinished(browser.close);
    const startedAt = performance.now();
    const args = ['setup', '--client', 'claude-desktop', '--mode', 'execute'];
    expect((await runCli(args, { HOME: home })).code).toBe(0);
    const host = await startedBy(home);
    const shownBy = host.tools.filter(({ _meta }) => JSON.stringify(_meta ?? {}).includes('ui://'));
    expect(shownBy.map(({ name }) => name)).toEqual(['get_portfolio_context', 'propose_plan']);
    const uri = 'ui://bigbrother/guard.html';
    const { contents } = await host.client.readResource({ uri });
    const [page] = contents as { mimeType: string; text: string }[];
    expect(page?.mimeType).toBe('text/html;profile=mcp-app');

    const chat = await openChat(browser.context, page?.text);
    onTestFinished(chat.close);
    const context = await host.call('get_portfolio_context');
    const board = await chat.show(host, context);
    await board.getByRole('rowheader', { name: 'AAPL' }).waitFor();

    // More than may be sold in a day without a person.
    const proposal = await host.call('propose_plan', { intent: 'exit', symbol: 'AAPL' });
    const { plan_id, hash } = proposal.structuredContent as { plan_id: string; hash: string };
    const refused = await host.call('execute_plan', { plan_id, hash });
    expect(refused.structuredContent).toMatchObject({ error: { code: 'approval_needed' } });
    const card = await chat.show(host, proposal);
    await card.locator('button.primary:not([aria-disabled])').click();
    await card.getByText('Plan completed').waitFor();

    const history = await host.call('get_history', { plan_id });
    expect(JSON.stringify(history)).toContain('approval_given');
    const again = await host.call('get_portfolio_context', { symbol: 'AAPL' });
    expect(JSON.stringify(again.structuredContent)).not.toContain('"quantity":"100"');
    const tookMs = performance.now() - startedAt;
    process.stdout.write(`from an empty home to an approved plan: ${Math.round(tookMs)} ms\n`);
    expect(tookMs).toBeLessThan(LONGEST_MS);
  }, 90_000);
});
