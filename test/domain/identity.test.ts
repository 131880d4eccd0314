import { describe, expect, it } from 'vitest';
import { ApprovedPlan } from '../../src/domain/approved-plan.ts';
import { clientOrderId } from '../../src/domain/client-order-id.ts';
import { isTicker } from '../../src/domain/ids.ts';
import { isOurs, isTerminal } from '../../src/domain/order.ts';
import type { Step } from '../../src/domain/plan.ts';

describe('client order ids', () => {
  it('are the same for the same intent on every machine', () => {
    expect(clientOrderId('PA1|AAPL#7|partial@2R', 1)).toBe(
      clientOrderId('PA1|AAPL#7|partial@2R', 1),
    );
  });

  it('differ with the key and with the generation', () => {
    const ids = ['PA1|AAPL#7|a', 'PA1|AAPL#7|b', 'PA2|AAPL#7|a'].flatMap((key) => [
      clientOrderId(key, 1),
      clientOrderId(key, 2),
    ]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('fit the shortest limit that Alpaca ever documented and are known as ours', () => {
    const id = clientOrderId('PA1|AAPL#7|partial@2R', 1);
    expect(id).toMatch(/^bb1-[a-z2-7]{26}$/);
    expect(id.length).toBeLessThanOrEqual(48);
    expect(isOurs({ clientOrderId: id })).toBe(true);
    expect(isOurs({ clientOrderId: 'my-bot-1' })).toBe(false);
  });
});

describe('an approval', () => {
  it('cannot be forged with a cast, a copy or the prototype', () => {
    const step = { kind: 'cancel' } as Step;
    expect(ApprovedPlan.covers({ plan: {}, verdicts: [] }, step)).toBe(false);
    expect(ApprovedPlan.covers(Object.create(ApprovedPlan.prototype), step)).toBe(false);
    expect(ApprovedPlan.covers(null, step)).toBe(false);
  });
});

describe('symbols', () => {
  it.each(['AAPL', 'BRK.B', 'BTC/USD', 'A'])('%s is one', (symbol) => {
    expect(isTicker(symbol)).toBe(true);
  });
  it.each(['aapl', '', 'AAPL;DROP', '../etc', 'A'.repeat(20), 'ＡＡＰＬ', 'AAPL '])(
    '%j is not',
    (symbol) => {
      expect(isTicker(symbol)).toBe(false);
    },
  );
});

describe('order statuses', () => {
  it('end where Alpaca says they end, and done_for_day does not', () => {
    const ended = ['filled', 'canceled', 'expired', 'replaced', 'rejected'] as const;
    expect(ended.every(isTerminal)).toBe(true);
    expect(isTerminal('done_for_day')).toBe(false);
    expect(isTerminal('pending_cancel')).toBe(false);
    expect(isTerminal('unrecognized')).toBe(false);
  });
});
