import type { JSONRPCRequest } from '@modelcontextprotocol/sdk/types.js';
import { errorAdvice } from '../../../tools/errors.ts';
import type { Environment, Mode } from '../../domain/environment.ts';

/** An error of the server itself, in the range that JSON-RPC leaves to it. */
const NO_OWNER = -32_000;

/** Named in every result, also in those that the owner cannot give any more. */
export type Named = { readonly environment: Environment; readonly mode: Mode };

export type Answer =
  | { readonly error: { readonly code: number; readonly message: string } }
  | { readonly result: Readonly<Record<string, unknown>> };

/** To what no server of ours answers; in the words of one that has its account. */
export const UNKNOWN_METHOD: Answer = { error: { code: -32_601, message: 'Method not found' } };

/** To what was sent to an owner that ended: nobody here can tell what became of it. */
export function lostAnswer(request: JSONRPCRequest, because: string, named: Named | null): Answer {
  if (!isExecution(request)) {
    const message = `No answer came: ${because}.`;
    return answerWith('owner_ended', message, request, named);
  }
  const message =
    `No answer came: ${because}. Whether the plan was begun is not known here; it is not sent ` +
    'again. What became of it is in the journal.';
  return answerWith('plan_outcome_unknown', message, request, named);
}

/** To what never reached an owner. */
export function unsentAnswer(
  request: JSONRPCRequest,
  because: string,
  named: Named | null,
): Answer {
  const message = `Nothing was sent: ${because}.`;
  return answerWith('owner_ended', message, request, named);
}

/** Models see what a tool answers, and often not what the protocol does. */
function answerWith(
  code: 'owner_ended' | 'plan_outcome_unknown',
  message: string,
  request: JSONRPCRequest,
  named: Named | null,
): Answer {
  if (request.method !== 'tools/call' || named === null) {
    return { error: { code: NO_OWNER, message: `${message} ${errorAdvice[code].nextStep}` } };
  }
  const { retryable, nextStep } = errorAdvice[code];
  const error = { code, message, retryable, would_pass: null, next_step: nextStep };
  const body = { ...named, error };
  const content = [{ type: 'text', text: JSON.stringify(body) }];
  return { result: { content, structuredContent: body, isError: true } };
}

const isExecution = ({ method, params }: JSONRPCRequest): boolean =>
  method === 'tools/call' && (params as { readonly name?: unknown })?.name === 'execute_plan';
