import { describe, expect, it } from 'vitest';
import { clientOrderId } from '../../src/domain/client-order-id.ts';
import { price, quantity } from '../../src/domain/decimal.ts';
import type { EventType, JournalRecord } from '../../src/domain/event.ts';
import type { Order, OrderRequest, OrderStatus } from '../../src/domain/order.ts';
import type { IntentRecord, IntentState } from '../../src/domain/portfolio.ts';
import {
  foldIntents,
  milestonesDone,
  nextIdentity,
  saleMeaning,
  whySpent,
} from '../../src/engine/account/intents.ts';
import { type Draft, identify } from '../../src/engine/planning/candidate.ts';
import { ACCOUNT_NUMBER, holding, NOW, order } from '../support/given.ts';

const EPISODE = holding().episode.id;
const partial = `${ACCOUNT_NUMBER}|${EPISODE}|partial@2R`;
const leave = `${ACCOUNT_NUMBER}|${EPISODE}|${saleMeaning('exit@gap', quantity('10'))}`;
const slot = `${ACCOUNT_NUMBER}|${EPISODE}|cover/whole`;

const intent = (key: string, state: IntentState, generation = 1): IntentRecord => ({
  key,
  generation,
  clientOrderId: clientOrderId(key, generation),
  state,
  orderId: null,
});

describe('the next identity under a key', () => {
  it('starts at the first generation', () => {
    expect(nextIdentity(partial, [])).toEqual({
      key: partial,
      generation: 1,
      clientOrderId: clientOrderId(partial, 1),
    });
  });

  it.each([
    ['intended', null, null, null],
    ['unknown', null, null, null],
    ['live', null, null, null],
    ['filled', null, null, 2],
    ['partly_filled', null, null, 2],
    ['dead', 2, 2, 2],
  ] as const)(
    'after %s is %s for a profit, %s for an exit, %s for a slot',
    (state, ...expected) => {
      const generations = [partial, leave, slot].map(
        (key) => nextIdentity(key, [intent(key, state)])?.generation ?? null,
      );
      expect(generations).toEqual(expected);
    },
  );

  it('lets a slot be taken over from the order that this plan replaces, and from no other', () => {
    const live = intent(slot, 'live', 3);
    expect(nextIdentity(slot, [live], new Set([live.clientOrderId]))?.generation).toBe(4);
    expect(nextIdentity(slot, [live], new Set(['bb1-other']))).toBeNull();
    const doubtful = intent(slot, 'unknown', 3);
    expect(nextIdentity(slot, [doubtful], new Set([doubtful.clientOrderId]))).toBeNull();
    const sale = intent(partial, 'live');
    expect(nextIdentity(partial, [sale], new Set([sale.clientOrderId]))).toBeNull();
  });

  it('goes by the newest generation, wherever it stands in the list', () => {
    const intents = [intent(partial, 'filled', 2), intent(partial, 'dead', 1)];
    expect(nextIdentity(partial, intents)).toBeNull();
    expect(whySpent(partial, intents)).toContain('done already');
  });
});

describe('milestones', () => {
  it('are done with the first filled share', () => {
    const done = (...intents: IntentRecord[]) => milestonesDone(intents, ACCOUNT_NUMBER, EPISODE);
    expect(done(intent(partial, 'partly_filled'))).toEqual(['partial@2R']);
    expect(done(intent(leave, 'filled'), intent(slot, 'filled'))).toEqual(['exit@gap/10']);
    expect(done(intent(partial, 'live'))).toEqual([]);
    expect(done(intent(`${ACCOUNT_NUMBER}|AAPL#11|partial@2R`, 'filled'))).toEqual([]);
  });
});

