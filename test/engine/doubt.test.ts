import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantity, text } from '../../src/domain/decimal.ts';
import { orderId } from '../../src/domain/ids.ts';
import type { Order } from '../../src/domain/order.ts';
import { coverOf } from '../../src/engine/account/cover.ts';
import { decide } from '../../src/engine/decision/decide.ts';
import {
  areOverdue,
  type Doubt,
  LONGEST_UNDER_WAY_MS,
  onlyProtects,
  onlyReleases,
  protectsMore,
  withDoubts,
} from '../../src/engine/planning/doubt.ts';
import { planFor } from '../../src/engine/planning/plan.ts';
import { defaultPlanning } from '../../src/engine/planning-settings.ts';
import { exit, holding, NOW, protect, reduce, stopLimit, wants } from '../support/given.ts';

const unknownSale = (shares: string | null): Doubt => ({
  ...{ kind: 'submit', clientOrderId: 'bb1-lost', orderId: null, side: 'sell' },
  quantity: shares === null ? null : quantity(shares),
  since: NOW,
});

const change = (kind: 'replace' | 'cancel', id: string, shares: string | null = null): Doubt => ({
  ...{ kind, clientOrderId: kind === 'cancel' ? null : 'bb1-lost', orderId: orderId(id) },
  ...{ side: null, quantity: shares === null ? null : quantity(shares), since: NOW },
});

const lostIntent = {
  ...{ key: 'A1|AAPL#1|cover/whole', generation: 1, clientOrderId: 'bb1-lost' },
  ...{ state: 'unknown' as const, orderId: null },
};

/** What is planned for a position, whatever its policies want, with something in doubt. */
function plannedFor(
  held: string,
  orders: readonly Order[],
  doubts: readonly Doubt[],
  wish = protect('96', '95'),
) {
  const seen = holding({ quantity: held, orders, intents: [lostIntent] });
  const context = withDoubts(seen, doubts);
  const decision = decide(context, [wants(wish, { symbol: 'AAPL' })]);
  return planFor(decision, context, defaultPlanning);
}

const lines = (planning: ReturnType<typeof planFor>): string[] =>
  (planning.part?.steps ?? []).map((step) =>
    step.kind === 'submit'
      ? `${step.order.side} ${text(step.order.quantity)} @${step.order.stopPrice}`
      : `${step.kind} ${step.orderId}`,
  );

describe('with an exit of unknown outcome', () => {
  it('the shares that it cannot take get their stop, and no others', () => {
    expect(lines(plannedFor('10', [], [unknownSale('4')]))).toEqual(['sell 6 @96']);
    expect(lines(plannedFor('10', [], [unknownSale('10')]))).toEqual([]);
    expect(lines(plannedFor('10', [], [unknownSale(null)]))).toEqual([]);
  });

  it('all shares get their stop once it is longer than any request is under way', () => {
    const overdue = { ...unknownSale('4'), since: NOW - LONGEST_UNDER_WAY_MS - 1 };
    expect(lines(plannedFor('10', [], [overdue]))).toEqual(['sell 10 @96']);
    expect(
      lines(plannedFor('10', [], [{ ...overdue, since: NOW - LONGEST_UNDER_WAY_MS }])),
    ).toEqual(['sell 6 @96']);
  });

  it('the whole position may leave once it is longer than any request is under way', () => {
    const overdue = { ...unknownSale('4'), since: NOW - LONGEST_UNDER_WAY_MS - 1 };
    const live = stopLimit({ id: 'live', quantity: '6', stop: '95', limit: '94' });
    const wish = exit('exit@gap');
    expect(lines(plannedFor('10', [live], [overdue], wish))).toEqual([
      'cancel live',
      'sell 10 @null',
    ]);
    expect(lines(plannedFor('10', [live], [change('replace', 'live')], wish))).toEqual([]);
    expect(areOverdue([overdue], NOW)).toBe(true);
    expect(areOverdue([overdue, unknownSale('4')], NOW)).toBe(false);
    expect(areOverdue([{ ...change('cancel', 'live'), since: 0 }], NOW)).toBe(false);
  });

  it('a fraction that another fraction stop leaves bare gets one more', () => {
    const half = { id: 'half', quantity: '0.5', stop: '95', limit: '94' } as const;
    const live = stopLimit({ ...half, timeInForce: 'day' });
    const overdue = { ...unknownSale('4'), since: NOW - LONGEST_UNDER_WAY_MS - 1 };
    expect(lines(plannedFor('0.8', [live], [overdue]))).toEqual(['sell 0.3 @96']);
    // What is worth less than a dollar is not taken.
    expect(lines(plannedFor('0.505', [live], [overdue]))).toEqual([]);
  });

  it('a live stop is raised where it stands', () => {
    const live = stopLimit({ id: 'live', quantity: '6', stop: '95', limit: '94' });
    expect(lines(plannedFor('10', [live], [unknownSale('4')]))).toEqual(['replace live']);
  });

  it('nothing is sold, and nothing is canceled', () => {
    const live = stopLimit({ id: 'live', quantity: '6', stop: '95', limit: '94' });
    for (const wish of [exit('exit@now'), reduce('2', 'partial@2R')]) {
      const planning = plannedFor('10', [live], [unknownSale('4')], wish);
      expect(lines(planning).filter((line) => line !== 'replace live')).toEqual([]);
    }
  });

  it('a position in something else than US equities waits as before', () => {
    const crypto = holding({ symbol: 'BTC/USD', assetClass: 'crypto' });
    const context = withDoubts(crypto, [unknownSale('1')]);
    const decision = decide(context, [wants(protect('96', '95'), { symbol: 'BTC/USD' })]);
    expect(planFor(decision, context, defaultPlanning).outcome).toBe('impossible');
  });
});

