import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { errorAdvice } from '../../../tools/errors.ts';
import { isId } from '../../../tools/shared/arguments.ts';
import type { BigBrotherFace, Tool, ToolRefusal } from '../../../tools/tool.ts';
import type { SystemStatus, ToolCall } from '../../domain/answers.ts';
import type { ApprovalChannel } from '../../domain/approval.ts';
import { isTicker } from '../../domain/ids.ts';
import { BrokerError } from '../../ports/broker.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import { answerSchemaOf, type Named, namedBy } from './answer-shape.ts';
import type { Redactor } from './redact.ts';

const LONGEST_ARGUMENTS = 500;

/** How one call ended, for the host and for the journal. */
type Ending = Pick<ToolCall, 'outcome' | 'code' | 'reference' | 'because'> & {
  readonly body: Readonly<Record<string, unknown>>;
};

export type RunnerParts = {
  readonly bigBrother: BigBrotherFace;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Takes a fault that could not be journalled; goes to stderr, never to stdout. */
  readonly log: (line: string) => void;
  readonly redactor: Redactor;
  /** What this connection is told of the whole. */
  readonly status: () => SystemStatus;
  /** Known only once the host has introduced itself. */
  readonly person: () => ApprovalChannel | null;
  /** False for what a board asks again and again: it would be all that the journal holds. */
  readonly isJournalled: boolean;
};

/** Runs one tool for one connection. */
export class ToolRunner {
  readonly #tool: Tool;
  readonly #parts: RunnerParts;
  readonly #redactor: Redactor;
  readonly #schema: ReturnType<typeof answerSchemaOf>;
  #lastNamed: Named;

  constructor(tool: Tool, parts: RunnerParts) {
    const { environment, mode } = parts.status();
    this.#lastNamed = { environment, mode };
    this.#tool = tool;
    this.#parts = parts;
    this.#redactor = parts.redactor;
    this.#schema = answerSchemaOf(tool);
  }

  async run(
    given: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<CallToolResult> {
    const startedAt = this.#parts.clock.now();
    const args = this.#withoutSecrets(given);
    const ending = await this.#endingOf(args, signal, startedAt);
    // A fault is told by reference: its cause has to be in the journal, whoever asked.
    const isKept = this.#parts.isJournalled || ending.outcome === 'failed';
    if (isKept) this.#journal(args, ending, this.#parts.clock.now() - startedAt);

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
      const { bigBrother } = this.#parts;
      const mode = this.#tool.effect === 'acts' ? this.#named().mode : null;
      if (mode !== null && mode !== bigBrother.status().mode) {
        const message = `This host was started in mode ${mode}, so nothing is executed for it.`;
        return this.#refused({ code: 'mode_forbids_execution', message });
      }
      const answer = await this.#tool.call(args, {
        bigBrother,
        signal,
        person: this.#parts.person(),
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
    const reference = this.#parts.ids.next('fault');
    return {
      ...this.#refused({ code, message, details: { reference } }),
      outcome: 'failed' as const,
      reference,
      because: this.#redactor.freeText(cause),
    };
  }

  #named(): Named {
    try {
      this.#lastNamed = namedBy(this.#parts.status());
    } catch {
      // What failed is told by the call itself; here only the last known words are needed.
    }
    return this.#lastNamed;
  }

  #journal(args: Readonly<Record<string, unknown>>, ending: Ending, durationMs: number): void {
    const { symbol, plan_id: planId = ending.body.plan_id } = args;
    try {
      this.#parts.bigBrother.recordToolCall({
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
      this.#parts.log(`a tool call could not be journalled: ${this.#redactor.freeText(cause)}`);
    }
  }
}

/** Never through the middle of a character: half of one cannot be journalled. */
const cut = (text: string): string =>
  text.slice(0, LONGEST_ARGUMENTS).replace(/\p{Surrogate}/gu, '\ufffd');
