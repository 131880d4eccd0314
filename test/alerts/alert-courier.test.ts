import { describe, expect, it } from 'vitest';
import { MemoryEventStore } from '../../src/adapters/event-stores/memory.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { AlertCourier } from '../../src/alerts/alert-courier.ts';
import type { Notice, Notifier } from '../../src/ports/notifier.ts';
import { AlertBoard } from '../../src/runtime/journal/alert-board.ts';
import { EventLogger } from '../../src/runtime/journal/event-logger.ts';

const NOON = Date.UTC(2026, 9, 8, 16);
const naked = (symbol: string) => ({
  code: 'naked_position',
  symbol,
  because: '10 shares have had no confirmed stop for over 4 s',
});

/** A board, its journal and a courier to one place, which takes everything or says why not. */
function courierTo(refusal: { because: string | null; hangs?: boolean } = { because: null }) {
  const clock = new VirtualClock(NOON);
  const logger = new EventLogger({ store: new MemoryEventStore(), clock, bootId: 'boot' });
  const board = new AlertBoard({ logger, clock });
  const got: (Pick<Notice, 'kind' | 'code' | 'symbol' | 'because'> & { after: number })[] = [];
  const place: Notifier = {
    name: 'place',
    send: ({ kind, code, symbol, because }) => {
      if (refusal.hangs) return new Promise(() => {});
      if (refusal.because !== null) return Promise.reject(new Error(refusal.because));
      got.push({ kind, code, symbol, because, after: clock.now() - NOON });
      return Promise.resolve();
    },
  };
  const courier = new AlertCourier({
    ...{ notifiers: [place], environment: 'paper', clock, alerts: board },
  });
  logger.onRecord((record) => courier.hear(record));
  const raise = (symbol: string) => board.raise(naked(symbol) as never);
  const clear = (symbol: string) => board.clear(naked(symbol) as never);
  return { clock, board, logger, courier, got, raise, clear, refusal };
}

describe('what is wrong', () => {
  it('reaches a person at once, and its end too', async () => {
    const { clock, got, raise, clear } = courierTo();
    raise('AAPL');
    await clock.advanceBy(12_000);
    clear('AAPL');
    await clock.advanceBy(1);
    expect(got).toEqual([
      { kind: 'alert', ...naked('AAPL'), after: 0 },
      { kind: 'all_clear', ...naked('AAPL'), because: 'it is over after 12 s', after: 12_000 },
    ]);
  });

  it('is told of once a minute while it comes and goes, and as it is then', async () => {
    const { clock, got, raise, clear } = courierTo();
    for (let turn = 0; turn < 20; turn += 1) {
      raise('AAPL');
      await clock.advanceBy(1_000);
      clear('AAPL');
      await clock.advanceBy(1_000);
    }
    raise('AAPL');
    await clock.advanceBy(120_000);
    expect(got.map(({ kind, after }) => [kind, after])).toEqual([
      ['alert', 0],
      ['all_clear', 1_000],
      ['alert', 60_000],
    ]);
  });

  it('that ended before its turn came is told of no more', async () => {
    const { clock, got, raise, clear } = courierTo();
    for (let turn = 0; turn < 2; turn += 1) {
      raise('AAPL');
      clear('AAPL');
    }
    await clock.advanceBy(300_000);
    expect(got.map(({ kind }) => kind)).toEqual(['alert', 'all_clear']);
  });

  it('in hundreds is counted after thirty, and the rest told of together', async () => {
    const { clock, got, raise } = courierTo();
    for (let index = 0; index < 200; index += 1) raise(`SYM${index}`);
    await clock.advanceBy(1);
    expect(got).toHaveLength(30);
    await clock.advanceBy(60_000);
    expect(got).toHaveLength(31);
    expect(got[30]?.because).toMatch(/^170 more were raised/);
  });

  it('waits for a place that takes nothing now, and comes in order afterwards', async () => {
    const { clock, board, got, raise, refusal } = courierTo({ because: 'it answered 503' });
    raise('AAPL');
    raise('MSFT');
    await clock.advanceBy(20_000);
    expect(got).toEqual([]);
    expect(board.alerts().find(({ code }) => code === 'alerts_undelivered_place')).toMatchObject({
      because: 'place takes no alerts: it answered 503',
    });
    refusal.because = null;
    await clock.advanceBy(60_000);
    expect(got.map(({ symbol }) => symbol)).toEqual(['AAPL', 'MSFT']);
    expect(board.alerts().map(({ code }) => code)).not.toContain('alerts_undelivered_place');
  });

  it('is given up on after four seconds of silence, and tried again', async () => {
    const { clock, got, raise, refusal } = courierTo({ because: null, hangs: true });
    raise('AAPL');
    await clock.advanceBy(4_500);
    refusal.hangs = false;
    await clock.advanceBy(1_000);
    expect(got).toMatchObject([{ symbol: 'AAPL', after: 5_000 }]);
  });

  it('is told of no more once it is stopped', async () => {
    const { clock, courier, got, raise, clear } = courierTo();
    raise('AAPL');
    await clock.advanceBy(1);
    clear('AAPL');
    raise('AAPL');
    courier.stop();
    await clock.advanceBy(300_000);
    expect(got.length).toBeLessThanOrEqual(2);
    expect(clock.nextDueAt()).toBeNull();
  });
});

describe('a plan that waits for a person', () => {
  it('is told of with the reason, and never with the code that agrees to it', async () => {
    const { clock, logger, got } = courierTo();
    const body = { hash: 'abc', tier: 'T2', because: ['it sells 2,000.00 USD'], shown: ['code 1'] };
    logger.log({ type: 'approval_requested', actor: 'host', planId: 'plan-1', body });
    await clock.advanceBy(1);
    expect(got).toMatchObject([
      {
        kind: 'approval',
        code: 'approval_waiting',
        because: 'plan-1: it sells 2,000.00 USD; read it with "bigbrother pending"',
      },
    ]);
  });
});
