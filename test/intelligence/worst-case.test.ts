import { describe, expect, it } from 'vitest';
import { playOnExchange } from '../../src/composition/scenario-exchange.ts';
import type { ScenarioOption } from '../../src/intelligence/thought-chain.ts';
import {
  type Playable,
  type PlayedOption,
  playedWorst,
  withPlayedWorst,
} from '../../src/intelligence/worst-case.ts';
import type { PlayedHolding, PlayedOrder, PlayedStep } from '../../src/ports/scenario-player.ts';

/** Ten dollars of risk and more: bought at 100, with whatever rests at 92. */
const stop = (given: Partial<PlayedOrder> = {}): PlayedOrder => ({
  ...{ side: 'sell', type: 'stop', quantity: '10', timeInForce: 'gtc' },
  ...{ limitPrice: null, stopPrice: '92', ...given },
});
const stopLimit = (quantity = '10') => stop({ type: 'stop_limit', limitPrice: '91.54', quantity });
const takeProfit: PlayedOrder = {
  ...{ side: 'sell', type: 'limit', quantity: '5', timeInForce: 'gtc' },
  ...{ limitPrice: '116', stopPrice: null },
};
const holding = (
  resting: PlayedHolding['resting'],
  given: Partial<PlayedHolding> = {},
): PlayedHolding => ({
  ...{ symbol: 'AAPL', side: 'long', quantity: '10', price: '100', resting },
  ...given,
});
const market = (quantity: string): PlayedStep => ({
  ...{ kind: 'submit', symbol: 'AAPL' },
  order: {
    ...{ side: 'sell', type: 'market', quantity, limitPrice: null, stopPrice: null },
    ...{ timeInForce: 'day', orderClass: 'simple', positionIntent: 'sell_to_close' },
    ...{ takeProfitLimitPrice: null, stopLoss: null },
  },
});
const playable = (given: PlayedHolding, steps: readonly PlayedStep[] = []): Playable => ({
  ...{ holdings: [given], steps, gapPercent: '5' },
});

function played(given: Playable): PlayedOption {
  const runs = playedWorst(given, playOnExchange);
  for (;;) {
    const next = runs.next();
    if (next.done === true) return next.value;
  }
}

function worstOf(given: Playable) {
  const outcome = played(given);
  if (outcome.outcome === 'not_played') throw new Error(outcome.because);
  return outcome.worst;
}