describe('folding the journal', () => {
  const id = clientOrderId(partial, 1);
  const intended = record('step_intended', {
    kind: 'submit',
    key: partial,
    generation: 1,
    clientOrderId: id,
  });
  const answered = (outcome: string, orderId: string | null = null) =>
    record('step_answered', { clientOrderId: id, outcome, orderId });
  const observed = (status: OrderStatus, filledQuantity = '0') =>
    record('step_observed', { clientOrderId: id, orderId: 'o-1', status, filledQuantity });
  const stateAfter = (...records: JournalRecord[]) => foldIntents(records, [])[0]?.state;

  it('follows an order from the intent to its end', () => {
    expect(stateAfter(intended)).toBe('intended');
    expect(stateAfter(intended, answered('unknown'))).toBe('unknown');
    expect(stateAfter(intended, answered('rejected'))).toBe('dead');
    expect(stateAfter(intended, answered('acknowledged', 'o-1'))).toBe('live');
    expect(stateAfter(intended, answered('acknowledged'), observed('filled', '5'))).toBe('filled');
    expect(stateAfter(intended, observed('canceled', '2'))).toBe('partly_filled');
    expect(stateAfter(intended, observed('canceled', '0'))).toBe('dead');
    expect(stateAfter(intended, observed('unrecognized'))).toBe('unknown');
  });

  it('lets nothing that arrives late wake an order that has ended', () => {
    const ended = [intended, observed('filled', '5')];
    expect(stateAfter(...ended, answered('unknown'))).toBe('filled');
    expect(stateAfter(...ended, observed('partially_filled', '2'))).toBe('filled');
  });

  it('believes the broker where the journal does not know the end', () => {
    const live = order({ id: 'o-9', clientOrderId: id, status: 'new' });
    expect(foldIntents([intended, answered('unknown')], [live])).toEqual([
      { key: partial, generation: 1, clientOrderId: id, state: 'live', orderId: 'o-9' },
    ]);
    const filled = order({ clientOrderId: id, status: 'filled', filled: '10' });
    expect(foldIntents([intended], [filled])[0]?.state).toBe('filled');
  });

  it('keeps the newest generation of a key and passes over cancels', () => {
    const second = record('step_intended', {
      key: partial,
      generation: 2,
      clientOrderId: clientOrderId(partial, 2),
    });
    const cancel = record('step_intended', { kind: 'cancel', key: null, generation: null });
    const folded = foldIntents([intended, answered('rejected'), cancel, second], []);
    expect(folded.map(({ generation, state }) => [generation, state])).toEqual([[2, 'intended']]);
  });
});

function record(type: EventType, body: JournalRecord['body']): JournalRecord {
  return {
    v: 1,
    seq: 1,
    at: NOW,
    boot: 'boot-1',
    type,
    actor: 'loop',
    symbol: null,
    planId: null,
    orderId: null,
    body,
    prev: '',
    hash: '',
  };
}

describe('a key whose newest generation came to nothing', () => {
  it('is not given on while the order of an earlier one rests', () => {
    const stop: OrderRequest = {
      ...{ symbol: holding().position.symbol, side: 'sell', type: 'stop', timeInForce: 'gtc' },
      ...{ quantity: quantity('6'), limitPrice: null, stopPrice: price('95') },
      ...{ orderClass: 'simple', takeProfitLimitPrice: null, stopLoss: null },
      positionIntent: 'sell_to_close',
    };
    const draft: Draft = {
      ...{ kind: 'submit', purpose: 'protect', until: 'live', meaning: 'cover/whole' },
      order: stop,
    };
    const nextBeside = (orders: readonly Order[]) => {
      const context = holding({ orders, intents: [intent(slot, 'dead', 3)] });
      const identified = identify({ drafts: [draft] }, context);
      const [step] = identified.outcome === 'identified' ? identified.steps : [];
      return step?.kind === 'submit' ? [step.key, step.generation] : identified;
    };
    const resting = order({ clientOrderId: clientOrderId(slot, 2), quantity: '4' });
    expect(nextBeside([resting])).toEqual([`${slot}/2`, 1]);
    expect(nextBeside([])).toEqual([slot, 4]);
  });
});
