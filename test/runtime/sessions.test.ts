import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../src/ports/broker.ts';
import {
  AAPL,
  type Given,
  type Guarded,
  guardedAccount,
  loopedAccount,
  settle,
  watchedAccount,
} from '../support/guarded-account.ts';

const CYCLE_MS = 10_000;
/** Thursday 2026-10-08, 15:59 in New York, and the open of the next morning. */
const BEFORE_CLOSE = Date.UTC(2026, 9, 8, 19, 59);
const OPEN = Date.UTC(2026, 9, 9, 13, 30);
/** The day after Thanksgiving closes at 13:00 in New York; the next open is on Monday. */
const EARLY_CLOSE = Date.UTC(2026, 10, 27, 18, 0);
const MONDAY_OPEN = Date.UTC(2026, 10, 30, 14, 30);

/** Nights are long: the closed market is looked at each minute, and at the open all the same. */
const NIGHT = { closedCycleMs: 60_000 };

const holding = (qty: string, given: Given = {}): Given => ({
  startAt: BEFORE_CLOSE,
  positions: [{ symbol: 'AAPL', qty, averageEntryPrice: '100' }],
  ...given,
});
const alert = ({ bigBrother }: Guarded, code: string) =>
  bigBrother.alerts().find((one) => one.code === code)?.because ?? null;
const naked = ({ state }: Guarded): number => Number(state.nakedTime(AAPL).shareSeconds);
const sent = ({ broker }: Guarded): number => broker.mutations().length;

describe('a stop that lives for a day', () => {
  it('is armed again within seconds of the open, and said to be missing until then', async () => {
    const guarded = await loopedAccount(holding('2.5', { settings: NIGHT }));
    const { clock, price, resting } = guarded;
    expect(resting()).toEqual(['sell stop_limit 0.5 @92', 'sell stop_limit 2 @92']);
    await clock.advanceTo(OPEN - 60_000);
    const before = naked(guarded);
    expect(resting()).toEqual(['sell stop_limit 2 @92']);
    expect(alert(guarded, 'unprotectable')).toBe(
      '0.5 shares are without a stop while the market is closed: unprotectable until ' +
        '2026-10-09T13:30:00.000Z',
    );
    expect(alert(guarded, 'naked_position')).toBeNull();
    await clock.advanceTo(OPEN);
    price('AAPL', '100');
    await clock.advanceBy(3_000);
    expect(resting()).toEqual(['sell stop_limit 0.5 @92', 'sell stop_limit 2 @92']);
    expect(naked(guarded) - before).toBeLessThan(0.5 * 3);
    await clock.advanceBy(CYCLE_MS);
    expect(alert(guarded, 'unprotectable')).toBeNull();
  });

  it('is not placed after an early close, and not before Monday', async () => {
    const guarded = await loopedAccount(
      holding('0.5', { startAt: EARLY_CLOSE - 60_000, settings: NIGHT }),
    );
    const { clock, price, resting } = guarded;
    expect(resting()).toEqual(['sell stop_limit 0.5 @92']);
    await clock.advanceTo(EARLY_CLOSE + 60_000);
    const after = sent(guarded);
    expect(resting()).toEqual([]);
    expect(alert(guarded, 'unprotectable')).toContain('2026-11-30T14:30:00.000Z');
    await clock.advanceTo(EARLY_CLOSE + 4 * 3_600_000);
    expect(sent(guarded)).toBe(after);
    await clock.advanceTo(MONDAY_OPEN);
    price('AAPL', '100');
    await clock.advanceBy(3_000);
    expect(resting()).toEqual(['sell stop_limit 0.5 @92']);
    // A whole weekend passes.
  }, 60_000);

  it('guards what a partial profit leaves of a share, and nothing is tried over and over', async () => {
    const guarded = await loopedAccount(holding('10.74', { startAt: BEFORE_CLOSE - 3_600_000 }));
    const { clock, price, resting } = guarded;
    price('AAPL', '116.5');
    await clock.advanceBy(2 * CYCLE_MS);
    expect(guarded.held()).toBe('long 5.37');
    expect(resting()).toEqual(['sell stop_limit 0.37 @110.68', 'sell stop_limit 5 @110.68']);
    const before = sent(guarded);
    await clock.advanceBy(600_000);
    expect(sent(guarded)).toBe(before);
  });
});

