import { NotFoundError, ValidationError } from '@alpacahq/alpaca-trade-api';
import { describe, expect, it } from 'vitest';
import { unserved } from '../openapi/unserved.ts';
import { onThisMachineOnly, openExchange } from './given.ts';
import { type Asked, alpacaAt, type Example, referenceExamples, run } from './sdk-4.ts';

/** The same paths with ids at their end that the OpenAPI files know and their list does not. */
const unservedPatterns = unserved.flatMap(({ paths }) =>
  paths.map((path) => new RegExp(`^${path.replaceAll(/\{[^}]*\}/g, '[^/]+')}(/[^/]+|:\\w+)?$`)),
);
const isUnserved = ({ method, path }: Asked): boolean =>
  unservedPatterns.some((pattern) => pattern.test(`${method} ${path}`));

/** Examples that Alpaca's own OpenAPI text refuses. */
const mistaken: ReadonlyMap<string, string> = new Map([
  // Its list of markets has no us_equity.
  ['alpaca.trading.calendar.calendar', 'unknown market: us_equity'],
]);

describe('the reference of the SDK 4 README, each example as it is written', () => {
  const { closeAfter } = onThisMachineOnly();

  async function runOnItsOwn({ title, code }: Example) {
    const exchange = await openExchange();
    closeAfter(exchange.close);
    const { alpaca, asked, disconnect } = alpacaAt(exchange);
    closeAfter(disconnect);
    let text = code;
    // Where the README leaves the id of an order to the reader, an order is resting.
    if (/^alpaca\.trading\.orders\./.test(title) && /f1\.\.\.e9|the-id-recorded/.test(code)) {
      const clientOrderId = 'the-id-recorded-before-placement';
      const order = { symbol: 'AAPL', qty: '1', side: 'buy', limitPrice: '100' } as const;
      const { id = '' } = await alpaca.trading.orders.limit({ ...order, clientOrderId });
      text = text.replace('f1...e9', id);
    }
    if (text.includes('loc_123')) {
      const createLocateRequest = { symbol: 'AAPL', qty: 100 };
      const located = await alpaca.trading.locates.createLocates({ createLocateRequest });
      text = text.replace('loc_123', String(located.id));
    }
    asked.length = 0;
    const console = { log: () => undefined };
    const failure = await run(text, { alpaca, console }).then(
      () => null,
      (error: unknown) => error,
    );
    return { asked, failure };
  }

  it('are all found', () => {
    expect(referenceExamples.length).toBeGreaterThan(170);
  });

  it.each(referenceExamples.map((example) => [example.title, example] as const))(
    '%s',
    async (title, example) => {
      const { asked, failure } = await runOnItsOwn(example);
      expect(asked.length).toBeGreaterThan(0);
      if (asked.some(isUnserved)) {
        expect(failure).toBeInstanceOf(NotFoundError);
        expect(failure).toMatchObject({ message: expect.stringContaining('endpoint not found') });
      } else if (mistaken.has(title)) {
        expect(failure).toBeInstanceOf(ValidationError);
        expect(failure).toMatchObject({ message: mistaken.get(title) });
      } else {
        expect(failure).toBeNull();
        expect(asked.filter(({ status }) => status !== null && status >= 300)).toEqual([]);
      }
    },
  );
});
