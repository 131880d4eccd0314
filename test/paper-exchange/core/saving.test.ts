import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import type { JsonValue, Latencies } from '../../../src/paper-exchange/core/basics/types.ts';
import { readState, writeState } from '../../../src/paper-exchange/core/state/saved-state.ts';
import { Floor } from './floor.ts';

function floorFor(latency: Partial<Latencies>, seed: string): Floor {
  const floor = new Floor({ seed, latencies: latency, switches: { randomPartialFills: true } });
  floor.market('MSFT', '99.99', '100.01', '100');
  return floor;
}

/** The state as it comes back from a file. */
function throughText(state: JsonValue): JsonValue {
  return readState(writeState({ core: state })).core ?? null;
}

/** Another exchange, opened with other ids, that goes on from the state of the first. */
function resumed(floor: Floor): Floor {
  const other = floorFor({}, 'another seed');
  other.events.length = 0;
  other.core.restore(throughText(floor.core.save()));
  other.tradeId = floor.tradeId;
  return other;
}

describe('saving and resuming', () => {
  it('keeps what waits: actions, dividends, pauses, locates, orders set aside or being replaced', () => {
    const floor = new Floor({
      assets: [
        { symbol: 'AAPL' },
        { symbol: 'MSFT', easyToBorrow: false, locate: { availableQty: 100, feePerShare: '0.1' } },
      ],
      switches: { dividendsPaid: true, ordersAtSplit: 'adjust', patternDayTraderRule: true },
      latencies: { replaceMs: 1000 },
    });
    const { core, accountId } = floor;
    const rate = decimal('0.25');
    const dividend = { kind: 'cash_dividend', symbol: 'AAPL', rate, special: false } as const;
    core.announce({ terms: dividend, exDate: '2026-10-08', payableDate: '2026-10-14' });
    const split = { kind: 'forward_split', symbol: 'AAPL', newRate: 2, oldRate: 1 } as const;
    core.announce({ terms: split, exDate: '2026-10-12' });
    core.requestLocate(accountId, { symbol: 'MSFT', qty: 100 });
    const stop = { side: 'sell', type: 'stop', stop_price: '90', time_in_force: 'gtc' };
    const aside = floor.accepted(stop);
    core.actOnOrder(accountId, aside, { kind: 'set_aside', status: 'done_for_day' });
    floor.replace(floor.accepted(stop), { stop_price: '91' });
    core.pause('AAPL');
    const other = resumed(floor);
    floor.events.length = 0;
    for (const one of [floor, other]) one.advanceBy(14 * 86_400_000);
    expect(floor.updates().length).toBeGreaterThan(5);
    expect(other.events).toEqual(floor.events);
    expect(other.position().qty).toBe('20');
    expect(JSON.stringify(other.core.save())).toBe(JSON.stringify(floor.core.save()));
  });

  it('keeps what was archived', () => {
    const floor = new Floor({ account: { cash: '10000000' } });
    const [first] = Array.from({ length: 6000 }, () => floor.accepted({}));
    const other = resumed(floor);
    expect(other.orderById(first)).toEqual(floor.orderById(first));
    expect(other.core.fills(other.accountId)).toEqual(floor.core.fills(floor.accountId));
  });

  it('keeps its listeners and goes on with the accounts, switches and latencies of the state', () => {
    const floor = new Floor({ switches: { washTradeStatus: 422 }, latencies: { cancelMs: 7 } });
    const other = resumed(floor);
    expect(other.accountId).toBe(floor.accountId);
    expect(other.core.switches.washTradeStatus).toBe(422);
    expect(other.core.latencies.cancelMs).toBe(7);
    other.accepted({});
    expect(other.eventNames()).toEqual(['pending_new', 'new', 'fill']);
  });

  it('does not save in the middle of telling its listeners', () => {
    const floor = new Floor();
    floor.core.subscribe(() => floor.core.save());
    const quote = () => floor.quote('AAPL', '99', '100');
    expect(quote).toThrow('within one of its listeners');
  });

  describe('a file that cannot be used says why', () => {
    const text = writeState({ core: new Floor().core.save() });

    it('when it ends early', () => {
      expect(() => readState(text.slice(0, -100))).toThrow('no complete JSON text');
    });

    it('when a digit has changed', () => {
      const place = text.lastIndexOf('99000');
      const edited = `${text.slice(0, place)}99001${text.slice(place + 5)}`;
      expect(() => readState(edited)).toThrow('its seal does not fit');
    });

    it('when a newer program wrote it', () => {
      const newer = text.replace(/"version":\d+/, '"version":99');
      expect(() => readState(newer)).toThrow('saved by a newer program as version 99');
    });

    it('when it is something else', () => {
      for (const other of ['{}', '[]', 'null', '3']) {
        expect(() => readState(other)).toThrow('not a saved state of the paper exchange');
      }
    });
  });
});
