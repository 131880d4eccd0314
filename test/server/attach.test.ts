import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SeededIds } from '../../src/adapters/system/seeded-ids.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import type { Mode } from '../../src/domain/environment.ts';
import { type Attachment, askOwner, attachTo } from '../../src/server/attach/attach.ts';
import { AttachDesk } from '../../src/server/attach/attach-desk.ts';
import type { LineLink } from '../../src/server/attach/attach-words.ts';
import { Relay } from '../../src/server/attach/relay.ts';
import { createMcpServer } from '../../src/server/mcp-server.ts';
import { NOW } from '../support/given.ts';
import { ToldAnswers } from '../tools/face.ts';
import { callerOf } from './connect.ts';

const notAsked = (): never => {
  throw new Error('nobody asks for the account here');
};
const NOT_ASKED = {
  rollBack: notAsked,
  pendingSettings: notAsked,
  acceptSettings: notAsked,
  inspect: notAsked,
};

const TOKEN = 'token-of-the-owner';
const noApprovals = { pending: () => [], approve: () => null, reject: () => null };

/** One end of two that hear each other; what is said arrives in the next turn. */
class End implements LineLink {
  readonly #said: string[] = [];
  #peer: End | null = null;
  #onLine: ((line: string) => void) | null = null;
  #onClose: (because: string) => void = () => {};
  isClosed = false;
  isDeaf = false;

  static pair(): [End, End] {
    const [one, other] = [new End(), new End()];
    one.#peer = other;
    other.#peer = one;
    return [one, other];
  }

  listen(onLine: (line: string) => void, onClose: (because: string) => void): void {
    this.#onLine = onLine;
    this.#onClose = onClose;
  }

