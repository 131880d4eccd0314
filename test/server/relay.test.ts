import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
import { SeededIds } from '../../src/adapters/system/seeded-ids.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { Relay } from '../../src/server/attach/relay.ts';
import { greeterOf } from '../../src/server/greeting/greeting.ts';
import { prepareGreeting } from '../../src/server/prepare-greeting.ts';
import { NOW } from '../support/given.ts';
import { initialize } from './introduction.ts';

const NAMED = { environment: 'paper', mode: 'execute' } as const;
const call = (id: number, name: string) =>
  ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {} } }) as const;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A host at one end of a relay; owners come and go at the other. */
async function relayed() {
  const clock = new VirtualClock(NOW);
  const relay = new Relay(clock);
  const [host, hostSide] = InMemoryTransport.createLinkedPair();
  const answers: JSONRPCMessage[] = [];
  host.onmessage = (message) => void answers.push(message);
  await relay.connect(hostSide);
  await host.start();
  const owner = async () => {
    const [ownerSide, relaySide] = InMemoryTransport.createLinkedPair();
    const heard: JSONRPCMessage[] = [];
    ownerSide.onmessage = (message) => {
      heard.push(message);
      if (!('method' in message && 'id' in message)) return;
      const isIntroduction = String(message.id).startsWith('bigbrother-relay');
      if (isIntroduction) void ownerSide.send({ jsonrpc: '2.0', id: message.id, result: {} });
    };
    await ownerSide.start();
    await relay.use(relaySide, NAMED);
    await turn();
    return {
      heard,
      methods: () => heard.map((message) => ('method' in message ? message.method : 'answer')),
      say: (message: JSONRPCMessage) => ownerSide.send(message),
      end: () => ownerSide.close(),
    };
  };
  const say = async (...messages: JSONRPCMessage[]) => {
    for (const message of messages) await host.send(message);
    await turn();
  };
  return { relay, clock, owner, say, answers };
}

const errorIn = (message: JSONRPCMessage | undefined) =>
  (
    message as unknown as {
      result: { isError: boolean; structuredContent: Record<string, unknown> };
    }
  ).result;

describe('a relay', () => {
  it('says at once that it knows no such method, so that a host of another protocol goes on', async () => {
    const { say, answers, owner } = await relayed();
    await say({ jsonrpc: '2.0', id: 1, method: 'server/discover', params: {} });
    await say(call(2, 'get_portfolio_context'));
    const unknown = { code: -32_601, message: 'Method not found' };
    expect(answers).toEqual([{ jsonrpc: '2.0', id: 1, error: unknown }]);
    const { methods } = await owner();
    expect(methods()).toEqual(['tools/call']);
  });

  it('carries requests to the owner and answers back', async () => {
    const { owner, say, answers } = await relayed();
    const first = await owner();
    await say(call(1, 'get_history'));
    expect(first.heard).toEqual([call(1, 'get_history')]);
    await first.say({ jsonrpc: '2.0', id: 1, result: { content: [] } });
    expect(answers).toEqual([{ jsonrpc: '2.0', id: 1, result: { content: [] } }]);
  });

  it('answers what an owner that ended left open, and never sends it again', async () => {
    const { owner, say, answers } = await relayed();
    const first = await owner();
    await say(call(1, 'execute_plan'), call(2, 'get_history'));
    await first.end();
    expect(answers.map((answer) => ('id' in answer ? answer.id : null))).toEqual([1, 2]);
    expect(errorIn(answers[0])).toMatchObject({
      isError: true,
      structuredContent: {
        ...NAMED,
        error: { code: 'plan_outcome_unknown', retryable: false, would_pass: null },
      },
    });
    expect(JSON.stringify(answers[0])).toMatch(/it is not sent again/);
    expect(errorIn(answers[1])).toMatchObject({
      isError: true,
      structuredContent: { error: { code: 'owner_ended', retryable: true } },
    });
    const second = await owner();
    expect(second.methods()).not.toContain('tools/call');
  });

  it('holds what was not sent yet for the next owner', async () => {
    const { owner, say, answers } = await relayed();
    const first = await owner();
    await first.end();
    await say(call(1, 'get_portfolio_context'));
    expect(answers).toEqual([]);
    const second = await owner();
    expect(second.heard).toEqual([call(1, 'get_portfolio_context')]);
  });

  it('says after a while that nobody owns the account, and that nothing was sent', async () => {
    const { relay, owner, say, answers, clock } = await relayed();
    const first = await owner();
    await first.end();
    relay.lose('process 7 is gone');
    await say(call(1, 'execute_plan'));
    await clock.advanceBy(15_000);
    expect(errorIn(answers[0])).toMatchObject({
      isError: true,
      structuredContent: {
        error: { code: 'owner_ended', message: 'Nothing was sent: process 7 is gone.' },
      },
    });
    // An owner that comes too late must not carry out what was given up.
    const second = await owner();
    expect(second.methods()).not.toContain('tools/call');
  });

  it('does not send what the host cancelled meanwhile', async () => {
    const { owner, say, answers } = await relayed();
    const first = await owner();
    await first.end();
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    await say(call(1, 'execute_plan'), cancel as JSONRPCMessage);
    const second = await owner();
    expect(second.heard).toEqual([]);
    expect(answers).toEqual([]);
  });

  it('introduces the host to each new owner, and keeps that answer to itself', async () => {
    const { owner, say, answers } = await relayed();
    const first = await owner();
    await say(initialize);
    await first.say({ jsonrpc: '2.0', id: 0, result: { capabilities: {} } });
    await say({ jsonrpc: '2.0', method: 'notifications/initialized' });
    await first.end();
    const second = await owner();
    expect(second.methods()).toEqual(['initialize', 'notifications/initialized']);
    const [introduction] = second.heard as { id: string; params: unknown }[];
    expect(introduction?.params).toEqual(initialize.params);
    const before = answers.length;
    await second.say({ jsonrpc: '2.0', id: introduction?.id ?? '', result: {} });
    expect(answers.length).toBe(before);
  });

  it('asks the next owner again when the one that was to greet the host ended', async () => {
    const { owner, say, answers } = await relayed();
    const first = await owner();
    await say(initialize);
    await first.end();
    expect(answers).toEqual([]);
    const second = await owner();
    expect(second.heard).toEqual([initialize]);
  });

  it('never takes a yes to one owner for a yes to another', async () => {
    const { owner, say, answers } = await relayed();
    const question = { jsonrpc: '2.0', id: 5, method: 'elicitation/create', params: {} } as const;
    const first = await owner();
    await first.say(question);
    const asked = answers[0] as { id: string };
    await first.end();
    const second = await owner();
    await second.say(question);
    const askedAgain = answers[1] as { id: string };
    await say({ jsonrpc: '2.0', id: asked.id, result: { action: 'accept' } });
    expect(second.heard).toEqual([]);
    await say({ jsonrpc: '2.0', id: askedAgain.id, result: { action: 'accept' } });
    expect(second.heard).toEqual([{ jsonrpc: '2.0', id: 5, result: { action: 'accept' } }]);
  });

  it('hears nothing any more of an owner that was given up', async () => {
    const { relay, owner, say, answers } = await relayed();
    const first = await owner();
    await say(call(1, 'get_history'));
    relay.lose('it does not answer');
    expect(answers).toHaveLength(1);
    await first.say({ jsonrpc: '2.0', id: 1, result: { content: [] } });
    expect(answers).toHaveLength(1);
  });
});

