import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { ElicitRequestSchema, type ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { elicitationOf } from '../../src/server/approvals/approval-elicitation.ts';

const TEXT = { lines: ['PAPER account PA1: an agent asks to exit (T2)', 'second'], details: [] };

type Asked = { readonly message: string; readonly requestedSchema?: unknown };

/** A host that declares these capabilities, and its person's answer. */
async function host(
  capabilities: object,
  answer: () => Promise<ElicitResult> = () => new Promise(() => {}),
) {
  const server = new McpServer({ name: 'bigbrother', version: '0' });
  const client = new Client({ name: 'host', version: '0' }, { capabilities });
  const asked: Asked[] = [];
  if ('elicitation' in capabilities) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      asked.push(params as Asked);
      return answer();
    });
  }
  const [hostSide, serverSide] = InMemoryTransport.createLinkedPair();
  await server.connect(serverSide);
  await client.connect(hostSide);
  onTestFinished(() => client.close());
  const channel = elicitationOf(server);
  const ask = (timeoutMs = 60_000, signal = new AbortController().signal) => {
    if (channel === null) throw new Error('the host cannot ask');
    return channel.ask(TEXT, timeoutMs, signal);
  };
  return { channel, ask, asked, client };
}

const FORMS = { elicitation: { form: {} } };

describe('a host', () => {
  it.each([
    ['that declares nothing', {}, false],
    ['that opens addresses only', { elicitation: { url: {} } }, false],
    ['that shows forms', FORMS, true],
    ['of an older kind, which shows forms', { elicitation: {} }, true],
  ])('%s can ask its person: %#', async (_, capabilities, can) => {
    const { channel } = await host(capabilities);
    expect(channel !== null).toBe(can);
  });

  it('is given the lines of the plan and a form without a default', async () => {
    const { ask, asked } = await host(FORMS, () =>
      Promise.resolve({ action: 'accept', content: { approve: true } }),
    );
    expect(await ask()).toBe('yes');
    expect(asked).toHaveLength(1);
    expect(asked[0]?.message).toBe(TEXT.lines.join('\n'));
    expect(asked[0]?.requestedSchema).toMatchObject({
      properties: { approve: { type: 'boolean' } },
      required: ['approve'],
    });
    expect(JSON.stringify(asked[0])).not.toContain('"default"');
  });

  it.each([
    ['accept without a word', { action: 'accept' }],
    ['accept with an empty form', { action: 'accept', content: {} }],
    ['accept with a no', { action: 'accept', content: { approve: false } }],
    ['accept with the text "true"', { action: 'accept', content: { approve: 'true' } }],
    ['accept with a number', { action: 'accept', content: { approve: 1 } }],
    ['decline', { action: 'decline' }],
    ['decline with a yes inside', { action: 'decline', content: { approve: true } }],
    ['cancel', { action: 'cancel' }],
  ] as const)('means no by %s', async (_, answer) => {
    const { ask } = await host(FORMS, () => Promise.resolve(answer as ElicitResult));
    expect(await ask()).toBe('no');
  });

  it('has said nothing when it fails, goes away, takes too long or is asked no longer', async () => {
    const broken = await host(FORMS, () => Promise.reject(new Error('the window is gone')));
    expect(await broken.ask()).toBe('silence');

    const leaving = await host(FORMS);
    const left = leaving.ask();
    await leaving.client.close();
    expect(await left).toBe('silence');

    const slow = await host(FORMS);
    expect(await slow.ask(1)).toBe('silence');

    const canceled = new AbortController();
    const waiting = (await host(FORMS)).ask(60_000, canceled.signal);
    canceled.abort();
    expect(await waiting).toBe('silence');
  });
});