describe('with a change of unknown outcome', () => {
  const stop = stopLimit({ id: 'live', quantity: '6', stop: '95', limit: '94' });

  it.each(['cancel', 'replace'] as const)('the order of a %s is left, and holds all', (kind) => {
    expect(lines(plannedFor('10', [stop], [change(kind, 'live')]))).toEqual(['sell 4 @96']);
    expect(lines(plannedFor('6', [stop], [change(kind, 'live')]))).toEqual([]);
  });

  it('one that asked for more shares holds as many', () => {
    expect(lines(plannedFor('10', [stop], [change('replace', 'live', '9')]))).toEqual([
      'sell 1 @96',
    ]);
  });

  it('guards nothing while its end may have come', () => {
    const context = withDoubts(holding({ quantity: '6', orders: [stop] }), [
      change('cancel', 'live'),
    ]);
    expect(text(context.cover.nakedQuantity)).toBe('6');
    expect(text(context.cover.exitQuantity)).toBe('6');
  });
});

describe('what only protects', () => {
  const live = stopLimit({ id: 'live', quantity: '6', stop: '95', limit: '94' });
  const raised = (stopPrice: string, shares: string | null = null) =>
    ({
      ...({ kind: 'replace', purpose: 'protect', before: live, meaning: 'cover/whole' } as const),
      change: {
        stopPrice: live.stopPrice === null ? null : stopPriceOf(stopPrice),
        limitPrice: null,
        quantity: shares === null ? null : quantity(shares),
      },
    }) as const;
  const stopPriceOf = (digits: string) => stopLimit({ stop: digits }).stopPrice;

  it('raises a stop, or gives it more shares, and never the other way', () => {
    expect(protectsMore(raised('96'), 'long')).toBe(true);
    expect(protectsMore(raised('95', '7'), 'long')).toBe(true);
    expect(protectsMore(raised('94'), 'long')).toBe(false);
    expect(protectsMore(raised('96', '5'), 'long')).toBe(false);
    expect(protectsMore(raised('96'), 'short')).toBe(false);
    expect(protectsMore({ kind: 'cancel', purpose: 'release', before: live }, 'long')).toBe(false);
  });

  it('is not a part without steps', () => {
    const { part } = plannedFor('10', [], [unknownSale('4')]);
    if (part === null) throw new Error('nothing was planned');
    expect(onlyProtects(part)).toBe(true);
    expect(onlyProtects({ ...part, steps: [] })).toBe(false);
  });
});

describe('what takes back exits of a position that is gone', () => {
  it('need not wait while all that are in doubt are more of them', () => {
    const { part } = plannedFor('10', [], [unknownSale('4')]);
    if (part === null) throw new Error('nothing was planned');
    const before = stopLimit({ id: 'left' });
    const [step] = part.steps;
    if (step === undefined) throw new Error('nothing is to be done');
    const cancel = {
      ...({ kind: 'cancel', purpose: 'release', until: 'terminal', before } as const),
      ...{ symbol: before.symbol, orderId: before.id },
    };
    const gone = { ...part, cause: 'orphans_released', steps: [cancel] } as const;
    expect(onlyReleases(gone, [unknownSale('4')])).toBe(true);
    expect(onlyReleases(gone, [{ ...unknownSale('4'), side: 'buy' }])).toBe(false);
    expect(onlyReleases(gone, [change('replace', 'left')])).toBe(false);
    expect(onlyReleases({ ...gone, steps: [cancel, step] }, [])).toBe(false);
    expect(onlyReleases({ ...gone, cause: 'entry_ended' }, [])).toBe(false);
  });
});

describe('whatever the order in doubt turns out to be', () => {
  const shares = fc.integer({ min: 0, max: 12 });

  it('never more shares are on their way out than are held', () => {
    let planned = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        shares,
        shares,
        fc.constantFrom('live', 'filled', 'dead'),
        (held, unknown, resting, outcome) => {
          fc.pre(unknown + resting <= held);
          const stops =
            resting === 0
              ? []
              : [stopLimit({ id: 'live', quantity: String(resting), stop: '95', limit: '94' })];
          const doubts = unknown === 0 ? [] : [unknownSale(String(unknown))];
          const planning = plannedFor(String(held), stops, doubts);
          const added = (planning.part?.steps ?? []).reduce((sum, step) => {
            if (step.kind === 'cancel') return sum;
            if (step.kind === 'submit') return sum + Number(text(step.order.quantity));
            return (
              sum + Number(text(step.change.quantity ?? quantity(resting.toString()))) - resting
            );
          }, 0);
          planned += added;
          const leaving = resting + added + (outcome === 'live' ? unknown : 0);
          const left = held - (outcome === 'filled' ? unknown : 0);
          expect(leaving).toBeLessThanOrEqual(left);
        },
      ),
      { numRuns: 500 },
    );
    expect(planned).toBeGreaterThan(0);
  });

  it('an order that has been found counts once', () => {
    const found = {
      ...stopLimit({ id: 'found', quantity: '4' }),
      clientOrderId: 'bb1-lost' as Order['clientOrderId'],
    };
    const seen = holding({ quantity: '10', orders: [found] });
    const { orders, position } = withDoubts(seen, [unknownSale('4')]);
    expect(text(coverOf(position, orders).exitQuantity)).toBe('4');
  });
});
