import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { BigBrotherFace } from '../../tools/tool.ts';
import type { SystemStatus } from '../domain/answers.ts';
import { createMcpServer, type McpServerDeps } from './mcp-server.ts';
import type { Named } from './relay-answers.ts';

const NOT_YET = 'no process owns the account yet';
const absent = (): never => {
  throw new Error(NOT_YET);
};

/**
 * A server for the time in which an account is being taken up. It lists what the real one will
 * list, so that a host need not wait for that; nothing else is ever asked of it.
 *
 * @param named what the settings say; the owner may go less far
 */
export function createGreeter(
  { environment, mode }: Named,
  deps: Pick<McpServerDeps, 'clock' | 'ids' | 'version' | 'secrets' | 'log'> & {
    /** The page that the real server offers; null where it offers none. */
    readonly page: string | null;
  },
): McpServer {
  const { page, ...rest } = deps;
  const status: SystemStatus = {
    ...{ environment, mode, tradingState: 'reducing', tradingStateCauses: [] },
    ...{ accountNumber: 'not known yet', loopRunning: false, longestWaitMs: 0 },
    streams: { trading: 'down', market: 'down' },
    settingsHash: '',
    strategy: { active: null, regime: 'unknown', because: NOT_YET },
  };
  const face: BigBrotherFace = {
    status: () => status,
    snapshot: () => null,
    portfolioRisk: () => null,
    contextFor: () => null,
    evaluate: () => null,
    plan: () => null,
    alerts: () => [],
    ...{ propose: absent, execute: absent, history: absent, nakedTime: absent },
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
    ...{ bigBrother: face, onRecord: () => () => {}, guardrails: absent },
  });
}
