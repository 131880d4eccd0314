export type RestRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type RestResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export const JSON_TYPE = 'application/json; charset=UTF-8';

/** A fault of our own, as a client sees it. */
export const internalError: RestResponse = {
  status: 500,
  headers: { 'content-type': JSON_TYPE },
  body: JSON.stringify({ message: 'internal server error' }),
};

/** The header of this lower-case name, however it was sent; empty when there is none. */
export function headerOf({ headers }: RestRequest, name: string): string {
  const exact = headers[name];
  if (exact !== undefined) return exact;
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name);
  return found?.[1] ?? '';
}

/** The pair of keys that a request carries; each empty when it is not there. */
export function keysOf(request: RestRequest): {
  readonly keyId: string;
  readonly secretKey: string;
} {
  return {
    keyId: headerOf(request, 'apca-api-key-id'),
    secretKey: headerOf(request, 'apca-api-secret-key'),
  };
}
