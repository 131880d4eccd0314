import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../../src/adapters/system/files.ts';
import {
  connectLocally,
  listenLocally,
  localAddressFor,
} from '../../src/adapters/system/local-socket.ts';
import { SeededIds } from '../../src/adapters/system/seeded-ids.ts';
import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import { attachTo } from '../../src/server/attach/attach.ts';
import { AttachDesk } from '../../src/server/attach/attach-desk.ts';
import { Relay } from '../../src/server/attach/relay.ts';
import { LineTransport } from '../../src/server/line-transport.ts';
import { createMcpServer } from '../../src/server/mcp-server.ts';
import { ToldAnswers } from '../tools/face.ts';
import { initialize } from './introduction.ts';

const TOKEN = 'token-of-the-owner';
const notAsked = (): never => {
  throw new Error('nobody asks for it here');
};

/** An owner where others find it: at a real socket in a directory of its own. */
async function owner() {
  const { path, remove } = temporaryDirectory('bigbrother-many-');
  const clock = new SystemClock();
  const bigBrother = new ToldAnswers({ mode: 'execute' });
  const desk = new AttachDesk({
    ...{ token: TOKEN, pid: 1, clock, status: () => bigBrother.status() },
    createServer: (atMost) =>
      createMcpServer({
        ...{ bigBrother, clock, ids: new SeededIds('many'), version: '0.0.0', secrets: [] },
        ...{ log: () => undefined, atMost },
      }),
    ...{ onGuards: () => undefined, strangers: () => [], adopt: () => 0, enable: () => true },
    account: {
      ...{ rollBack: notAsked, pendingSettings: notAsked, acceptSettings: notAsked },
      ...{ inspect: notAsked, forget: notAsked },
    },
    page: { read: notAsked },
    approvals: {
      waiting: { pending: () => [], approve: () => null, reject: () => null },
      openPage: notAsked,
    },
    log: () => undefined,
  });
  const listener = await listenLocally(localAddressFor(path), (link) => desk.receive(link));
  onTestFinished(() => {
    desk.close();
    listener.close();
    remove();
  });
  return listener.address;
}

type Answer = { readonly id: number; readonly result?: { readonly isError?: boolean } };

/** A host of a process of its own, as far as it can be told: streams, relay and socket are real. */
async function hostAt(address: string, pid: number) {
  const clock = new SystemClock();
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const relay = new Relay(clock);
  await relay.connect(new LineTransport(stdin, stdout));
  const asked = { name: 'get_portfolio_context', arguments: {} };
  const messages = [
    initialize,
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    { jsonrpc: '2.0', id: pid, method: 'tools/call', params: asked },
  ];
  // As hosts do: before anybody is there who could answer.
  for (const message of messages) stdin.write(`${JSON.stringify(message)}\n`);
  const answered = new Promise<Answer>((resolve) => {
    let said = '';
    stdout.on('data', (chunk) => {
      said += String(chunk);
      const whole = said.split('\n').slice(0, -1);
      const found = whole.map((line) => JSON.parse(line) as Answer).find(({ id }) => id === pid);
      if (found !== undefined) resolve(found);
    });
  });
  const link = await connectLocally(address);
  if (link === null) throw new Error(`nobody listens at ${address}`);
  const attaching = await attachTo(link, {
    ...{ token: TOKEN, pid, mode: 'execute', guards: false, clock, onGuarding: () => undefined },
  });
  if (attaching.outcome === 'attached') {
    const { attachment } = attaching;
    onTestFinished(() => attachment.close());
    await relay.use(attachment.transport, { environment: 'paper', mode: 'execute' });
  } else relay.refuse(attaching.because);
  return { answer: await answered, because: 'because' in attaching ? attaching.because : null };
}

describe('hosts that all start at once', () => {
  it('are answered, twenty of them and each with its own answer', async () => {
    const address = await owner();
    const pids = Array.from({ length: 20 }, (_, index) => 100 + index);
    const hosts = await Promise.all(pids.map((pid) => hostAt(address, pid)));
    expect(hosts.map(({ because }) => because)).toEqual(pids.map(() => null));
    expect(hosts.map(({ answer }) => answer.id)).toEqual(pids);
    expect(hosts.filter(({ answer }) => answer.result?.isError === true)).toEqual([]);
  });

  it('are told what to do where there are more than an owner serves', async () => {
    const address = await owner();
    const pids = Array.from({ length: 40 }, (_, index) => 100 + index);
    const hosts = await Promise.all(pids.map((pid) => hostAt(address, pid)));
    const refused = hosts.filter(({ because }) => because !== null);
    expect(refused).toHaveLength(8);
    for (const { because, answer } of refused) {
      expect(because).toContain('end those that nobody uses');
      expect(JSON.stringify(answer)).toContain('end those that nobody uses');
    }
    const served = hosts.filter(({ because }) => because === null);
    expect(served.filter(({ answer }) => answer.result?.isError === true)).toEqual([]);
    expect(served).toHaveLength(32);
  });
});
