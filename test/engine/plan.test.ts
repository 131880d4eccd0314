import { describe, expect, it } from 'vitest';
import { text } from '../../src/domain/decimal.ts';
import type { Step } from '../../src/domain/plan.ts';
import type { Evaluation } from '../../src/domain/policy.ts';
import type { PositionContext } from '../../src/domain/portfolio.ts';
import { keyFor } from '../../src/engine/account/intents.ts';
import { decide } from '../../src/engine/decision/decide.ts';
import { planFor } from '../../src/engine/planning/plan.ts';
import { defaultPlanning, type PlanningSettings } from '../../src/engine/planning-settings.ts';
import {
  ACCOUNT_NUMBER,
  closedSession,
  exit,
  holding,
  oco,
  order,
  protect,
  reduce,
  reprice,
  stopLimit,
  wants,
} from '../support/given.ts';

const planned = (
  context: PositionContext,
  evaluations: readonly Evaluation[],
  settings: Partial<PlanningSettings> = {},
) =>
  planFor(decide(context, evaluations, settings.foreignOrders), context, {
    ...defaultPlanning,
    ...settings,
  });

const stepsOf = (...given: Parameters<typeof planned>): string[] =>
  planned(...given).part?.steps.map(inWords) ?? [];

function inWords(step: Step): string {
  const id = step.kind === 'submit' ? '' : ` ${step.orderId}`;
  if (step.kind === 'cancel') return `cancel${id}`;
  const { quantity, stopPrice, limitPrice } = step.kind === 'submit' ? step.order : step.change;
  const what = step.kind === 'submit' ? `${step.order.type} ${step.order.timeInForce}` : 'PATCH';
  const prices = [stopPrice, limitPrice].flatMap((at) => (at ? text(at) : [])).join('/');
  return [`${what}${id}`, quantity && text(quantity), prices && `@ ${prices}`]
    .filter(Boolean)
    .join(' ');
}

const whyNot = (...given: Parameters<typeof planned>): string => {
  const { part, outcome, notes } = planned(...given);
  expect({ part, outcome }).toEqual({ part: null, outcome: 'impossible' });
  return notes.map(({ because }) => because).join('\n');
};

