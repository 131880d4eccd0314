import type { CatalogueEntry } from './catalogue.ts';

const MINUTE_MS = 60_000;

/** D01 to D11 of the failure-mode catalogue. */
export const dataFaults: readonly CatalogueEntry[] = [
  {
    id: 'D01',
    what: 'prices stand still, with the times they had',
    inject: ({ symbol }) => ({
      rules: [{ where: { symbol }, what: { kind: 'prices', change: { to: 'frozen' } } }],
    }),
  },
  {
    id: 'D02',
    what: 'one tick is ten times too high, one a hundred times too low',
    inject: ({ symbol }) => ({
      rules: [
        {
          ...{ where: { symbol }, when: { nth: 1 } },
          what: { kind: 'prices', change: { to: 'scaled', factor: 10 } },
        },
        {
          ...{ where: { symbol }, when: { nth: 2 } },
          what: { kind: 'prices', change: { to: 'scaled', factor: 0.01 } },
        },
      ],
    }),
  },
  {
    id: 'D03',
    what: 'a crossed quote, then one without a bid',
    inject: ({ symbol }) => ({
      rules: [
        {
          ...{ where: { symbol }, when: { nth: 1 } },
          what: { kind: 'prices', change: { to: 'crossed' } },
        },
        {
          ...{ where: { symbol }, when: { nth: 2 } },
          what: { kind: 'prices', change: { to: 'zero_bid' } },
        },
      ],
    }),
  },
  {
    id: 'D04',
    what: 'a spread of ten percent',
    inject: ({ symbol }) => ({
      rules: [{ where: { symbol }, what: { kind: 'prices', change: { to: 'wide', percent: 10 } } }],
    }),
  },
  {
    id: 'D05',
    what: 'prices are null, then the symbol is missing',
    inject: ({ symbol }) => ({
      rules: [
        {
          ...{ where: { symbol }, when: { nth: 1 } },
          what: { kind: 'prices', change: { to: 'null' } },
        },
        {
          ...{ where: { symbol }, when: { nth: 2 } },
          what: { kind: 'prices', change: { to: 'missing' } },
        },
      ],
    }),
  },
  {
    id: 'D06',
    what: 'one feed says one percent more than another: requests differ from the stream',
    inject: ({ symbol }) => ({
      rules: [
        {
          where: { symbol, method: 'GET' },
          what: { kind: 'prices', change: { to: 'scaled', factor: 1.01 } },
        },
      ],
    }),
  },
  {
    id: 'D07',
    what: 'bars come in the wrong order, and one is revised',
    inject: ({ symbol, price, now }) => ({
      rules: [{ where: { symbol }, what: { kind: 'bars', change: { to: 'reversed' } } }],
      commands: [
        {
          ...{ do: 'revise_bar', symbol, at: now - (now % MINUTE_MS) - MINUTE_MS },
          ...{ open: price.toFixed(2), high: (price * 1.01).toFixed(2) },
          ...{ low: (price * 0.99).toFixed(2), close: price.toFixed(2), volume: 100 },
        },
      ],
    }),
  },
  {
    id: 'D08',
    what: 'the history is ten times too high, as before a split',
    inject: ({ symbol }) => ({
      rules: [{ where: { symbol }, what: { kind: 'bars', change: { to: 'scaled', factor: 10 } } }],
    }),
  },
  {
    id: 'D09',
    what: 'the history of a symbol is missing',
    inject: ({ symbol }) => ({
      rules: [{ where: { symbol }, what: { kind: 'bars', change: { to: 'missing' } } }],
    }),
  },
  {
    id: 'D10',
    what: 'every price falls by thirty percent in one minute',
    inject: () => ({ commands: [{ do: 'shift_prices', percent: -30, overMs: MINUTE_MS }] }),
  },
  {
    id: 'D11',
    what: 'a symbol opens twenty percent lower',
    inject: ({ symbol }) => ({ commands: [{ do: 'shift_prices', symbol, percent: -20 }] }),
  },
];
