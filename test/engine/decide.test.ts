import { describe, expect, it } from 'vitest';
import { text } from '../../src/domain/decimal.ts';
import type { Decision } from '../../src/domain/decision.ts';
import type { Evaluation } from '../../src/domain/policy.ts';
import { decide } from '../../src/engine/decision/decide.ts';
import {
  exit,
  type GivenHolding,
  holding,
  oco,
  protect,
  reduce,
  reprice,
  stopLimit,
  wants,
} from '../support/given.ts';

const outcome = (given: Parameters<typeof holding>[0], ...evaluations: Evaluation[]) =>
  summary(decide(holding(given), evaluations));

const summary = ({ target, chosen, overruled, urgency }: Decision) => ({
  hold: text(target.holdQuantity),
  cover: target.cover && `${text(target.cover.stopPrice)}/${text(target.cover.limitPrice)}`,
  sale: target.sale && `${text(target.sale.quantity)} ${target.sale.milestone}`,
  reprice: target.repriceLimit && text(target.repriceLimit),
  chosen: chosen.map(({ policy }) => policy),
  overruled: overruled.map(({ recommendation, by }) => `${recommendation.policy} by ${by}`),
  urgency,
});

const short: GivenHolding = { side: 'short', initialStop: '105' };

describe('deciding', () => {
  it('keeps everything as it is when nobody wants anything', () => {
    expect(outcome({ orders: [stopLimit()] })).toMatchObject({
      hold: '10',
      cover: '95/94.5',
      sale: null,
      chosen: [],
      overruled: [],
    });
  });

  it('lets an exit overrule everything else', () => {
    const result = outcome(
      {},
      wants(protect('96', '95')),
      wants(reduce('5')),
      wants(exit('exit@gap'), { policy: 'gap-rescue', urgency: 'critical' }),
    );
    expect(result).toMatchObject({
      hold: '0',
      cover: null,
      sale: '10 exit@gap',
      chosen: ['gap-rescue'],
      overruled: ['protect by gap-rescue', 'reduce by gap-rescue'],
      urgency: 'critical',
    });
  });

  it('lets a new limit for a triggered stop overrule protection and profit', () => {
    const result = outcome(
      { orders: [stopLimit()], price: '94' },
      wants(protect('92', '91')),
      wants(reduce('5')),
      wants(reprice('93.5')),
    );
    expect(result).toMatchObject({ reprice: '93.5', cover: null, chosen: ['reprice'] });
    expect(result.overruled).toEqual(['protect by reprice', 'reduce by reprice']);
  });

  it('overrules a new limit when no stop has triggered', () => {
    const result = outcome({ orders: [stopLimit()] }, wants(reprice('93.5')));
    expect(result).toMatchObject({ reprice: null, overruled: ['reprice by engine'] });
  });

  it.each([
    ['long', {}, protect('96', '95'), protect('97', '96'), '97/96'],
    ['short', short, protect('104', '105'), protect('103', '104'), '103/104'],
  ] as const)('lets the tightest stop of a %s win', (_, given, loose, tight, cover) => {
    const evaluations = [
      wants(loose, { policy: 'stop-loss' }),
      wants(tight, { policy: 'trailing-stop' }),
    ];
    const result = outcome(given, ...evaluations);
    expect(result).toMatchObject({ cover, chosen: ['trailing-stop'] });
    expect(result.overruled).toEqual(['stop-loss by trailing-stop']);
  });

  it('never loosens a live stop', () => {
    const context = { orders: [stopLimit({ stop: '97', limit: '96' })] };
    expect(outcome(context, wants(protect('95', '94')))).toMatchObject({
      cover: '97/96',
      chosen: [],
      overruled: ['protect by stop never loosens'],
    });
    const sold = [stopLimit({ side: 'buy', stop: '103', limit: '104' })];
    expect(outcome({ ...short, orders: sold }, wants(protect('105', '106')))).toMatchObject({
      cover: '103/104',
      overruled: ['protect by stop never loosens'],
    });
  });

  it('does not loosen a stop either that is being changed this moment', () => {
    const orders = [stopLimit({ stop: '97', limit: '96', status: 'pending_cancel' })];
    expect(outcome({ orders }, wants(protect('95', '94')))).toMatchObject({ cover: '97/96' });
  });

  it('keeps the live limit when the stop is the same', () => {
    expect(outcome({ orders: [stopLimit()] }, wants(protect('95', '94.4')))).toMatchObject({
      cover: '95/94.5',
      chosen: ['protect'],
    });
  });

  it('binds nobody by a stop that BigBrother did not place', () => {
    const orders = [stopLimit({ quantity: '1', stop: '99', limit: '98', foreign: true })];
    expect(outcome({ orders }, wants(protect('95', '94')))).toMatchObject({ cover: '95/94' });
  });

  it('knows the stop of its own OCO, whose id Alpaca made', () => {
    expect(outcome({ orders: oco({ stop: '97', limit: '96' }) })).toMatchObject({ cover: '97/96' });
  });

  it('overrules a stop that the price is already through, and takes the next one', () => {
    const result = outcome(
      { price: '97' },
      wants(protect('97', '96'), { policy: 'trailing-stop' }),
      wants(protect('95', '94'), { policy: 'stop-loss' }),
    );
    expect(result).toMatchObject({ cover: '95/94', chosen: ['stop-loss'] });
    expect(result.overruled).toEqual(['trailing-stop by engine']);
  });

  it('sells a part and covers the rest at the tightest stop', () => {
    const result = outcome(
      { price: '110', orders: [stopLimit()] },
      wants(protect('100', '99')),
      wants(reduce('5')),
    );
    expect(result).toMatchObject({
      hold: '5',
      cover: '100/99',
      sale: '5 partial@2R',
      chosen: ['protect', 'reduce'],
    });
  });

  it('makes one sale at a time, the first in order of precedence', () => {
    const result = outcome(
      {},
      wants(reduce('4', 'rebalance@1'), { policy: 'rebalance' }),
      wants(reduce('5'), { policy: 'partial-profit' }),
    );
    expect(result).toMatchObject({ sale: '4 rebalance@1', chosen: ['rebalance'] });
    expect(result.overruled).toEqual(['partial-profit by rebalance']);
  });

  it('does not make the same milestone true twice', () => {
    const spent = { milestones: ['partial@2R'] };
    expect(outcome(spent, wants(reduce('5')))).toMatchObject({
      hold: '10',
      sale: null,
      overruled: ['reduce by engine'],
    });
  });

  it.each([
    ['intended', 'intended'],
    ['unknown', 'unknown'],
    ['live', 'live'],
    ['filled', 'filled'],
    ['partly filled and canceled', 'partly_filled'],
  ] as const)('does not sell again while the order for a milestone is %s', (_, state) => {
    const key = 'PA3TEST00001|AAPL#1|partial@2R';
    const intents = [{ key, generation: 1, clientOrderId: 'bb1-x', state, orderId: null }];
    expect(outcome({ intents }, wants(reduce('5')))).toMatchObject({ sale: null });
  });

  it('sells again when the order for the milestone died without a fill', () => {
    const key = 'PA3TEST00001|AAPL#1|partial@2R';
    const intents = [
      { key, generation: 1, clientOrderId: 'bb1-x', state: 'dead' as const, orderId: null },
    ];
    expect(outcome({ intents }, wants(reduce('5')))).toMatchObject({ sale: '5 partial@2R' });
  });

  it('exits a position of one size once, and what an exit left over again', () => {
    const key = `PA3TEST00001|AAPL#1|exit@gap/10`;
    const intents = [
      {
        key,
        generation: 1,
        clientOrderId: 'bb1-x',
        state: 'partly_filled' as const,
        orderId: null,
      },
    ];
    const wish = wants(exit('exit@gap'));
    expect(outcome({ intents }, wish)).toMatchObject({ sale: null, overruled: ['exit by engine'] });
    expect(outcome({ intents, quantity: '4' }, wish)).toMatchObject({ sale: '4 exit@gap' });
  });

  it('closes the position when the sale takes all of it', () => {
    const result = outcome({}, wants(protect('95', '94')), wants(reduce('12')));
    expect(result).toMatchObject({ hold: '0', cover: null, sale: '10 partial@2R' });
    expect(result.overruled).toEqual(['protect by reduce']);
  });

  it('accounts for every recommendation exactly once, with a reason', () => {
    const evaluations = [
      wants(protect('96', '95')),
      wants(protect('97', '96'), { policy: 'b' }),
      wants(reduce('0'), { policy: 'c' }),
      wants(reduce('3'), { policy: 'd' }),
      wants(reprice('93'), { policy: 'e' }),
    ];
    const { chosen, overruled } = decide(holding(), evaluations);
    expect(chosen.length + overruled.length).toBe(evaluations.length);
    for (const { because } of overruled) expect(because).not.toBe('');
  });
});
