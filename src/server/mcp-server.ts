import { McpServer, type RegisteredTool } from '@modelcontextprotocol/sdk/server/mcp.js';
import { toolsFor } from '../../tools/index.ts';
import type { BigBrotherFace, Tool } from '../../tools/tool.ts';
import type { SystemStatus } from '../domain/answers.ts';
import { type Mode, stricterMode } from '../domain/environment.ts';
import type { Clock, Ids } from '../ports/clock.ts';
import type { HostModels } from '../ports/host-model.ts';
import { describedBy, listedInputOf, listedOutputOf } from './answers/answer-shape.ts';
import { createRedactor } from './answers/redact.ts';
import { type RunnerParts, ToolRunner } from './answers/tool-runner.ts';
import type { AppApprovals } from './app/app-desk.ts';
import { registerApp } from './app/register-app.ts';
import { elicitationOf } from './approvals/approval-elicitation.ts';
import { instructionsFor } from './greeting/instructions.ts';
import { ICONS } from './icon.ts';
import { registerLogging } from './notices/logging.ts';
import type { Hearing } from './notices/material-change.ts';
import { tellProgress } from './notices/progress.ts';
import { registerSubscriptions } from './notices/subscriptions.ts';
import { registerLiveResources, symbolsLike } from './resources/live-resources.ts';
import { registerPrompts } from './resources/prompts.ts';
import { registerResources } from './resources/resources.ts';
import { registerSampling } from './sampling.ts';

export type McpServerDeps = {
  readonly bigBrother: BigBrotherFace;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly version: string;
  /** Values that must never leave the process, above all the broker's keys. */
  readonly secrets: readonly string[];
  /** Takes a fault that could not be journalled; goes to stderr, never to stdout. */
  readonly log: (line: string) => void;
  /** How far this connection goes at most, whatever the mode; without it as far as the mode. */
  readonly atMost?: Mode;
  /** Board and approvals in the chat, where the host shows pages of servers; absent without. */
  readonly app?: { readonly page: string; readonly approvals: AppApprovals };
  /** What the journal takes in; without it nothing can be followed. */
  readonly onRecord?: Hearing;
  /** Where the model of the host is offered, if it has one; only of a host that may propose. */
  readonly models?: HostModels;
  /** Guardrails with what is used of them, as JSON. */
  readonly guardrails?: () => Promise<string | null>;
  /** Other tools than those of the mode; for tests of the server itself. */
  readonly tools?: readonly Tool[];
};

/**
 * One MCP server for one connection, over any transport. Nothing that a tool throws
 * reaches the host, every call is journalled, and what was executed is never reported as
 * a failure because of how its report looks.
 */
export function createMcpServer(deps: McpServerDeps): McpServer {
  const status = statusFor(deps);
  const server = new McpServer(
    { name: 'bigbrother', title: 'BigBrother', version: deps.version, icons: ICONS },
    {
      instructions: instructionsFor(status),
      capabilities: deps.onRecord === undefined ? {} : { logging: {} },
    },
  );
  const redactor = createRedactor(deps.secrets);
  const { bigBrother, clock, ids, log, app } = deps;
  const runner: RunnerParts = {
    ...{ bigBrother, clock, ids, log, redactor },
    status: () => statusFor(deps),
    person: () => elicitationOf(server),
    isJournalled: true,
  };
  const registered = new Map<string, RegisteredTool>();
  for (const tool of deps.tools ?? toolsFor(status.mode)) {
    const call = new ToolRunner(tool, runner);
    const entry = server.registerTool(
      tool.name,
      {
        title: tool.title,
        description: tool.description,
        inputSchema: describedBy(listedInputOf(tool)),
        outputSchema: describedBy(listedOutputOf(tool)),
        annotations: { ...tool.annotations },
      },
      async (args, extra) => {
        const isFollowed = tool.effect === 'acts' && deps.onRecord !== undefined;
        const stop = isFollowed ? tellProgress(deps.onRecord, args.plan_id, extra) : () => {};
        return call.run(args, extra.signal).finally(stop);
      },
    );
    registered.set(tool.name, entry);
  }
  if (app !== undefined) registerApp(server, { ...app, runner, mode: status.mode, registered });
  registerResources(server, deps, redactor);
  registerLiveResources(server, { runner, guardrails: deps.guardrails ?? null });
  if (deps.onRecord !== undefined) {
    registerSubscriptions(server, { onRecord: deps.onRecord, clock, log });
    registerLogging(server, deps.onRecord, redactor);
  }
  if (deps.models !== undefined && status.mode !== 'observe') registerSampling(server, deps.models);
  registerPrompts(server, (typed) => symbolsLike(typed, runner));
  // The tools change when another owner answers, who goes further or less far; the rest never does.
  server.server.registerCapabilities({
    ...{ tools: { listChanged: true }, resources: { listChanged: false } },
    prompts: { listChanged: false },
  });
  server.server.onerror = (error) => deps.log(`mcp: ${redactor.freeText(error.message)}`);
  return server;
}

/** What this connection is told of the whole: never more than it may do itself. */
function statusFor({ bigBrother, atMost }: McpServerDeps): SystemStatus {
  const status = bigBrother.status();
  return { ...status, mode: stricterMode(status.mode, atMost ?? status.mode) };
}
