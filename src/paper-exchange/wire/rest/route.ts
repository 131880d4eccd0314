import type { WireError } from '../../core/basics/types.ts';
import type { ExchangeCore } from '../../core/exchange-core.ts';
import type { RestSettings } from './settings.ts';

/** What a route is given: the exchange, who asks, and the request taken apart. */
export type Call = {
  readonly core: ExchangeCore;
  readonly settings: RestSettings;
  readonly accountId: string;
  /** The variable segments of the path, in order. */
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  readonly body: string;
};

/** A body that is JSON already. */
export class WrittenJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a route answers: a null body is an empty one, any other becomes JSON. */
export type Reply = { readonly status: number; readonly body: unknown };

export type Route = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Segments after the leading slash; `*` stands for any one. */
  readonly path: string;
  readonly answer: (call: Call) => Reply | WireError;
};

export function ok(body: unknown): Reply {
  return { status: 200, body };
}