describe('a worst case that is played on the exchange', () => {
  // Reckoned: 8 dollars to the stop and 5 % of 92 past it, or 5 % of the market, for ten shares.
  it.each([
    ['a stop', holding([[stop()]]), '126'],
    ['a stop-limit', holding([[stopLimit()]]), '126'],
    ['no stop', holding([]), '50'],
    ['a stop for six of ten', holding([[stop({ quantity: '6' })]]), null],
    [
      'a short with a stop',
      holding([[stop({ side: 'buy', stopPrice: '108' })]], { side: 'short' }),
      '134',
    ],
    [
      'halves, one with a take-profit',
      holding([[stopLimit('5')], [takeProfit, stopLimit('5')]]),
      '126',
    ],
  ])('is what is reckoned where a gap is all that happens: %s', (_, given, reckoned) => {
    const { losses } = worstOf(playable(given));
    if (reckoned !== null) expect(losses.gap).toBe(reckoned);
    // Shares without a stop fall with those that have one: 107 is reckoned, and too little.
    else expect(losses.gap).toBe('126');
  });

  it('is worse than what is reckoned where a stop-limit is jumped and the fall goes on', () => {
    expect(worstOf(playable(holding([[stop()]]))).losses).toMatchObject({
      ...{ gap: '126', gap_and_on: '126', overnight_gap: '126' },
    });
    expect(worstOf(playable(holding([[stopLimit()]]))).losses).toMatchObject({
      ...{ gap: '126', gap_and_on: '172', overnight_gap: '172' },
    });
  });

  it('is worse through a halt, for every kind of stop', () => {
    expect(worstOf(playable(holding([[stop()]])))).toMatchObject({
      ...{ path: 'halt', worstLoss: '172', runs: 6 },
    });
  });

  it('is worse at night for orders of the day, which are gone by the morning', () => {
    const ofTheDay = holding([[stop({ timeInForce: 'day' })]]);
    expect(worstOf(playable(ofTheDay)).losses).toMatchObject({
      ...{ gap_and_on: '126', overnight_gap: '172' },
    });
  });

  it('is worse in a thin market, where a stop-limit sells half and is left behind', () => {
    const { losses } = worstOf(playable(holding([[stopLimit()]])));
    expect(Number(losses.slide)).toBeLessThan(84.6);
    expect(Number(losses.thin)).toBeGreaterThan(100);
  });

  it('counts a plan that is overtaken half way: shares whose stop was just cancelled', () => {
    const given = holding([[stop()]]);
    const whole = [{ kind: 'cancel', symbol: 'AAPL', before: stop() } as const, market('10')];
    const worst = worstOf(playable(given, whole));
    expect(worst).toMatchObject({ path: 'gap_and_on', afterSteps: 1, worstLoss: '172' });
    expect(worst.runs).toBe(12);
    // All at once there is nothing left to lose but what a wide quote takes.
    const sold = worstOf(playable(holding([]), [market('10')]));
    expect(sold).toMatchObject({ path: 'thin', losses: { gap: '0', halt: '0' } });
  });

  it('is bounded: of a plan of many steps at most six places are tried on each path', () => {
    const steps = Array.from({ length: 10 }, () => market('1'));
    expect(worstOf(playable(holding([]), steps)).runs).toBe(36);
    const many = Array.from({ length: 21 }, (_, index) => holding([], { symbol: `S${index}` }));
    expect(played({ ...playable(holding([])), holdings: many })).toEqual({
      ...{ outcome: 'not_played', because: 'it is over more than 20 symbols' },
    });
  });

  it('ends the same, byte for byte, however often it is played', () => {
    const given = playable(holding([[stopLimit('5')], [takeProfit, stopLimit('5')]]), [
      market('5'),
    ]);
    expect(JSON.stringify(played(given))).toBe(JSON.stringify(played(given)));
  });

  it('falls with all symbols at once', () => {
    const other = holding([[stop()]], { symbol: 'MSFT' });
    const both = { ...playable(holding([[stop()]])), holdings: [holding([[stop()]]), other] };
    expect(worstOf(both).losses).toMatchObject({ gap: '252', halt: '344' });
  });

  it('says what the exchange refuses', () => {
    expect(played(playable(holding([[stop({ stopPrice: '101' })]])))).toMatchObject({
      outcome: 'not_played',
    });
    const cancel = { kind: 'cancel', symbol: 'AAPL', before: stop() } as const;
    expect(played(playable(holding([]), [cancel]))).toEqual({
      ...{ outcome: 'not_played', because: 'an order that it changes does not rest' },
    });
  });
});

describe('options', () => {
  const option = (id: string, worstLoss: string): ScenarioOption => ({
    ...{ id, what: id, refusals: [], worstLoss, worstBecause: 'reckoned' },
    ...{ nakedDollarSeconds: '0', steps: 0 },
  });
  const options = [option('one', '126'), option('other', '1')];
  const given = (other: Playable) =>
    withPlayedWorst(
      options,
      new Map([
        ['one', playable(holding([[stop()]]))],
        ['other', other],
      ]),
      () => Promise.resolve(playOnExchange),
      () => Promise.resolve(),
    );

  it('are weighed as they were played, and keep what was reckoned', async () => {
    const [one, other] = await given(playable(holding([[stopLimit()]])));
    expect(one).toMatchObject({ worstLoss: '172', played: { reckoned: '126', runs: 6 } });
    expect(other).toMatchObject({ worstLoss: '172', played: { reckoned: '1' } });
    expect(one?.worstBecause).toMatch(/^played 6 times.*worst in halt; reckoned 126$/);
  });

  it('are weighed as reckoned, too, where what is to be played makes no sense', async () => {
    const [one] = await given(playable(holding([], { quantity: 'a lot' })));
    expect(one).toMatchObject({ worstLoss: '126' });
    expect(one?.worstBecause).toMatch(/^reckoned; not played, since .*a lot/);
  });

  it('are all weighed as reckoned where one of them cannot be played', async () => {
    const [one, other] = await given(playable(holding([[stop({ stopPrice: '101' })]])));
    expect([one?.worstLoss, other?.worstLoss]).toEqual(['126', '1']);
    expect(one?.worstBecause).toMatch(/^reckoned; not played, since other: /);
    expect(one?.played).toBeUndefined();
  });
});
