import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { errorAdvice } from '../../tools/errors.ts';
import { toolsFor } from '../../tools/index.ts';
import { isId } from '../../tools/shared/arguments.ts';
import type { BigBrotherFace, Tool, ToolRefusal } from '../../tools/tool.ts';
import type { SystemStatus, ToolCall } from '../domain/answers.ts';
import type { ApprovalChannel } from '../domain/approval.ts';
import { type Mode, stricterMode } from '../domain/environment.ts';
import { isTicker } from '../domain/ids.ts';
import { BrokerError } from '../ports/broker.ts';
import type { Clock, Ids } from '../ports/clock.ts';
import {
  answerSchemaOf,
  describedBy,
  listedInputOf,
  listedOutputOf,
  type Named,
  namedBy,
} from './answer-shape.ts';
import { elicitationOf } from './approval-elicitation.ts';
import { instructionsFor } from './instructions.ts';
import { registerPrompts } from './prompts.ts';
import { createRedactor, type Redactor } from './redact.ts';
import { registerResources } from './resources.ts';

const LONGEST_ARGUMENTS = 500;

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
    { name: 'bigbrother', title: 'BigBrother', version: deps.version },
    { instructions: instructionsFor(status) },
  );
  const { environment, mode } = status;
  const redactor = createRedactor(deps.secrets);
  for (const tool of deps.tools ?? toolsFor(mode)) {
    const person = () => elicitationOf(server);
    const call = new ToolRunner(tool, deps, redactor, { environment, mode }, person);
    server.registerTool(
      tool.name,
      {
        title: tool.title,
        description: tool.description,
        inputSchema: describedBy(listedInputOf(tool)),
        outputSchema: describedBy(listedOutputOf(tool)),
        annotations: { ...tool.annotations },
      },
      (args, { signal }) => call.run(args, signal),
    );
  }
  registerResources(server, deps, redactor);
  registerPrompts(server);
  // The lists never change during a connection.
  const listChanged = false;
  server.server.registerCapabilities({
    ...{ tools: { listChanged }, resources: { listChanged }, prompts: { listChanged } },
  });
  server.server.onerror = (error) => deps.log(`mcp: ${redactor.freeText(error.message)}`);
  return server;
}

/** What this connection is told of the whole: never more than it may do itself. */
function statusFor({ bigBrother, atMost }: McpServerDeps): SystemStatus {
  const status = bigBrother.status();
  return { ...status, mode: stricterMode(status.mode, atMost ?? status.mode) };
}

/** How one call ended, for the host and for the journal. */
type Ending = Pick<ToolCall, 'outcome' | 'code' | 'reference' | 'because'> & {
  readonly body: Readonly<Record<string, unknown>>;
};

class ToolRunner {
  readonly #tool: Tool;
  readonly #deps: McpServerDeps;
  readonly #redactor: Redactor;
  readonly #schema: ReturnType<typeof answerSchemaOf>;
  /** Known only once the host has introduced itself. */
  readonly #person: () => ApprovalChannel | null;
  #lastNamed: Named;

  constructor(
    tool: Tool,
    deps: McpServerDeps,
    redactor: Redactor,
    named: Named,
    person: () => ApprovalChannel | null,
  ) {
    this.#person = person;
    this.#lastNamed = named;
    this.#tool = tool;
    this.#deps = deps;
    this.#redactor = redactor;
    this.#schema = answerSchemaOf(tool);
  }

  async run(
    given: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<CallToolResult> {
    const startedAt = this.#deps.clock.now();
    const args = this.#withoutSecrets(given);
    const ending = await this.#endingOf(args, signal, startedAt);
    this.#journal(args, ending, this.#deps.clock.now() - startedAt);

    const written = JSON.stringify(ending.body);
    const text = this.#redactor.answer(written);
    return {
      content: [{ type: 'text', text }],
      // Some hosts show the model only this form, some only the other: they are the same.
      structuredContent: text === written ? ending.body : JSON.parse(text),
      ...(ending.outcome === 'answered' ? {} : { isError: true }),
    };
  }

  /** A host that knows a secret does not get it written down as an id. */
  #withoutSecrets(args: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const said = JSON.stringify(args);
    const heard = this.#redactor.answer(said);
    return heard === said ? args : JSON.parse(heard);
  }

