import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { AttachDesk } from '../../src/server/attach/attach-desk.ts';
import { ATTACH_VERSION, type LineLink } from '../../src/server/attach/attach-words.ts';
import { createMcpServer } from '../../src/server/mcp-server.ts';
import { NOW } from '../support/given.ts';
import { ToldAnswers } from '../tools/face.ts';
import { pageGiven, WAITING } from './given-page.ts';

const TOKEN = 'token-of-the-owner';
const YES = {
  ...{ kind: 'approve', token: TOKEN, planId: WAITING.planId, hash: WAITING.hash },
  ...{ code: WAITING.code, by: 'klaus in a terminal' },
};

const notAsked = (): never => {
  throw new Error('nobody asks for the account here');
};
const account = {
  ...{ rollBack: notAsked, pendingSettings: notAsked, acceptSettings: notAsked },
  ...{ inspect: notAsked, forget: notAsked },
};

/** A connection to the owner, line by line. */
function connection() {
  const { desk: waiting, words } = pageGiven([WAITING]);
  const clock = new VirtualClock(NOW);
  const bigBrother = new ToldAnswers();
  const desk = new AttachDesk({
    ...{ token: TOKEN, pid: 1, clock, status: () => bigBrother.status() },
    createServer: (atMost) =>
      createMcpServer({
        ...{ bigBrother, clock, version: '0', secrets: [], log: () => {}, atMost },
        ids: { next: (prefix) => prefix },
      }),
    ...{ onGuards: () => {}, strangers: () => [], adopt: () => 0, enable: () => false, account },
    page: { read: () => Promise.resolve({ outcome: 'refused', because: 'no page here' }) },
    approvals: {
      waiting,
      openPage: () => Promise.reject(new Error('no port is free')),
    },
    log: () => {},
  });
  const heard: unknown[] = [];
  let say: (line: string) => void = () => {};
  let isClosed = false;
  const link: LineLink = {
    listen: (onLine) => {
      say = onLine;
    },
    send: (line) => heard.push(JSON.parse(line)),
    close: () => {
      isClosed = true;
    },
  };
  desk.receive(link);
  const tell = async (json: unknown): Promise<unknown> => {
    say(JSON.stringify(json));
    await new Promise((resolve) => setImmediate(resolve));
    return heard.at(-1);
  };
  return { tell, words, closed: () => isClosed };
}

const own = (word: unknown) => ({ bigbrother: word });

describe('the channel of a terminal', () => {
  it('lists what waits, takes a yes and a no, each on a connection of its own', async () => {
    const list = connection();
    expect(await list.tell(own({ kind: 'list_approvals', token: TOKEN }))).toEqual(
      own({ kind: 'approvals', approvals: [WAITING] }),
    );
    expect(list.closed()).toBe(true);

    const approving = connection();
    expect(await approving.tell(own(YES))).toEqual(own({ kind: 'taken', because: null }));
    const rejecting = connection();
    const { planId, by } = YES;
    await rejecting.tell(own({ kind: 'reject', token: TOKEN, planId, by, because: 'too much' }));
    const who = { planId, by, channel: 'terminal' };
    expect([...approving.words, ...rejecting.words]).toEqual([
      ['approve', { ...who, hash: YES.hash, code: YES.code }],
      ['reject', who],
    ]);
  });

  it('says why the page cannot be opened', async () => {
    const answer = await connection().tell(own({ kind: 'open_page', token: TOKEN }));
    expect(answer).toEqual(own({ kind: 'refused', because: 'no port is free' }));
  });

  it.each([
    { kind: 'list_approvals' },
    { kind: 'open_page' },
    YES,
    { kind: 'reject', planId: WAITING.planId, by: 'x', because: 'x' },
  ])('is closed to who does not know the token of the owner: $kind', async (word) => {
    const { tell, words, closed } = connection();
    const answer = await tell(own({ ...word, token: 'guessed' }));
    expect(answer).toMatchObject(own({ kind: 'refused' }));
    expect(JSON.stringify(answer)).not.toContain(WAITING.code);
    expect(words).toEqual([]);
    expect(closed()).toBe(true);
  });

  it.each([
    ['as a word of ours', own(YES)],
    ['inside a message of MCP', { jsonrpc: '2.0', id: 1, method: 'ping', ...own(YES) }],
    ['as a call', { jsonrpc: '2.0', id: 1, method: 'approve', params: YES }],
    ['as a notification', { jsonrpc: '2.0', method: 'bigbrother/approve', params: YES }],
    [
      'as a tool',
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'approve', arguments: YES } },
    ],
  ])('cannot be spoken on by a host that is attached, %s', async (_, message) => {
    const { tell, words } = connection();
    const hello = { kind: 'hello', version: ATTACH_VERSION, token: TOKEN, pid: 2 };
    const welcome = await tell(own({ ...hello, mode: 'execute', guards: false }));
    expect(welcome).toMatchObject(own({ kind: 'welcome' }));
    await tell(message);
    expect(words).toEqual([]);
  });
});
