import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { NO_INTERFERENCE } from '../../../src/paper-exchange/core/state/interference.ts';
import { OracleViolation, RULES, type Rule } from '../../../src/paper-exchange/oracle/rules.ts';
import { Pit } from './pit.ts';
import { PLANTS, type Plant, planted } from './plants.ts';

const rules = Object.keys(RULES).filter((name): name is Rule => name in RULES);
const cases = rules.flatMap((rule) => PLANTS[rule].map((plant) => ({ rule, plant })));

function violationOf(step: () => void): OracleViolation {
  try {
    step();
  } catch (error) {
    if (error instanceof OracleViolation) return error;
    throw error;
  }
  throw new Error('no rule was broken');
}

function lyingPit(plant: Plant, seed = 'lies') {
  let isArmed = false;
  const { except = [] } = plant;
  const between = (observed: Parameters<typeof planted>[0]) =>
    planted(observed, plant, () => isArmed);
  const pit = new Pit({ seed, between, oracle: { except } });
  isArmed = true;
  return pit;
}

const exits = {
  ...{ type: 'limit', order_class: 'oco' },
  ...{ take_profit: { limit_price: '110' }, stop_loss: { stop_price: '90' } },
};

/** A sale of five AAPL of the ten that the first account has; gives back its id. */
function sell(pit: Pit, order: object): string {
  const shared = { symbol: 'AAPL', side: 'sell', qty: '5', time_in_force: 'gtc' };
  const answer = pit.send(0, 'POST', '/v2/orders', JSON.stringify({ ...shared, ...order }));
  return String(JSON.parse(answer.body).id);
}

describe('the oracle', () => {
  it.each(cases)('stops a run that breaks the rule "$rule"', ({ rule, plant }) => {
    const pit = lyingPit(plant);
    const violation = violationOf(() => {
      plant.act(pit);
      pit.oracle.throwIfBroken();
      pit.oracle.verify();
    });
    expect(violation.rule, violation.message.slice(0, 300)).toBe(rule);
  });

  it.each(cases)('has nothing to say where nobody lies about "$rule"', ({ plant }) => {
    const pit = new Pit();
    plant.act(pit);
    pit.oracle.throwIfBroken();
    pit.oracle.verify();
  });

  it('counts what a group may still execute, though its stop shows more by a switch', () => {
    const pit = new Pit({ switches: { shrinkStopLeg: false } });
    sell(pit, { type: 'stop', stop_price: '90' });
    const pair = sell(pit, exits);
    pit.executePart(0, pair, '4', '110');
    pit.oracle.throwIfBroken();
    pit.oracle.verify();
  });

  it('counts no shares of a short as promised by what was to close the long before it', () => {
    const broken = ['siblings', 'holds', 'flip', 'short', 'transition'] as const;
    const pit = new Pit({ oracle: { except: broken } });
    pit.core.interfere({ ...NO_INTERFERENCE, fillsBothExits: () => true });
    sell(pit, { type: 'stop', stop_price: '80', qty: '4' });
    sell(pit, { ...exits, qty: '6' });
    pit.market('AAPL', '110', '110.01', '110');
    expect(pit.core.position(pit.accountId(0), 'AAPL')?.qty).toBe(decimal('-2'));
    pit.oracle.throwIfBroken();
    pit.oracle.verify();
  });

  it('says the rule, the seed and the last fifty events, and says so again', () => {
    const [plant] = PLANTS.cash;
    if (plant === undefined) throw new Error('nothing is planted');
    const pit = lyingPit(plant, 'seed 7');
    for (let count = 0; count < 100; count += 1) pit.quote('MSFT', '99.99', '100.01');
    const violation = violationOf(() => {
      plant.act(pit);
      pit.oracle.throwIfBroken();
    });
    expect(violation.seed).toBe('seed 7');
    expect(violation.message).toContain('Seed "seed 7"');
    expect(violation.message).toContain('the account shows');
    expect(violation.events).toHaveLength(50);
    expect(violation.events.at(-1)).toContain('"event":"fill"');
    expect(violationOf(() => pit.oracle.throwIfBroken())).toBe(violation);
    expect(violationOf(() => pit.quote('AAPL', '99.99', '100.01'))).toBe(violation);
  });

  it('no longer looks once it is taken off', () => {
    const [plant] = PLANTS.cash;
    if (plant === undefined) throw new Error('nothing is planted');
    const pit = lyingPit(plant);
    pit.oracle.detach();
    plant.act(pit);
    expect(() => pit.oracle.throwIfBroken()).not.toThrow();
  });
});

describe('the oracle follows', () => {
  const one = (pit: Pit) => pit.accountId(0);
  const buyFive = { symbol: 'AAPL', side: 'buy', type: 'market', qty: '5', time_in_force: 'day' };

  function bought() {
    const pit = new Pit({ switches: { dividendsPaid: true } });
    pit.send(0, 'POST', '/v2/orders', JSON.stringify(buyFive));
    const [fill] = pit.core.fills(one(pit));
    return { pit, executionId: fill?.executionId ?? '' };
  }

  it('an execution that is taken back', () => {
    const { pit, executionId } = bought();
    expect(pit.core.bustTrade(one(pit), executionId)).toBe(true);
    expect(pit.core.position(one(pit), 'AAPL')?.qty).toBe(decimal('10'));
    pit.oracle.verify();
  });

  it('an execution that is given another price and quantity', () => {
    const { pit, executionId } = bought();
    const correction = { price: decimal('99'), qty: decimal('4') };
    expect(pit.core.correctTrade(one(pit), executionId, correction)).toBe(true);
    expect(pit.core.position(one(pit), 'AAPL')?.qty).toBe(decimal('14'));
    pit.oracle.verify();
  });

  it.each([
    { kind: 'name_change', symbol: 'AAPL', newSymbol: 'PEAR' },
    { kind: 'cash_merger', symbol: 'AAPL', acquirerSymbol: null, rate: decimal('120') },
    { kind: 'worthless_removal', symbol: 'AAPL' },
    { kind: 'cash_dividend', symbol: 'MSFT', rate: decimal('0.37'), special: false },
    { kind: 'reverse_split', symbol: 'AAPL', newRate: 1, oldRate: 4 },
  ] as const)('a company in its $kind, with orders open', (terms) => {
    const { pit } = bought();
    const stop = { ...buyFive, side: 'sell', type: 'stop', stop_price: '90', time_in_force: 'gtc' };
    pit.send(0, 'POST', '/v2/orders', JSON.stringify(stop));
    pit.core.announce({ terms, exDate: '2026-10-09' });
    pit.advanceBy(26 * 3_600_000);
    pit.market('MSFT', '101.99', '102.01', '102');
    pit.oracle.verify();
    const types = pit.core.activities(one(pit));
    expect(types.length).toBeGreaterThan(terms.kind === 'cash_dividend' ? 0 : 1);
  });
});
