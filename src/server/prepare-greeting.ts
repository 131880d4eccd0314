import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import {
  type JSONRPCMessage,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/sdk/types.js';
import type { BigBrotherFace } from '../../tools/tool.ts';
import type { SystemStatus } from '../domain/answers.ts';
import type { Mode } from '../domain/environment.ts';
import type { Clock, Ids } from '../ports/clock.ts';
import { SHOWS_PAGES } from './app/shows-pages.ts';
import { type Greeting, LISTS } from './greeting/greeting.ts';
import { createMcpServer } from './mcp-server.ts';

const NOT_YET = 'there is no account yet';
const absent = (): never => {
  throw new Error(NOT_YET);
};

type Offered = {
  readonly version: string;
  /** The page that the server offers; null where it offers none. */
  readonly page: string | null;
  readonly clock: Clock;
  readonly ids: Ids;
};

/**
 * Asks the real server what it says to every host, whatever the account. scripts/build.mjs puts
 * the answers into the program, which gives them before it has loaded anything else.
 */
export async function prepareGreeting(offered: Offered): Promise<Greeting> {
  const observe = await answersIn('observe', offered);
  const propose = await answersIn('propose', offered);
  const execute = await answersIn('execute', offered);
  const { protocolVersion, instructions, ...initialize } = observe.initialize;
  const listsOf = ({ plain, withPages }: typeof observe) => ({ plain, withPages });
  return {
    protocolVersions: SUPPORTED_PROTOCOL_VERSIONS,
    initialize,
    lists: { observe: listsOf(observe), propose: listsOf(propose), execute: listsOf(execute) },
  };
}

type Result = Record<string, unknown>;

async function answersIn(mode: Mode, offered: Offered) {
  const { initialize, lists: plain } = await answersTo({}, mode, offered);
  const { lists: withPages } = await answersTo(SHOWS_PAGES, mode, offered);
  return { initialize, plain, withPages };
}

async function answersTo(capabilities: Result, mode: Mode, offered: Offered) {
  const server = serverOfNoAccount(mode, offered);
  const [host, serverSide] = InMemoryTransport.createLinkedPair();
  await server.connect(serverSide);
  const waiting = new Map<unknown, (result: Result) => void>();
  host.onmessage = (message: JSONRPCMessage) => {
    if ('result' in message) waiting.get(message.id)?.(message.result);
  };
  await host.start();
  const ask = (method: string, params: Result = {}): Promise<Result> =>
    new Promise((resolve) => {
      waiting.set(method, resolve);
      void host.send({ jsonrpc: '2.0', id: method, method, params });
    });
  const [protocolVersion] = SUPPORTED_PROTOCOL_VERSIONS;
  const clientInfo = { name: 'build', version: '0.0.0' };
  const initialize = await ask('initialize', { protocolVersion, capabilities, clientInfo });
  await host.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
  const lists: Record<string, Result> = {};
  for (const method of LISTS) lists[method] = await ask(method);
  await host.close();
  return { initialize, lists };
}

function serverOfNoAccount(mode: Mode, { page, ...rest }: Offered) {
  const status: SystemStatus = {
    ...{ environment: 'simulated', mode, tradingState: 'reducing', tradingStateCauses: [] },
    ...{ accountNumber: NOT_YET, loopRunning: false, longestWaitMs: 0 },
    streams: { trading: 'down', market: 'down' },
    settingsHash: '',
    strategy: { active: null, regime: 'unknown', because: NOT_YET },
  };
  const bigBrother: BigBrotherFace = {
    status: () => status,
    snapshot: () => null,
    portfolioRisk: () => null,
    contextFor: () => null,
    evaluate: () => null,
    plan: () => null,
    alerts: () => [],
    ...{ suppose: absent, propose: absent, execute: absent, history: absent, nakedTime: absent },
    recordToolCall: absent,
  };
  const approvals = {
    pending: () => [],
    approve: () => NOT_YET,
    reject: () => NOT_YET,
    whyNotInHost: () => NOT_YET,
    approvalOf: () => null,
  };
  return createMcpServer({
    ...rest,
    ...(page === null ? {} : { app: { page, approvals } }),
    ...{ bigBrother, onRecord: () => () => {}, guardrails: absent, secrets: [], log: absent },
  });
}
