import { ApiError, FetchError } from '@alpacahq/alpaca-trade-api';
import type { RejectionClass } from '../../domain/report.ts';
import { BrokerError } from '../../ports/broker.ts';

export type CallKind = 'read' | 'submit' | 'replace' | 'cancel';

type Envelope = Readonly<Record<string, unknown>>;

/**
 * Turns whatever a call through the SDK threw into the broker's no or its silence. Reads the
 * answer's body, so it is asked once for each error.
 *
 * @param what the request in words, for example `POST /v2/orders`
 */
export async function brokerErrorFrom(
  error: unknown,
  kind: CallKind,
  what: string,
): Promise<BrokerError> {
  if (error instanceof BrokerError) return error;
  if (!(error instanceof ApiError)) {
    return new BrokerError(`${what} has no answer we can use: ${reasonOf(error)}`, {
      outcome: 'unknown',
      cause: error,
    });
  }
  const envelope = await envelopeOf(error.response);
  const code = typeof envelope?.code === 'number' ? envelope.code : null;
  const isNo = isDefiniteNo(error.status, envelope);
  return new BrokerError(`${what} was answered with ${phrase(error.status, code, envelope)}`, {
    outcome: isNo ? 'rejected' : 'unknown',
    rejection: isNo ? rejectionOf(error.status, code, envelope, kind) : null,
    status: error.status,
    code,
    details: { ...extrasOf(envelope), request_id: error.requestId ?? null },
    cause: error,
  });
}

/** Alpaca answered itself; 408 and 425 may hide an accepted order, and any proxy can say 429. */
function isDefiniteNo(status: number, envelope: Envelope | null): boolean {
  if (status < 400 || status >= 500 || status === 408 || status === 425) return false;
  return status !== 429 || envelope !== null;
}

/**
 * By status, code and the presence of extra fields: Alpaca may change its sentences, and code
 * 40310000 alone means a dozen different things.
 */
function rejectionOf(
  status: number,
  code: number | null,
  envelope: Envelope | null,
  kind: CallKind,
): RejectionClass {
  if (status === 401) return 'auth';
  if (status === 404) return 'not_found';
  if (status === 429) return 'throttled';
  const byExtras = envelope === null ? null : rejectionByExtras(envelope);
  if (byExtras !== null) return byExtras;
  if (status === 403) return code === null ? 'auth' : 'forbidden';
  if (namesClientOrderId(status, code, envelope)) return 'duplicate_client_order_id';
  const changesAnOrder = kind === 'replace' || kind === 'cancel';
  return changesAnOrder && code !== CODE_BAD_FIELD ? 'order_state' : 'validation';
}

const CODE_BAD_FIELD = 40010001;

function rejectionByExtras(envelope: Envelope): RejectionClass | null {
  if ('existing_order_id' in envelope || 'reject_reason' in envelope) return 'wash_trade';
  if ('related_orders' in envelope || isPositive(envelope.held_for_orders)) return 'shares_held';
  if ('existing_qty' in envelope) return 'not_enough_shares';
  if ('buying_power' in envelope) return 'buying_power';
  if ('market_price' in envelope) return 'stop_through_price';
  return null;
}

/** Our ids have a fixed, legal form: the only thing left to object to is that one is taken. */
function namesClientOrderId(
  status: number,
  code: number | null,
  envelope: Envelope | null,
): boolean {
  const names = String(envelope?.message ?? '').includes('client_order_id');
  return names && (code === CODE_BAD_FIELD || status === 409);
}

const isPositive = (value: unknown): boolean => typeof value === 'string' && /[1-9]/.test(value);

/** Alpaca's `{ code, message, … }`, or null when a proxy or nobody wrote the body. */
async function envelopeOf(response: Response): Promise<Envelope | null> {
  try {
    const body: unknown = JSON.parse(await response.text());
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
    return isObject && 'message' in body ? { ...body } : null;
  } catch {
    // A body that cannot be read says no more than the status does.
    return null;
  }
}

function extrasOf(envelope: Envelope | null): Envelope {
  const { code: _code, message: _message, ...extras } = envelope ?? {};
  return extras;
}

const LONGEST_QUOTE = 300;

function phrase(status: number, code: number | null, envelope: Envelope | null): string {
  const number = code === null ? `HTTP ${status}` : `HTTP ${status} (code ${code})`;
  if (envelope === null) return `${number} and no message`;
  return `${number}: ${String(envelope.message).slice(0, LONGEST_QUOTE)}`;
}

function reasonOf(error: unknown): string {
  if (error instanceof FetchError) return reasonOf(error.cause);
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}, ${error.cause.message}` : error.message;
}