describe('protecting', () => {
  it('places one GTC stop for whole shares', () => {
    const context = holding();
    const steps = stepsOf(context, [wants(protect('95', '94.5'))]);
    expect(steps).toEqual(['stop_limit gtc 10 @ 95/94.5']);
  });

  it('splits a fractional position into a GTC stop and a DAY stop', () => {
    const context = holding({ quantity: '10.7' });
    expect(stepsOf(context, [wants(protect('95', '94.5'))])).toEqual([
      'stop_limit gtc 10 @ 95/94.5',
      'stop_limit day 0.7 @ 95/94.5',
    ]);
  });

  it('buys to cover for a short', () => {
    const context = holding({ side: 'short', initialStop: '105' });
    const { part } = planned(context, [wants(protect('105', '106'))]);
    expect(part?.steps[0]).toMatchObject({
      order: { side: 'buy', positionIntent: 'buy_to_close', type: 'stop_limit' },
    });
  });

  it('does nothing when the live orders already make it true', () => {
    const context = holding({ orders: [stopLimit()] });
    expect(planned(context, [wants(protect('95', '94'))])).toMatchObject({
      outcome: 'nothing_to_do',
      part: null,
    });
  });

  it('raises a stop by PATCH, without a naked moment', () => {
    const context = holding({ price: '110', orders: [stopLimit()] });
    const { part, notes } = planned(context, [wants(protect('104', '103'))]);
    expect(part?.steps.map(inWords)).toEqual(['PATCH stop-1 @ 104/103']);
    expect(part?.recipe).toBe('patch-stop');
    expect(part?.naked.dollarSeconds.toFixed()).toBe('0');
    expect(notes.map(({ recipe }) => recipe)).toEqual(['renew-stop']);
  });

  it.each([
    ['it is accepted and not yet new', { status: 'accepted' }, 'accepted status'],
    ['it is partly filled', { status: 'partially_filled', filled: '4' }, 'partly filled'],
  ] as const)('renews a stop when %s', (_, given, rule) => {
    const context = holding({ price: '110', orders: [stopLimit(given)], quantity: '6' });
    const { part, notes } = planned(context, [wants(protect('104', '103'))]);
    expect(part?.steps.map(inWords)).toEqual(['cancel stop-1', 'stop_limit gtc 6 @ 104/103']);
    expect(part?.naked.seconds).toBe(1.5);
    expect(notes.find(({ recipe }) => recipe === 'patch-stop')?.because).toContain(rule);
  });

  it('renews only the fraction when only its DAY stop is gone', () => {
    const context = holding({ quantity: '10.7', orders: [stopLimit()] });
    expect(stepsOf(context, [wants(protect('95', '94.5'))])).toEqual([
      'stop_limit day 0.7 @ 95/94.5',
    ]);
  });

  it('grows the stop when the position grew', () => {
    const context = holding({ quantity: '15', orders: [stopLimit()] });
    expect(stepsOf(context, [wants(protect('93', '92'))])).toEqual(['PATCH stop-1 15 @ 95/94.5']);
  });

  it('frees the fraction first when a fraction grows into a whole share', () => {
    const fraction = stopLimit({ id: 'stop-f', quantity: '0.7', timeInForce: 'day' });
    const context = holding({
      quantity: '10.2',
      orders: [stopLimit({ quantity: '9' }), fraction],
    });
    expect(stepsOf(context, [])).toEqual([
      'cancel stop-f',
      'PATCH stop-1 10 @ 95/94.5',
      'stop_limit day 0.2 @ 95/94.5',
    ]);
  });

  it('shrinks a stop that guards more than is held', () => {
    const context = holding({ quantity: '6', orders: [stopLimit()] });
    expect(stepsOf(context, [])).toEqual(['PATCH stop-1 6 @ 95/94.5']);
  });

  it('leaves a DAY stop alone that covers whole shares and the fraction together', () => {
    const both = stopLimit({ quantity: '10.7', timeInForce: 'day' });
    const context = holding({ quantity: '10.7', orders: [both] });
    expect(planned(context, []).outcome).toBe('nothing_to_do');
  });

  it('moves the stop leg of an OCO of its own and keeps its take-profit', () => {
    const context = holding({ price: '110', orders: oco({}) });
    expect(stepsOf(context, [wants(protect('104', '103'))])).toEqual([
      'PATCH oco-1-stop @ 104/103',
    ]);
  });

  it('covers only what a foreign stop leaves free', () => {
    const context = holding({ orders: [stopLimit({ quantity: '4', foreign: true })] });
    expect(stepsOf(context, [wants(protect('95', '94.5'))])).toEqual([
      'stop_limit gtc 6 @ 95/94.5',
    ]);
  });

  it('puts another stop in the place of one that the venue has suspended', () => {
    const set = stopLimit({ status: 'suspended' });
    expect(stepsOf(holding({ orders: [set] }), [wants(protect('95', '94.5'))])).toEqual([
      'cancel stop-1',
      'stop_limit gtc 10 @ 95/94.5',
    ]);
    const [profit, leg] = oco({ quantity: '10' });
    const pair = [{ ...profit, status: 'suspended' as const }, leg].flatMap((one) => one ?? []);
    expect(stepsOf(holding({ orders: pair }), [wants(protect('95', '94.5'))])).toEqual([
      `cancel ${profit?.id}`,
      'stop_limit gtc 10 @ 95/94.5',
    ]);
  });

  it('covers what a stale stop does not hold before it waits for the end of that one', () => {
    const stale = stopLimit({ quantity: '1', status: 'suspended' });
    expect(stepsOf(holding({ orders: [stale] }), [wants(protect('95', '94.5'))])).toEqual([
      'stop_limit gtc 9 @ 95/94.5',
      'cancel stop-1',
      'stop_limit gtc 1 @ 95/94.5',
    ]);
  });

  it('covers what a group does not hold before it cancels the group to move its stop', () => {
    const leg = {
      ...stopLimit({ quantity: '7', stop: '93', limit: '92' }),
      orderClass: 'oto' as const,
    };
    expect(stepsOf(holding({ orders: [leg] }), [wants(protect('95', '94.5'))])).toEqual([
      'stop_limit gtc 3 @ 95/94.5',
      'cancel stop-1',
      'stop_limit gtc 7 @ 95/94.5',
    ]);
  });

  it('gives what a dead pair holds a stop of its own where no live one can be changed', () => {
    const [profit, leg] = oco({ quantity: '4' });
    const pair = [
      { ...profit, status: 'suspended' as const, createdAt: Date.UTC(2030, 0) },
      leg,
    ].flatMap((one) => one ?? []);
    const live = stopLimit({ quantity: '6', stop: '95', limit: '94.5' });
    const closed = holding({ orders: [live, ...pair], session: closedSession });
    expect(stepsOf(closed, [wants(protect('95', '94.5'))]).at(-1)).toBe(
      'stop_limit gtc 4 @ 95/94.5',
    );
  });

  it('says which foreign order keeps the shares from their stop', () => {
    const foreign = order({ id: 'app-limit', limit: '120', foreign: true });
    const context = holding({ orders: [foreign] });
    expect(whyNot(context, [wants(protect('95', '94.5'))])).toContain('app-limit');
  });

  it('moves a foreign stop only when told to manage foreign orders', () => {
    const context = holding({ price: '110', orders: [stopLimit({ foreign: true })] });
    const wish = [wants(protect('104', '103'))];
    expect(stepsOf(context, wish)).toEqual([]);
    expect(stepsOf(context, wish, { foreignOrders: 'manage' })).toEqual(['PATCH stop-1 @ 104/103']);
  });

  it('guards the whole shares outside the session and leaves the DAY stop for the open', () => {
    const context = holding({ quantity: '10.7', session: closedSession });
    const { part, notes } = planned(context, [wants(protect('95', '94.5'))]);
    expect(part?.steps.map(inWords)).toEqual(['stop_limit gtc 10 @ 95/94.5']);
    expect(part?.naked.because).toContain('session is closed');
    expect(notes.map(({ because }) => because).join()).toContain('outside the regular session');
  });

  it('does not move stops outside the session', () => {
    const context = holding({ price: '110', orders: [stopLimit()], session: closedSession });
    const because = whyNot(context, [wants(protect('104', '103'))]);
    expect(because).toContain('a PATCH is refused');
    expect(because).toContain('may stay pending');
  });

  it('waits for a stop that is being canceled', () => {
    const context = holding({ orders: [stopLimit({ status: 'pending_cancel' })] });
    expect(whyNot(context, [wants(protect('95', '94.5'))])).toContain('pending_cancel');
  });

  it('places an OCO where a plain stop would trade with a resting buy order', () => {
    const buy = order({ id: 'buy', side: 'buy', limit: '99', foreign: true });
    const context = holding({ orders: [buy] });
    const { part, notes } = planned(context, [wants(protect('95', '94.5'))]);
    expect(part?.recipe).toBe('place-stop-as-oco');
    expect(part?.steps[0]).toMatchObject({ order: { orderClass: 'oco', timeInForce: 'gtc' } });
    expect(part?.ordersAfter.map(({ stopPrice }) => stopPrice)).toEqual([null, null, '95']);
    expect(notes.find(({ recipe }) => recipe === 'place-stop')?.because).toContain('wash trade');
    const fraction = holding({ quantity: '0.5', orders: [buy] });
    expect(whyNot(fraction, [wants(protect('95', '94.5'))])).toContain('wash trade');
    const below = order({ id: 'buy', side: 'buy', limit: '94', foreign: true });
    expect(stepsOf(holding({ orders: [below] }), [wants(protect('95', '94.5'))])).toHaveLength(1);
  });

  it('makes no plan while the outcome of an order is unknown', () => {
    const key = keyFor(ACCOUNT_NUMBER, holding().episode.id, 'cover/whole');
    const intent = { key, generation: 1, clientOrderId: 'bb1-lost', orderId: null };
    const context = holding({ intents: [{ ...intent, state: 'unknown' }] });
    expect(whyNot(context, [wants(protect('95', '94.5'))])).toContain('bb1-lost is not known');
  });

  it('makes no plan while an order has a status nobody knows', () => {
    const context = holding({ orders: [order({ quantity: '1', status: 'unrecognized' })] });
    expect(whyNot(context, [wants(protect('95', '94.5'))])).toContain('does not know');
  });

  it('refuses a price that is not on the tick', () => {
    expect(whyNot(holding(), [wants(protect('95.005', '94.5'))])).toContain('sub-penny: 95.005');
  });
});

