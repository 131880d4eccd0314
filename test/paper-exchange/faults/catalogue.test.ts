import { describe, expect, it } from 'vitest';
import type { PaperExchangeOptions } from '../../../src/paper-exchange/exchange.ts';
import { catalogue } from '../../../src/paper-exchange/faults/catalogue.ts';
import { ruleSchema } from '../../../src/paper-exchange/faults/rule.ts';
import type { Transport } from '../wire/given.ts';
import { brokerEffects } from './broker-effects.ts';
import { dataEffects } from './data-effects.ts';
import { type Stage, setStage } from './stage.ts';
import { transportEffects } from './transport-effects.ts';

const effects: Record<string, (stage: Stage) => Promise<void>> = {
  ...transportEffects,
  ...brokerEffects,
  ...dataEffects,
};
const numbered = (letter: string, count: number) =>
  Array.from({ length: count }, (_, place) => letter + String(place + 1).padStart(2, '0'));

const moving: Partial<PaperExchangeOptions> = {
  market: {
    kind: 'generated',
    symbols: [
      { symbol: 'AAPL', startPrice: '100', annualVolatilityPercent: 10 },
      { symbol: 'SPY', startPrice: '400', annualVolatilityPercent: 10 },
    ],
    cadenceMs: 5_000,
  },
};
/** These need a market that says something by itself. */
const onMovingMarket: readonly string[] = ['B22', 'D10', 'D11'];

describe('the catalogue of faults', () => {
  it('names every item of the failure-mode catalogue once, and each is tried below', () => {
    const ids = catalogue.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(
      expect.arrayContaining([...numbered('B', 38), ...numbered('N', 19), ...numbered('D', 11)]),
    );
    expect(Object.keys(effects).toSorted()).toEqual(ids.toSorted());
  });

  it('writes its rules as the control API reads them', () => {
    const scene = { symbol: 'AAPL', price: 100, shares: 10, orderId: 'x', now: 0 };
    for (const { id, inject } of catalogue) {
      const written = JSON.parse(JSON.stringify(inject(scene).rules ?? []));
      for (const rule of written) expect(ruleSchema.safeParse(rule).success, id).toBe(true);
    }
  });
});

const transports: readonly Transport[] = ['in-process', 'loopback'];
describe.each(transports)('a fault, %s,', (transport) => {
  it.each(catalogue.map(({ id, what }) => [id, what] as const))('%s: %s', async (id) => {
    const stage = await setStage(transport, onMovingMarket.includes(id) ? moving : {});
    try {
      await effects[id]?.(stage);
    } finally {
      await stage.close();
    }
  });
});
