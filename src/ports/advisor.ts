import type { AdvisorStatus } from '../domain/answers.ts';
import type { Json } from '../domain/canonical.ts';

/** A program of another vendor, and all that it is given of this machine. */
export type ChildProgram = {
  readonly command: string;
  readonly args: readonly string[];
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Where it runs; it exists, and nobody else uses it. */
  readonly directory: string;
};

/** One process that speaks in lines. */
export interface Child {
  /** Calls with each line, and once with the reason in words when the process is gone. */
  listen(onLine: (line: string) => void, onEnd: (because: string) => void): void;
  send(line: string): void;
  /** Ends it: politely, then by force. */
  stop(because: string): void;
}

/** @param longestLine characters; a process that says a longer line is ended */
export type StartChild = (program: ChildProgram, longestLine: number) => Child;

/** What a tool answered. `text` is whatever the other side wrote. */
export type AdvisorAnswer = { readonly structured: Json; readonly text: string };

/** Another MCP server, used as a tool; nothing that trades waits for it. */
export interface Advisor {
  /**
   * Starts the server where it does not run.
   *
   * @throws AdvisorError when there is no answer, in words why
   */
  call(
    tool: string,
    args: Readonly<Record<string, unknown>>,
    timeoutMs: number,
  ): Promise<AdvisorAnswer>;
  status(): AdvisorStatus;
  /** Ends the server; the next call starts it anew. */
  restart(): void;
  /** Ends it for good. */
  close(): void;
}

/** There is no answer. `refused`: the server runs and says no. */
export class AdvisorError extends Error {
  readonly kind: 'unavailable' | 'timeout' | 'refused';

  constructor(message: string, kind: AdvisorError['kind'], cause?: unknown) {
    super(message, { cause });
    this.name = 'AdvisorError';
    this.kind = kind;
  }
}
