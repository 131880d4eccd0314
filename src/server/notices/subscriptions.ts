import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import {
  ErrorCode,
  McpError,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { Clock } from '../../ports/clock.ts';
import { changedBy, type Hearing } from './material-change.ts';

/** What happens within this time is told of once. */
const DEBOUNCE_MS = 1_000;
const MOST_SUBSCRIPTIONS = 200;

type Parts = {
  readonly onRecord: Hearing;
  readonly clock: Clock;
  /** Takes what could not be told; goes to stderr. */
  readonly log: (line: string) => void;
};

/**
 * Tells a host that a resource which it follows reads otherwise now: on material change only, and
 * once a second at most. Ends with the connection.
 */
export function registerSubscriptions(server: McpServer, { onRecord, clock, log }: Parts): void {
  const followed = new Set<string>();
  const changed = new Set<string>();
  let cancelTimer: (() => void) | null = null;
  let stopListening: (() => void) | null = null;

  const tell = (): void => {
    cancelTimer = null;
    for (const uri of changed) {
      server.server.sendResourceUpdated({ uri }).catch((error: unknown) => {
        log(`mcp: ${uri} could not be told as changed: ${String(error)}`);
      });
    }
    changed.clear();
  };
  const end = (): void => {
    cancelTimer?.();
    cancelTimer = null;
    stopListening?.();
    stopListening = null;
    followed.clear();
    changed.clear();
  };

  server.server.registerCapabilities({ resources: { subscribe: true } });
  server.server.setRequestHandler(SubscribeRequestSchema, ({ params: { uri } }) => {
    if (!uri.startsWith('bigbrother://')) {
      throw new McpError(ErrorCode.InvalidParams, 'Only resources of BigBrother can be followed.');
    }
    if (followed.size >= MOST_SUBSCRIPTIONS && !followed.has(uri)) {
      const message = `At most ${MOST_SUBSCRIPTIONS} resources can be followed; unsubscribe others.`;
      throw new McpError(ErrorCode.InvalidParams, message);
    }
    followed.add(uri);
    stopListening ??= onRecord((record) => {
      for (const each of changedBy(record)) if (followed.has(each)) changed.add(each);
      if (changed.size > 0) cancelTimer ??= clock.after(DEBOUNCE_MS, tell);
    });
    return {};
  });
  server.server.setRequestHandler(UnsubscribeRequestSchema, ({ params: { uri } }) => {
    followed.delete(uri);
    changed.delete(uri);
    if (followed.size === 0) end();
    return {};
  });
  const before = server.server.onclose;
  server.server.onclose = () => {
    end();
    before?.();
  };
}