describe('selling a part', () => {
  const profit = [wants(protect('100', '99')), wants(reduce('5'))];

  it('shrinks and raises the stop in one PATCH, then sells what that frees', () => {
    const context = holding({ price: '110', orders: [stopLimit()] });
    const { part } = planned(context, profit);
    expect(part?.steps.map(inWords)).toEqual(['PATCH stop-1 5 @ 100/99', 'market day 5']);
    expect(part?.naked.shareSeconds.toFixed()).toBe('5');
    expect(part?.recipe).toBe('patch-stop + sell');
  });

  it('renews a stop that cannot be replaced, and covers the rest before it sells', () => {
    const context = holding({ price: '110', orders: [stopLimit({ status: 'accepted' })] });
    expect(stepsOf(context, profit)).toEqual([
      'cancel stop-1',
      'stop_limit gtc 5 @ 100/99',
      'market day 5',
    ]);
  });

  it('keeps the tranche that fits and sells the other', () => {
    const context = holding({
      price: '110',
      orders: [...oco({ quantity: '5' }), stopLimit({ quantity: '5' })],
    });
    expect(stepsOf(context, [wants(reduce('5'))])).toEqual(['cancel stop-1', 'market day 5']);
  });

  it('splits fractional shares anew', () => {
    const fraction = stopLimit({ id: 'stop-f', quantity: '0.7', timeInForce: 'day' });
    const context = holding({ quantity: '10.7', price: '110', orders: [stopLimit(), fraction] });
    expect(stepsOf(context, [wants(reduce('5.35'))])).toEqual([
      'PATCH stop-1 5 @ 95/94.5',
      'cancel stop-f',
      'stop_limit day 0.35 @ 95/94.5',
      'market day 5.35',
    ]);
  });

  it('still places the stop when the sale cannot be made now', () => {
    const context = holding({ session: closedSession, price: '110' });
    const { part, notes } = planned(context, profit);
    expect(part?.steps.map(inWords)).toEqual(['stop_limit gtc 10 @ 100/99']);
    expect(part?.target.sale).toBeNull();
    expect(notes.map(({ because }) => because).join()).toContain('session');
  });

  it('does not take shares that a sale under way is about to sell for uncovered', () => {
    const sale = order({ id: 'sale', type: 'market', quantity: '5', timeInForce: 'day' });
    const context = holding({ orders: [stopLimit({ quantity: '5' }), sale] });
    expect(stepsOf(context, [wants(protect('95', '94.5'))])).toEqual([]);
  });

  it('does not sell during a halt', () => {
    const context = holding({ price: '110', halted: true, orders: [stopLimit()] });
    expect(whyNot(context, [wants(reduce('5'))])).toContain('halted');
  });
});