describe('a host that comes before there is an owner', () => {
  const greeted = async (mode: 'observe' | 'execute' = 'execute') => {
    const rig = await relayed();
    const offered = { clock: rig.clock, ids: new SeededIds('greeter'), version: '0.0.0' };
    const named = { environment: 'paper', mode } as const;
    const greeting = await prepareGreeting({ ...offered, page: null });
    rig.relay.greet(greeterOf(greeting, named), named);
    return rig;
  };
  const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' } as const;
  const ready = { jsonrpc: '2.0', method: 'notifications/initialized' } as const;
  const toolsIn = (answers: readonly JSONRPCMessage[], id: number): readonly string[] => {
    const found = answers.find((each) => 'id' in each && each.id === id);
    const { result } = found as unknown as { result: { tools: { name: string }[] } };
    return result.tools.map(({ name }) => name);
  };

  it('is told at once what is offered, while what it asks of the account waits', async () => {
    const { owner, say, answers } = await greeted();
    await say(initialize, ready, list, call(3, 'get_portfolio_context'));
    await turn();
    expect(toolsIn(answers, 2)).toHaveLength(5);
    expect(answers.map((each) => ('id' in each ? each.id : null))).toEqual([0, 2]);
    const first = await owner();
    expect(first.methods()).toEqual(['initialize', 'notifications/initialized', 'tools/call']);
  });

  it('is told why, and at once, when there will be none', async () => {
    const { relay, say, answers } = await greeted();
    await say(initialize, ready, call(3, 'get_portfolio_context'));
    relay.refuse('32 processes are attached already: end those that nobody uses.');
    await turn();
    const answer = answers.find((each) => 'id' in each && each.id === 3);
    expect(answer).toMatchObject({
      result: { isError: true, structuredContent: { error: { code: 'owner_ended' } } },
    });
    expect(JSON.stringify(answer)).toMatch(/already: end those that nobody uses\.[^.]/);
  });

  it('is told of other tools when the owner goes less far than its settings', async () => {
    const { owner, say, answers } = await greeted('observe');
    await say(initialize, ready, list);
    await turn();
    expect(toolsIn(answers, 2)).not.toContain('execute_plan');
    await owner();
    expect(answers.at(-1)).toEqual({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
  });

  it('is not told of other tools where they are the same', async () => {
    const { owner, say, answers } = await greeted();
    await say(initialize, ready, list);
    await turn();
    await owner();
    expect(answers.at(-1)).not.toHaveProperty('method');
  });
});