  async #endingOf(
    args: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
    now: number,
  ): Promise<Ending> {
    try {
      const { bigBrother } = this.#deps;
      const { mode } = this.#named();
      if (this.#tool.effect === 'acts' && mode !== bigBrother.status().mode) {
        const message = `This host was started in mode ${mode}, so nothing is executed for it.`;
        return this.#refused({ code: 'mode_forbids_execution', message });
      }
      const answer = await this.#tool.call(args, {
        bigBrother,
        signal,
        person: this.#person(),
        now,
      });
      if (answer.outcome === 'refused') return this.#refused(answer.refusal);

      const parsed = this.#schema.safeParse({ ...this.#named(), ...answer.result });
      return parsed.success
        ? { outcome: 'answered', code: null, reference: null, because: null, body: parsed.data }
        : this.#unreadable(parsed.error);
    } catch (error) {
      return this.#failed(error);
    }
  }

  #refused({ code, message, wouldPass = null, details = {} }: ToolRefusal): Ending {
    const { retryable, nextStep } = errorAdvice[code];
    const error = { code, message, retryable, would_pass: wouldPass, next_step: nextStep };
    return {
      outcome: 'refused',
      code,
      reference: null,
      because: this.#redactor.freeText(message),
      body: { ...this.#named(), error: { ...error, ...details } },
    };
  }

  #failed(error: unknown): Ending {
    const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    if (error instanceof BrokerError && this.#tool.effect !== 'acts') {
      const message = `The broker did not answer as expected: ${this.#redactor.freeText(error.message)}`;
      return { ...this.#refused({ code: 'broker_unavailable', message }), outcome: 'failed' };
    }
    const message =
      this.#tool.effect === 'acts'
        ? 'A fault inside BigBrother. Something may have been sent; do not repeat it.'
        : 'A fault inside BigBrother. Nothing was sent.';
    return this.#withReference('internal_error', message, cause);
  }

  /** The tool did its work, and only the report has a shape that hosts would refuse. */
  #unreadable(error: Error): Ending {
    return this.#tool.effect === 'acts'
      ? this.#withReference(
          'done_but_unreadable',
          `${this.#tool.name} has run, but its report could not be shown.`,
          error.message,
        )
      : this.#failed(error);
  }

  #withReference(code: 'internal_error' | 'done_but_unreadable', message: string, cause: string) {
    const reference = this.#deps.ids.next('fault');
    return {
      ...this.#refused({ code, message, details: { reference } }),
      outcome: 'failed' as const,
      reference,
      because: this.#redactor.freeText(cause),
    };
  }

  #named(): Named {
    try {
      this.#lastNamed = namedBy(statusFor(this.#deps));
    } catch {
      // What failed is told by the call itself; here only the last known words are needed.
    }
    return this.#lastNamed;
  }

  #journal(args: Readonly<Record<string, unknown>>, ending: Ending, durationMs: number): void {
    const { symbol, plan_id: planId = ending.body.plan_id } = args;
    try {
      this.#deps.bigBrother.recordToolCall({
        tool: this.#tool.name,
        arguments: cut(this.#redactor.freeText(JSON.stringify(args))),
        outcome: ending.outcome,
        code: ending.code,
        reference: ending.reference,
        because: ending.because,
        symbol: typeof symbol === 'string' && isTicker(symbol) ? symbol : null,
        planId: typeof planId === 'string' && isId(planId) ? planId : null,
        durationMs,
      });
    } catch (error) {
      // The call has ended: a journal that fails now must not change what it is said to have done.
      const cause = error instanceof Error ? error.message : String(error);
      this.#deps.log(`a tool call could not be journalled: ${this.#redactor.freeText(cause)}`);
    }
  }
}

/** Never through the middle of a character: half of one cannot be journalled. */
const cut = (text: string): string =>
  text.slice(0, LONGEST_ARGUMENTS).replace(/\p{Surrogate}/gu, '\ufffd');
