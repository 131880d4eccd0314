import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../../src/adapters/system/files.ts';
import { browserMissing, openBrowser } from '../support/chromium.ts';
import { openChat, SHOWS_PAGES } from './chat-host.ts';

const missing = browserMissing();

/** The built command, started as a host does that shows pages; every sale needs its person. */
async function startedHost() {
  const { path, remove } = temporaryDirectory('bigbrother-app-');
  const file = join(path, 'settings.json');
  const rules = { mode: 'execute', approvals: { limits: { saleDollarsPerDay: '0' } } };
  writeFileSync(file, JSON.stringify(rules));
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ['dist/bigbrother.js', 'mcp'],
    env: {
      PATH: process.env.PATH ?? '',
      BIGBROTHER_DATA_DIR: path,
      BIGBROTHER_CONFIG: file,
    },
    stderr: 'ignore',
  });
  const client = new Client({ name: 'chat', version: '1' }, { capabilities: SHOWS_PAGES });
  await client.connect(transport);
  onTestFinished(async () => {
    await client.close();
    remove();
  });
  const { tools } = await client.listTools();
  const call = async (name: string, args: Record<string, unknown> = {}) =>
    (await client.callTool({ name, arguments: args })) as CallToolResult;
  return { client, tools, call };
}

describe.runIf(missing === null)('the built command in a chat that shows pages', () => {
  it('gets its plan approved by a click, executes it and tells its history', async () => {
    const host = await startedHost();
    const shownBy = host.tools.filter(({ _meta }) => JSON.stringify(_meta ?? {}).includes('ui://'));
    expect(shownBy.map(({ name }) => name)).toEqual(['get_portfolio_context', 'propose_plan']);
    const uri = 'ui://bigbrother/guard.html';
    const { contents } = await host.client.readResource({ uri });
    const [page] = contents as { mimeType: string; text: string }[];
    expect(page?.mimeType).toBe('text/html;profile=mcp-app');

    const browser = await openBrowser();
    const chat = await openChat(browser.context, page?.text);
    onTestFinished(async () => {
      await chat.close();
      await browser.close();
    });
    const context = await host.call('get_portfolio_context');
    const board = await chat.show(host, context);
    await board.getByRole('rowheader', { name: 'KO' }).waitFor();

    const proposal = await host.call('propose_plan', {
      ...{ intent: 'reduce', symbol: 'KO', quantity: '20' },
    });
    const { plan_id } = proposal.structuredContent as { plan_id: string };
    const card = await chat.show(host, proposal);
    await card.locator('button.primary:not([aria-disabled])').click();
    await card.getByText('Plan completed').waitFor();

    const history = await host.call('get_history', { plan_id });
    expect(JSON.stringify(history)).toContain('approval_given');
    const again = await host.call('get_portfolio_context', { symbol: 'KO' });
    expect(JSON.stringify(again.structuredContent)).toContain('"quantity":"180"');
  }, 60_000);
});