describe('while the market is closed', () => {
  it('a stop stays where it is, moves at the open, and that is said', async () => {
    const guarded = await loopedAccount(holding('10', { settings: NIGHT }));
    const { clock, price, resting, bigBrother } = guarded;
    price('AAPL', '110');
    await clock.advanceTo(BEFORE_CLOSE + 62_000);
    const before = sent(guarded);
    const stop = resting();
    await clock.advanceTo(OPEN - 60_000);
    expect(sent(guarded)).toBe(before);
    const evaluation = bigBrother.evaluate(AAPL);
    if (evaluation?.part !== null) expect(stop).toEqual(['sell stop_limit 10 @104.5']);
    await clock.advanceTo(OPEN);
    price('AAPL', '115');
    await clock.advanceBy(CYCLE_MS + 2_000);
    expect(resting()).toEqual(['sell stop_limit 10 @109.25']);
  });

  it('says of a stop that would be moved when it will be', async () => {
    const guarded = await loopedAccount(holding('10'));
    const { clock, price, bigBrother, resting } = guarded;
    await clock.advanceTo(BEFORE_CLOSE + 58_000);
    price('AAPL', '110');
    await clock.advanceTo(BEFORE_CLOSE + 120_000);
    const notes = bigBrother.evaluate(AAPL)?.notes.map(({ because }) => because) ?? [];
    expect(resting()).toEqual(['sell stop_limit 10 @92']);
    expect(notes.join('\n')).toContain('the stop at 92 stays and moves at the open');
    expect(notes.join('\n')).toContain('2026-10-09T13:30:00.000Z');
  });
});

describe('a cancel that does not end', () => {
  it('is told of at 5 s and again at 60 s; no other exit is placed, and the shares count as bare', async () => {
    const guarded = await loopedAccount({ latencies: { cancelMs: 3_600_000 } });
    const { clock, bigBrother, context, broker } = guarded;
    const proposal = await settle(
      clock,
      bigBrother.propose({ kind: 'exit', symbol: AAPL }, 'host'),
    );
    if (proposal.outcome !== 'proposed') throw new Error('a plan was to come');
    const { id, hash } = proposal.plan;
    await settle(clock, bigBrother.execute(id, hash));
    await clock.advanceBy(CYCLE_MS);
    expect(alert(guarded, 'cancel_slow')).toContain('pending_cancel for over 4 s');
    expect(context()?.cover.nakedQuantity.toFixed()).toBe('10');
    expect(context()?.cover.exitQuantity.toFixed()).toBe('10');
    await clock.advanceBy(60_000);
    expect(alert(guarded, 'cancel_slow')).toBeNull();
    expect(alert(guarded, 'cancel_stuck')).toContain('for over 60 s');
    expect(alert(guarded, 'cancel_stuck')).toContain('ask the broker');
    expect(broker.mutations()).toEqual(['submit AAPL sell stop_limit 10', 'cancel AAPL']);
  });
});

describe('many positions without a stop', () => {
  it('are told of in one alert', async () => {
    const symbols = 'ABCDEFGHIJKL'.split('').map((letter) => `${letter}${letter}`);
    const guarded = await loopedAccount({
      positions: symbols.map((symbol) => ({ symbol, qty: '10', averageEntryPrice: '100' })),
      settings: { mode: 'propose' },
    });
    await guarded.clock.advanceBy(2 * CYCLE_MS);
    const told = guarded.bigBrother.alerts().filter(({ code }) => code === 'naked_position');
    expect(told.map(({ symbol }) => symbol)).toEqual([null]);
    expect(told[0]?.because).toBe(
      'AA, BB, CC, DD, EE and 7 more positions: together 120 shares have had no confirmed stop ' +
        'for over 4 s',
    );
    expect(guarded.records('alert_raised').length).toBeLessThan(3);
  });

  it('are told of within 5 s and a cycle', async () => {
    const guarded = await loopedAccount({ settings: { mode: 'propose' } });
    await guarded.clock.advanceBy(4_500);
    expect(guarded.bigBrother.alerts().map(({ code }) => code)).toEqual(['naked_position']);
  });
});

describe('a loop whose cycle could not see the market', () => {
  it('goes at the pace of the session as soon as a reading shows that it is open', async () => {
    const guarded = await guardedAccount(holding('2.5', { settings: NIGHT }));
    const { broker, clock, state, resting } = guarded;
    const readCalendar = broker.readCalendar.bind(broker);
    broker.readCalendar = () => Promise.reject(new Error('no calendar'));
    await settle(clock, guarded.start());
    guarded.orchestrator.start();
    await clock.advanceBy(1_000);
    expect(resting()).toEqual(['sell stop_limit 2 @92']);
    broker.readCalendar = readCalendar;
    await settle(clock, state.updateFromAlpaca());
    // The first stop is looked at for as long as something is missing beside it.
    await clock.advanceBy(6_000);
    expect(resting()).toEqual(['sell stop_limit 0.5 @92', 'sell stop_limit 2 @92']);
    const cycles = (): number => broker.calls.filter((call) => call === 'readPositions').length;
    const before = cycles();
    await clock.advanceBy(3 * CYCLE_MS);
    expect(cycles() - before).toBeGreaterThanOrEqual(3);
  });

  it('decides on the next reading that succeeds, whoever asked for it', async () => {
    const guarded = await watchedAccount();
    const { broker, clock, state, resting } = guarded;
    broker.readsFail = new BrokerError('no answer', { outcome: 'unknown' });
    guarded.orchestrator.start();
    await clock.advanceBy(1_000);
    broker.readsFail = null;
    await settle(clock, state.updateFromAlpaca());
    await clock.advanceBy(1_000);
    expect(resting()).toEqual(['sell stop_limit 10 @92']);
  });
});
