import { type OrderWithLegs, WireError } from '../core/basics/types.ts';
import { orderJson } from '../wire/rest/order-json.ts';

/** What came of a command: its result as JSON, or why it could not be done. */
export type Done =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly status: number; readonly body: unknown };

export const done: Done = { ok: true, result: null };

export const failed = (message: string): Done => ({ ok: false, status: 422, body: { message } });

export const doneIf = (isDone: boolean, otherwise: string): Done =>
  isDone ? done : failed(otherwise);

/** A refusal of the exchange, as its client would see it. */
export function refused({ status, body }: WireError): Done {
  return { ok: false, status, body };
}

export function ordered(outcome: OrderWithLegs | WireError): Done {
  return outcome instanceof WireError ? refused(outcome) : { ok: true, result: orderJson(outcome) };
}