describe('ranking', () => {
  it('goes by naked dollar-seconds before the number of steps', () => {
    const context = holding({ price: '110', orders: [stopLimit()] });
    const slowPatch = { patchMs: 60_000 };
    const { part, notes } = planned(context, [wants(reduce('5'))], slowPatch);
    expect(part?.recipe).toBe('renew-stop + sell');
    expect(part?.naked.dollarSeconds.toFixed()).toBe('2200');
    expect(notes.find(({ recipe }) => recipe === 'patch-stop + sell')?.because).toBe(
      '33550 naked dollar-seconds in 2 steps, against 2200 in 3',
    );
  });
});

describe('leaving', () => {
  it('closes at the market when nothing holds the shares', () => {
    expect(stepsOf(holding(), [wants(exit())])).toEqual(['market day 10']);
  });

  it('cancels the stops first and awaits their end', () => {
    const fraction = stopLimit({ id: 'stop-f', quantity: '0.7', timeInForce: 'day' });
    const context = holding({ quantity: '10.7', orders: [stopLimit(), fraction] });
    const { part } = planned(context, [wants(exit())]);
    expect(part?.steps.map(inWords)).toEqual(['cancel stop-1', 'cancel stop-f', 'market day 10.7']);
    expect(part?.steps.every((step) => step.kind !== 'cancel' || step.until === 'terminal')).toBe(
      true,
    );
    expect(part?.ordersAfter).toEqual([]);
  });

  it('makes the take-profit of its OCO marketable, so that the stop stands by', () => {
    const context = holding({ orders: oco({}) });
    const { part } = planned(context, [wants(exit())]);
    expect(part?.steps.map(inWords)).toEqual(['PATCH oco-1 @ 99.49']);
    expect(part?.naked.dollarSeconds.toFixed()).toBe('0');
  });

  it('dissolves the OCO when its take-profit cannot be moved', () => {
    const [takeProfit, stop] = oco({ stop: '99.6', limit: '99' });
    const context = holding({ orders: [takeProfit, stop] });
    const { part, notes } = planned(context, [wants(exit())]);
    expect(part?.steps.map(inWords)).toEqual(['cancel oco-1', 'market day 10']);
    expect(notes.map(({ because }) => because).join()).toContain('would not lie beyond the stop');
  });

  it('leaves as an OCO whose stop lies beyond the one that it canceled: it is to fill at once', () => {
    const theirs = order({ id: 'theirs', side: 'buy', type: 'stop', stop: '101', foreign: true });
    const [takeProfit, stop] = oco({ stop: '99.6', limit: '99' });
    const context = holding({ orders: [theirs, takeProfit, stop] });
    const { part } = planned(context, [wants(exit('exit@gap'))]);
    expect(part?.recipe).toBe('cancel-and-close + close-as-oco');
  });

  it('cancels its own resting entry, which the exit would trade with', () => {
    const entry = order({ id: 'entry', side: 'buy', limit: '98' });
    expect(stepsOf(holding({ orders: [entry] }), [wants(exit())])).toEqual([
      'cancel entry',
      'market day 10',
    ]);
  });

  it('closes at a limit that fills at once where a foreign purchase rests', () => {
    const buy = order({ id: 'buy', side: 'buy', limit: '50', foreign: true });
    const [step] = planned(holding({ orders: [buy] }), [wants(exit('exit@gap'))]).part?.steps ?? [];
    expect(step).toMatchObject({ kind: 'submit', order: { type: 'limit' }, until: 'filled' });
  });

  it.each([
    ['long', { limit: '99.49', stop: '98.99', stopLimit: '98.49' }],
    ['short', { limit: '100.52', stop: '101.03', stopLimit: '101.54' }],
  ] as const)('leaves a %s as an OCO where a foreign stop meets every price', (side, prices) => {
    const opening = side === 'long' ? 'buy' : 'sell';
    const stop = order({ id: 'theirs', side: opening, type: 'stop', stop: '100', foreign: true });
    const context = holding({ side, orders: [stop] });
    const { part, notes } = planned(context, [wants(exit('exit@gap'))]);
    expect(part?.recipe).toBe('close + close-as-oco');
    const [step] = part?.steps ?? [];
    if (step?.kind !== 'submit') throw new Error('an order was to be sent');
    const { takeProfitLimitPrice, stopLoss, ...rest } = step.order;
    expect(rest).toMatchObject({ type: 'limit', orderClass: 'oco', limitPrice: null });
    expect(step).toMatchObject({ purpose: 'exit', until: 'filled' });
    expect({
      limit: takeProfitLimitPrice?.toFixed(),
      stop: stopLoss?.stopPrice.toFixed(),
      stopLimit: stopLoss?.limitPrice?.toFixed(),
    }).toEqual(prices);
    expect(notes.find(({ recipe }) => recipe === 'close')?.because).toContain('wash trade');
  });

  it('moves a limit that did not fill further out, and sells nothing twice', () => {
    const limit = order({ id: 'out', limit: '101', quantity: '10' });
    expect(stepsOf(holding({ orders: [limit] }), [wants(exit('exit@gap'))])).toEqual([
      expect.stringMatching(/^PATCH out @ /),
    ]);
  });

  it('sells what a foreign order leaves free', () => {
    const context = holding({ orders: [stopLimit({ quantity: '4', foreign: true })] });
    expect(stepsOf(context, [wants(exit())])).toEqual(['market day 6']);
  });

  it('says so when every share is held by others', () => {
    const context = holding({ orders: [stopLimit({ foreign: true })] });
    expect(whyNot(context, [wants(exit())])).toContain('10 of 10 shares are held');
  });

  it('does not close outside the session', () => {
    expect(whyNot(holding({ session: closedSession }), [wants(exit())])).toContain('session');
  });
});

