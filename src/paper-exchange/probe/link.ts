import type { Api } from './case.ts';

/** A socket as the `ws` package has it, as far as the probe uses one. */
export type ProbeSocket = {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  send(text: string): void;
  close(): void;
};

/** The way to a broker: to its servers, or to an exchange in this process. */
export type Link = {
  /** @throws what `fetch` throws */
  readonly request: (api: Api, path: string, init: RequestInit) => Promise<Response>;
  readonly open: (api: Api, path: string) => ProbeSocket;
};

export type ProbeKeys = { readonly keyId: string; readonly secretKey: string };
