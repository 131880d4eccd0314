/** The exchange's end of one WebSocket, whatever carries it. */
export interface Connection {
  send(data: string | Uint8Array): void;
  /** Says goodbye; what was sent before still arrives. */
  close(code: number): void;
  /** Cuts the line without a word. */
  terminate(): void;
  /** Sent, and not yet taken by the client. */
  bufferedBytes(): number;
}

/** One client's side of a protocol, fed with what that client sends. */
export interface StreamSession {
  receive(data: string | Uint8Array): void;
  /** The connection is gone; nothing may be sent any more. */
  closed(): void;
}

/** Close codes of RFC 6455 that the exchange uses. */
export const closeCodes = {
  normal: 1000,
  goingAway: 1001,
  policyViolation: 1008,
  internalError: 1011,
} as const;

/** A client that leaves this much unread is disconnected. */
export const mostBufferedBytes = 4 * 1024 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The JSON object in a frame, text or binary; null when it holds anything else. */
export function jsonObject(data: string | Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    return asObject(JSON.parse(typeof data === 'string' ? data : utf8.decode(data)));
  } catch {
    return null;
  }
}

export function asObject(value: unknown): Readonly<Record<string, unknown>> | null {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? { ...value } : null;
}