describe('a triggered stop-limit', () => {
  it('gets a new limit by PATCH', () => {
    const context = holding({ price: '94', orders: [stopLimit()] });
    expect(stepsOf(context, [wants(reprice('93.5'))])).toEqual(['PATCH stop-1 @ 95/93.5']);
  });

  it('gets its new limit as the leg of an OCO too, and is no cover meanwhile', () => {
    const [takeProfit, stop] = oco({});
    const orders = [takeProfit, { ...stop, status: 'new' as const }];
    const context = holding({ price: '94', orders });
    expect(stepsOf(context, [wants(reprice('93.5'))])).toEqual(['PATCH oco-1-stop @ 95/93.5']);
    expect(whyNot(context, [wants(protect('92', '91'))])).toContain('no legal way');
  });

  it('becomes a limit order when it cannot be replaced', () => {
    const fraction = stopLimit({ quantity: '0.7', timeInForce: 'day' });
    const context = holding({ quantity: '0.7', price: '94', orders: [fraction] });
    expect(stepsOf(context, [wants(reprice('93.5'))])).toEqual([
      'cancel stop-1',
      'limit day 0.7 @ 93.5',
    ]);
  });

  it('is canceled and closed at the market in an exit', () => {
    const context = holding({ price: '94', orders: [stopLimit()] });
    expect(stepsOf(context, [wants(exit('exit@gap'))])).toEqual(['cancel stop-1', 'market day 10']);
  });

  it('never gets a limit nearer to the market than it has', () => {
    const context = holding({ price: '94', orders: [stopLimit({ limit: '93' })] });
    expect(whyNot(context, [wants(reprice('93.5'))])).toContain('no legal way');
  });
});

