import { describe, expect, it } from 'vitest';
import { quantity } from '../../src/domain/decimal.ts';
import { ticker } from '../../src/domain/ids.ts';
import type { IntentRecord } from '../../src/domain/portfolio.ts';
import { contextFor } from '../../src/engine/account/context.ts';
import { keyFor } from '../../src/engine/account/intents.ts';
import { ACCOUNT_NUMBER, oco, order, snapshot, stopLimit } from '../support/given.ts';

const intent = (account: string, episode: string, meaning: string): IntentRecord => ({
  key: keyFor(account, episode as never, meaning),
  generation: 1,
  clientOrderId: `bb1-${episode}-${meaning}`,
  state: 'live',
  orderId: null,
});

const AAPL = ticker('AAPL');
const MSFT = ticker('MSFT');

describe('the context of a symbol', () => {
  it('is one and the same object for one snapshot, and another for the next', () => {
    const world = snapshot({ holdings: [{ symbol: 'AAPL' }, { symbol: 'MSFT' }] });
    expect(contextFor(world, AAPL)).toBe(contextFor(world, AAPL));
    expect(contextFor(world, AAPL)).not.toBe(contextFor(world, MSFT));
    const next = { ...world, version: world.version + 1 };
    expect(contextFor(next, AAPL)).not.toBe(contextFor(world, AAPL));
    expect(contextFor(next, AAPL)?.snapshotVersion).toBe(world.version + 1);
  });

  it('shows the exits of a pair no larger than what the pair has left', () => {
    const [takeProfit, stop] = oco({ quantity: '6' });
    const filled = { ...takeProfit, filledQuantity: quantity('1'), status: 'partially_filled' };
    const orders = [filled as typeof takeProfit, stop, stopLimit({ quantity: '4' })];
    const context = contextFor(
      snapshot({ holdings: [{ symbol: 'AAPL', quantity: '9', orders }] }),
      AAPL,
    );
    expect(context?.orders.map((each) => String(each.quantity))).toEqual(['6', '5', '4']);
    expect(String(context?.cover.exitQuantity)).toBe('9');
    expect(String(context?.cover.nakedQuantity)).toBe('0');
  });

  it('reckons with the successor of a replaced order before it is seen, as if it sold all', () => {
    const whole = stopLimit({ quantity: '9' });
    const old = { id: 'old', quantity: '0.5', status: 'replaced', replacedBy: 'next' } as const;
    const successor = stopLimit({ id: 'next', quantity: '0.5', replaces: 'old' });
    const seen = (...otherOrders: ReturnType<typeof order>[]) =>
      contextFor(snapshot({ holdings: [{ quantity: '9.5', orders: [whole] }], otherOrders }), AAPL);
    const before = seen(stopLimit(old));
    expect(before?.orders.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'stop-1 new',
      'next pending_new',
    ]);
    expect(String(before?.cover.nakedQuantity)).toBe('0.5');
    expect(String(before?.cover.exitQuantity)).toBe('18.5');
    const after = seen(stopLimit(old), successor);
    expect(after?.orders.map(({ id }) => id)).toEqual(['stop-1', 'next']);
    expect(String(after?.cover.exitQuantity)).toBe('9.5');
    const ended = seen(stopLimit(old), { ...successor, status: 'canceled' });
    expect(ended?.orders.map(({ id }) => id)).toEqual(['stop-1']);
  });

  it('holds the live orders and the intents of its own episode, and no others', () => {
    const world = snapshot({
      holdings: [
        { symbol: 'AAPL', episode: 2, orders: [stopLimit()] },
        { symbol: 'MSFT', orders: [stopLimit({ id: 'other', symbol: 'MSFT' })] },
      ],
      otherOrders: [order({ id: 'ended', status: 'canceled' })],
      intents: [
        intent(ACCOUNT_NUMBER, 'AAPL#1', 'cover/whole'),
        intent(ACCOUNT_NUMBER, 'AAPL#2', 'partial|odd'),
        intent('PA-OTHER', 'AAPL#2', 'cover/whole'),
        intent(ACCOUNT_NUMBER, 'AAPL#22', 'cover/whole'),
      ],
    });
    const context = contextFor(world, AAPL);
    expect(context?.orders.map(({ id }) => id)).toEqual(['stop-1']);
    expect(context?.intents.map(({ key }) => key)).toEqual([
      `${ACCOUNT_NUMBER}|AAPL#2|partial|odd`,
    ]);
  });

  it('is null where nothing is held, each time it is asked for', () => {
    const world = snapshot();
    expect([contextFor(world, MSFT), contextFor(world, MSFT)]).toEqual([null, null]);
  });

  it('costs one look through the lists for all symbols together', () => {
    const world = snapshot({
      holdings: Array.from({ length: 200 }, (_, index) => ({ symbol: `S${index}` })),
    });
    let looks = 0;
    const positions = world.positions.map((position) => ({
      ...position,
      get symbol() {
        looks += 1;
        return position.symbol;
      },
    }));
    const watched = { ...world, positions };
    for (const { symbol } of world.positions) contextFor(watched, symbol);
    expect(looks).toBeLessThan(200 * 5);
  });
});
