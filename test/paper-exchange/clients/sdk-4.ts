import { readFileSync } from 'node:fs';
import * as sdk from '@alpacahq/alpaca-trade-api';
import { keys } from '../wire/given.ts';

export type Asked = {
  readonly method: string;
  readonly path: string;
  /** Null while there is no answer. */
  status: number | null;
};
type Addresses = { readonly http: string; readonly ws: string };

/**
 * The SDK's own class with nothing changed but where it sends things: requests by `fetchApi`,
 * streams by `url`, as its README shows both.
 */
export function alpacaAt({ http, ws }: Addresses, options: sdk.AlpacaClientOptions = {}) {
  const asked: Asked[] = [];
  const streams: { disconnect(): void }[] = [];
  const alpaca = new sdk.Alpaca({
    ...{ keyId: keys.keyId, secret: keys.secret },
    // Its deadline timers outlive a request whose empty answer is never read.
    timeoutMs: 0,
    ...options,
    fetchApi: async (url, init) => {
      const { pathname, search } = new URL(url);
      const one: Asked = { method: init?.method ?? 'GET', path: pathname, status: null };
      asked.push(one);
      const response = await fetch(`${http}${pathname}${search}`, init);
      one.status = response.status;
      return response;
    },
  });
  const keep = <Stream extends { disconnect(): void }>(stream: Stream): Stream => {
    streams.push(stream);
    return stream;
  };
  const { trading, marketData } = alpaca;
  const [stream, stockStream] = [trading.stream, marketData.stockStream];
  trading.stream = (own = {}) => keep(stream.call(trading, { url: `${ws}/stream`, ...own }));
  marketData.stockStream = (own = {}) =>
    keep(stockStream.call(marketData, { url: `${ws}/v2/${own.feed ?? 'iex'}`, ...own }));
  return {
    alpaca,
    /** Every request of it, and how it was answered. */
    asked,
    disconnect: (): void => {
      for (const open of streams) open.disconnect();
    },
  };
}

export type Example = { readonly title: string; readonly code: string };

const readme = readFileSync(
  new URL('../../../node_modules/@alpacahq/alpaca-trade-api/README.md', import.meta.url),
  'utf8',
);

/** The example of each method of the SDK, from the reference in its README. */
export const referenceExamples: readonly Example[] = [
  ...readme.matchAll(/^##### `([^`]+)`\n[\s\S]*?^```ts\n([\s\S]*?)^```/gm),
].map(([, title = '', code = '']) => ({ title, code }));

/** The examples in a section of the SDK's README, in order. */
export function examplesUnder(heading: string): readonly string[] {
  const [, section = ''] = readme.split(`\n${heading}\n`);
  const [text = ''] = section.split(/^#{1,3} /m);
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = '']) => code);
}

const AsyncFunction: new (
  ...parametersAndBody: readonly string[]
) => (...values: readonly unknown[]) => Promise<unknown> = Object.getPrototypeOf(
  async () => undefined,
).constructor;

/**
 * Runs an example as it is written. Its imports come from the SDK, and what it takes for granted
 * from `names`. Gives back the variables called `wanted`.
 */
export function run(code: string, names: object, wanted: readonly string[] = []): Promise<unknown> {
  const scope = { ...sdk, ...names };
  const body = code.replaceAll(/^import .*$/gm, '');
  const result = wanted.length === 0 ? '' : `return { ${wanted.join(', ')} };`;
  // A block of its own, since examples declare what is in scope anew.
  const example = new AsyncFunction(...Object.keys(scope), `{ ${body}\n${result} }`);
  return example(...Object.values(scope));
}