describe('identities', () => {
  const stopKey = keyFor(ACCOUNT_NUMBER, holding().episode.id, 'cover/whole');

  it('derives the same ids from the same meaning', () => {
    const [a, b] = [1, 2].map(() => planned(holding(), [wants(protect('95', '94.5'))]).part);
    expect(a?.steps).toEqual(b?.steps);
    expect(a?.steps[0]).toMatchObject({ key: stopKey, generation: 1 });
  });

  it('takes the next generation when a stop is replaced', () => {
    const [first] = planned(holding(), [wants(protect('95', '94.5'))]).part?.steps ?? [];
    if (first?.kind !== 'submit') throw new Error('a stop was to be placed');
    const { key, generation, clientOrderId } = first;
    const context = holding({
      price: '110',
      orders: [stopLimit({ clientOrderId })],
      intents: [{ key, generation, clientOrderId, state: 'live', orderId: null }],
    });
    const { part } = planned(context, [wants(protect('104', '103'))]);
    expect(part?.steps[0]).toMatchObject({ key, generation: 2 });
  });

  it('leaves an order its slot until its own step comes, whichever comes first', () => {
    const slots = ['rescue/whole', 'rescue/whole/2'].map((meaning) => {
      const key = keyFor(ACCOUNT_NUMBER, holding().episode.id, meaning);
      const clientOrderId = `bb1-${meaning}`;
      return { key, generation: 1, clientOrderId, state: 'live' as const, orderId: null };
    });
    for (const [first, second] of [slots, slots.toReversed()]) {
      const orders = [first, second].map((slot, index) =>
        stopLimit({ id: `stop-${index}`, quantity: '5', clientOrderId: slot?.clientOrderId ?? '' }),
      );
      const context = holding({ price: '94', orders, intents: slots });
      const steps = planned(context, [wants(reprice('93.5'))]).part?.steps ?? [];
      const keys = steps.map((step) => step.kind === 'replace' && step.key);
      expect(keys).toEqual([first?.key, second?.key]);
    }
  });

  it('uses no id again that still lives at the broker although the journal lost it', () => {
    const [first] = planned(holding(), [wants(protect('95', '94.5'))]).part?.steps ?? [];
    if (first?.kind !== 'submit') throw new Error('a stop was to be placed');
    const context = holding({
      price: '110',
      orders: [stopLimit({ clientOrderId: first.clientOrderId })],
    });
    const { part } = planned(context, [wants(protect('104', '103'))]);
    expect(part?.steps[0]).toMatchObject({ key: stopKey, generation: 2 });
  });

  it('places nothing in a slot whose last order may or may not have been sent', () => {
    const intents = [
      {
        key: stopKey,
        generation: 1,
        clientOrderId: 'bb1-maybe',
        state: 'intended' as const,
        orderId: null,
      },
    ];
    const because = whyNot(holding({ intents }), [wants(protect('95', '94.5'))]);
    expect(because).toContain('cover/whole is not known yet');
  });

  it('gives each of two stops in one plan a slot of its own', () => {
    const context = holding({
      price: '110',
      orders: [stopLimit({ quantity: '6' }), stopLimit({ id: 'stop-2', quantity: '4' })],
    });
    const { part } = planned(context, [wants(protect('104', '103'))]);
    const keys = part?.steps.map((step) => (step.kind === 'cancel' ? null : step.key));
    expect(keys).toEqual([stopKey, `${stopKey}/2`]);
  });
});
