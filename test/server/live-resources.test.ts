import {
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
import { guardedAccount, settle } from '../support/guarded-account.ts';
import { connected } from './connect.ts';

/** A host in front of an account that is guarded. */
async function host() {
  const guarded = await guardedAccount({
    positions: [
      { symbol: 'AAPL', qty: '10', averageEntryPrice: '100' },
      { symbol: 'AMD', qty: '10', averageEntryPrice: '100' },
    ],
  });
  const { clock, logger } = guarded;
  await settle(clock, guarded.start());
  guarded.orchestrator.start();
  await clock.advanceBy(30_000);
  const guardrails = async () => JSON.stringify({ guardrails: [{ name: 'oversell' }] });
  const { client, call } = await connected({
    ...guarded,
    onRecord: (listener) => logger.onRecord(listener),
    guardrails,
  });
  const updated: string[] = [];
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
    updated.push(params.uri);
  });
  const read = async (uri: string) => {
    const { contents } = await client.readResource({ uri });
    const [first] = contents as { text: string }[];
    return JSON.parse(first?.text ?? '') as Record<string, unknown>;
  };
  return { ...guarded, client, call, read, updated, end: () => settle(clock, guarded.stop()) };
}

describe('the account as resources', () => {
  it('reads as the tools answer, with the environment', async () => {
    const { read, call, end } = await host();
    const portfolio = await read('bigbrother://portfolio');
    expect(portfolio).toMatchObject({ environment: 'simulated', cover: { covered: 2, naked: 0 } });
    expect(portfolio).toEqual((await call('get_portfolio_context')).json);
    expect(await read('bigbrother://positions/AAPL')).toMatchObject({
      positions: [{ symbol: 'AAPL', quantity: '10' }],
    });
    expect(await read('bigbrother://guardrails')).toEqual({ guardrails: [{ name: 'oversell' }] });
    expect(await read('bigbrother://events')).toHaveProperty('records');
    await end();
  });

  it('that are not there are refused with what to do', async () => {
    const { client, end } = await host();
    await expect(client.readResource({ uri: 'bigbrother://positions/MSFT' })).rejects.toThrow(
      'no_position',
    );
    await expect(client.readResource({ uri: 'bigbrother://nothing' })).rejects.toThrow();
    await end();
  });

  it('complete symbols that are held, and days', async () => {
    const { client, end } = await host();
    const completed = async (ref: object, name: string, value: string) => {
      const { completion } = await client.complete({ ref, argument: { name, value } } as never);
      return completion.values;
    };
    const position = { type: 'ref/resource', uri: 'bigbrother://positions/{symbol}' };
    expect(await completed(position, 'symbol', 'a')).toEqual(['AAPL', 'AMD']);
    const prompt = { type: 'ref/prompt', name: 'why_sold' };
    expect(await completed(prompt, 'symbol', 'AM')).toEqual(['AMD']);
    expect(await completed(prompt, 'day', 'to')).toEqual(['today']);
    await end();
  });
});

describe('a resource that is followed', () => {
  it('is told of once a second when something happened, and not when nothing did', async () => {
    const { client, clock, updated, price, end } = await host();
    await client.subscribeResource({ uri: 'bigbrother://portfolio' });
    await client.subscribeResource({ uri: 'bigbrother://positions/AAPL' });
    await clock.advanceBy(60_000);
    expect(updated).toEqual([]);
    price('AAPL', '91.9');
    await clock.advanceBy(2_000);
    expect([...new Set(updated)].sort()).toEqual([
      'bigbrother://portfolio',
      'bigbrother://positions/AAPL',
    ]);
    expect(updated.length).toBeLessThanOrEqual(4);
    await end();
  });

  it('is told of no more once it is not followed, and is one of ours', async () => {
    const { client, clock, updated, price, end } = await host();
    await client.subscribeResource({ uri: 'bigbrother://portfolio' });
    await client.unsubscribeResource({ uri: 'bigbrother://portfolio' });
    price('AAPL', '91.9');
    await clock.advanceBy(10_000);
    expect(updated).toEqual([]);
    await expect(client.subscribeResource({ uri: 'file:///etc/passwd' })).rejects.toThrow(
      'Only resources of BigBrother',
    );
    await end();
  });
});

describe('a host that listens', () => {
  it('hears alerts at the level that it asked for', async () => {
    const { client, clock, alerts, end } = await host();
    const heard: string[] = [];
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
      heard.push(`${params.level} ${(params.data as { code: string }).code}`);
    });
    alerts.raise({ code: 'trouble', symbol: null, because: 'it is not well' });
    alerts.clear({ code: 'trouble', symbol: null });
    await clock.advanceBy(1);
    expect(heard).toEqual(['warning trouble', 'info trouble']);
    await client.setLoggingLevel('error');
    alerts.raise({ code: 'trouble', symbol: null, because: 'it is not well' });
    await clock.advanceBy(1);
    expect(heard).toHaveLength(2);
    await end();
  });

  it('is told how the execution of a plan comes along', async () => {
    const { client, clock, call, end } = await host();
    const args = { intent: 'reduce', symbol: 'AAPL', quantity: '2' };
    const proposed = (await call('propose_plan', args)).json;
    const steps: string[] = [];
    const { plan_id, hash } = proposed;
    const executing = client.callTool(
      { name: 'execute_plan', arguments: { plan_id, hash } },
      undefined,
      { onprogress: ({ message }) => void steps.push(message ?? '') },
    );
    await settle(clock, executing);
    expect(steps[0]).toBe('the guardrails have looked at it');
    expect(steps).toContainEqual(expect.stringMatching(/^AAPL: about to /));
    expect(steps.at(-1)).toMatch(/completed$/);
    await end();
  });
});