  send(line: string): void {
    const peer = this.#peer;
    if (peer === null || this.isClosed) return;
    peer.#said.push(line);
    setImmediate(() => peer.#hear());
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    const peer = this.#peer;
    setImmediate(() => {
      if (peer === null || peer.isClosed) return;
      peer.isClosed = true;
      peer.#onClose('the other side ended');
    });
  }

  #hear(): void {
    for (const line of this.#said.splice(0)) if (!this.isDeaf) this.#onLine?.(line);
  }
}

const turns = async () => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

function deskOf(mode: Mode = 'execute', servesNobody = false) {
  const clock = new VirtualClock(NOW);
  const counts: number[] = [];
  const logged: string[] = [];
  const forgotten: string[] = [];
  const bigBrother = new ToldAnswers({ mode });
  const desk = new AttachDesk({
    token: TOKEN,
    pid: 1,
    clock,
    status: () => bigBrother.status(),
    createServer: (atMost) => {
      if (servesNobody) throw new TypeError('there is no server');
      return createMcpServer({
        ...{ bigBrother, clock, ids: new SeededIds('attach'), version: '0.0.0', secrets: [] },
        log: (line) => logged.push(line),
        atMost,
      });
    },
    onGuards: (count) => counts.push(count),
    strangers: () => ['order 1'],
    adopt: () => 1,
    enable: () => true,
    account: {
      ...NOT_ASKED,
      forget: ({ policy, symbol, by }) => void forgotten.push(`${policy} ${symbol} ${by}`),
    },
    page: { read: () => Promise.resolve({ outcome: 'refused', because: 'no page here' }) },
    approvals: { waiting: noApprovals, openPage: () => Promise.resolve('') },
    log: (line) => logged.push(line),
  });
  const come = (): End => {
    const [here, there] = End.pair();
    desk.receive(there);
    return here;
  };
  return { desk, clock, counts, logged, forgotten, bigBrother, come };
}

async function attached(
  rig: ReturnType<typeof deskOf>,
  given: { readonly mode?: Mode; readonly guards?: boolean; readonly token?: string } = {},
) {
  const link = rig.come();
  const told: boolean[] = [];
  const attaching = attachTo(link, {
    ...{ token: TOKEN, pid: 2, mode: 'execute' as Mode, guards: false, clock: rig.clock, ...given },
    onGuarding: (isGuarding) => told.push(isGuarding),
  });
  await turns();
  return { link, told, attaching: await attaching };
}

const placeOf = (attaching: Awaited<ReturnType<typeof attachTo>>): Attachment => {
  if (attaching.outcome !== 'attached') throw new Error(attaching.because);
  return attaching.attachment;
};

/** A host whose process is attached. */
async function hosted(rig: ReturnType<typeof deskOf>, attachment: Attachment) {
  const relay = new Relay(rig.clock);
  const { environment, mode } = attachment.welcome;
  await relay.use(attachment.transport, { environment, mode });
  const [host, hostSide] = InMemoryTransport.createLinkedPair();
  await relay.connect(hostSide);
  const client = new Client({ name: 'h', version: '0' });
  await client.connect(host);
  onTestFinished(() => client.close());
  const { tools } = await client.listTools();
  return { tools: tools.map(({ name }) => name), call: callerOf(client) };
}

describe('who attaches to the owner', () => {
  it('is let go when it cannot be served, and the owner stays', async () => {
    const rig = deskOf('execute', true);
    const { link } = await attached(rig, { guards: true });
    expect(link.isClosed).toBe(true);
    expect(rig.counts).toEqual([1, 0]);
    expect(rig.logged.join()).toContain('could not be served: TypeError: there is no server');
  });

  it('is served like a host of its own', async () => {
    const rig = deskOf();
    const { attaching } = await attached(rig);
    const { tools, call } = await hosted(rig, placeOf(attaching));
    expect(tools).toContain('execute_plan');
    expect((await call('get_history')).isError).toBe(false);
  });

  it('goes no further than its own mode, whatever the owner may', async () => {
    const rig = deskOf('execute');
    const observer = placeOf((await attached(rig, { mode: 'observe' })).attaching);
    expect((await hosted(rig, observer)).tools).not.toContain('execute_plan');
    const proposer = placeOf((await attached(rig, { mode: 'propose' })).attaching);
    const { call } = await hosted(rig, proposer);
    const refused = await call('execute_plan', { plan_id: 'plan-1', hash: 'a'.repeat(64) });
    expect(refused).toMatchObject({
      isError: true,
      json: { mode: 'propose', error: { code: 'mode_forbids_execution' } },
    });
  });

  it('goes no further than the owner', async () => {
    const rig = deskOf('observe');
    const place = placeOf((await attached(rig, { mode: 'execute' })).attaching);
    expect(place.welcome.mode).toBe('observe');
    expect((await hosted(rig, place)).tools).not.toContain('execute_plan');
  });

  it('has the account guarded for as long as it is there', async () => {
    const rig = deskOf();
    const one = placeOf((await attached(rig, { guards: true })).attaching);
    const two = placeOf((await attached(rig, { guards: true })).attaching);
    one.close();
    await turns();
    two.close();
    await turns();
    expect(rig.counts).toEqual([1, 2, 1, 0]);
  });

  it('does not make the owner guard where it goes further than this one may', async () => {
    const rig = deskOf('execute');
    const place = placeOf((await attached(rig, { guards: true, mode: 'propose' })).attaching);
    expect(place.welcome.isGuardedFor).toBe(false);
    expect(rig.counts).toEqual([]);
  });

  it('hears when the guarding begins and ends', async () => {
    const rig = deskOf();
    const { told, attaching } = await attached(rig);
    rig.desk.tellGuarding(true);
    rig.desk.tellGuarding(true);
    await turns();
    rig.desk.tellGuarding(false);
    await turns();
    expect(told).toEqual([true, false]);
    expect(placeOf(attaching).isGuarding()).toBe(false);
  });
});

describe('an owner', () => {
  it('refuses who does not know the token, and tells nothing', async () => {
    const rig = deskOf();
    const { attaching } = await attached(rig, { token: 'a guess' });
    expect(attaching).toEqual({
      outcome: 'refused',
      because: 'the token is not the one of the owner',
    });
    const link = rig.come();
    const asked = askOwner(link, { kind: 'list_strangers', token: 'a guess' }, rig.clock);
    await turns();
    expect((await asked).kind).toBe('refused');
  });

  it('lets a person adopt orders over a connection that then ends', async () => {
    const rig = deskOf();
    const listing = askOwner(rig.come(), { kind: 'list_strangers', token: TOKEN }, rig.clock);
    await turns();
    expect(await listing).toEqual({ kind: 'strangers', orders: ['order 1'] });
    const link = rig.come();
    const adopting = askOwner(link, { kind: 'adopt', token: TOKEN, by: 'klaus' }, rig.clock);
    await turns();
    expect(await adopting).toEqual({ kind: 'adopted', count: 1 });
    expect(link.isClosed).toBe(true);
  });

  it('forgets what was learned at the word of a person who knows the token, and of no host', async () => {
    const rig = deskOf();
    const forget = {
      kind: 'forget',
      token: TOKEN,
      policy: null,
      symbol: 'AAPL',
      by: 'ann',
    } as const;
    const asked = askOwner(rig.come(), forget, rig.clock);
    await turns();
    expect(await asked).toEqual({ kind: 'forgotten' });
    const guess = askOwner(rig.come(), { ...forget, token: 'a guess' }, rig.clock);
    await turns();
    expect((await guess).kind).toBe('refused');
    const { attaching, link } = await attached(rig);
    placeOf(attaching);
    link.send(JSON.stringify({ bigbrother: { ...forget, by: 'an agent' } }));
    await turns();
    expect(link.isClosed).toBe(true);
    expect(rig.forgotten).toEqual(['null AAPL ann']);
  });

  it('has no way for a host to adopt orders', async () => {
    const rig = deskOf();
    const { attaching, link } = await attached(rig);
    placeOf(attaching);
    const adopt = { kind: 'adopt', token: TOKEN, by: 'an agent' };
    link.send(JSON.stringify({ bigbrother: adopt }));
    await turns();
    expect(link.isClosed).toBe(true);
  });

  it.each([
    ['no JSON', 'nonsense'],
    ['no message', '{"bigbrother":{"kind":"dance"}}'],
    ['half a message', '{"jsonrpc":"2.0"'],
  ])('lets go who sends %s, and nobody else', async (_, line) => {
    const rig = deskOf();
    const good = placeOf((await attached(rig)).attaching);
    const { link, attaching } = await attached(rig);
    const bad = placeOf(attaching);
    link.send(line);
    await turns();
    expect(await bad.ended).toBe('the other side ended');
    const { call } = await hosted(rig, good);
    expect((await call('get_history')).isError).toBe(false);
  });

  it('waits for a greeting only so long', async () => {
    const rig = deskOf();
    const link = rig.come();
    await rig.clock.advanceBy(5_000);
    await turns();
    expect(link.isClosed).toBe(true);
  });

  it('takes nobody in any more while it ends, and then lets all go', async () => {
    const rig = deskOf();
    const place = placeOf((await attached(rig)).attaching);
    await rig.desk.drain();
    const late = await attached(rig);
    expect(late.attaching).toMatchObject({ because: 'the owner is ending' });
    rig.desk.close();
    expect(await place.ended).toBe('the other side ended');
  });
});

describe('an owner that does not answer', () => {
  it('is given up by who has just come', async () => {
    const clock = new VirtualClock(NOW);
    const [here] = End.pair();
    const attaching = attachTo(here, {
      ...{ token: TOKEN, pid: 2, mode: 'execute', guards: false, clock, onGuarding: () => {} },
    });
    await clock.advanceBy(5_000);
    expect(await attaching).toEqual({
      outcome: 'refused',
      because: 'the owner did not answer within 5000 ms',
    });
  });

  it('is given up after 20 s of silence by who is attached', async () => {
    const rig = deskOf();
    const { link, attaching } = await attached(rig);
    const place = placeOf(attaching);
    await rig.clock.advanceBy(60_000);
    link.isDeaf = true;
    await rig.clock.advanceBy(30_000);
    expect(await place.ended).toMatch(/the owner \(process 1\) has not answered for 20000 ms/);
  });
});
