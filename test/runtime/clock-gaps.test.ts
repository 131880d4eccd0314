import { describe, expect, it } from 'vitest';
import type { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { BrokerError } from '../../src/ports/broker.ts';
import { type Given, loopedAccount } from '../support/guarded-account.ts';
import { ProcessClock } from '../support/process-clock.ts';

const MINUTE_MS = 60_000;

/** A guarded account whose process can be stopped. */
async function stoppable(given: Given = {}) {
  let time: ProcessClock | null = null;
  const processClock = (clock: VirtualClock) => {
    time ??= new ProcessClock(clock);
    return time;
  };
  const symbols = ['AAPL', 'MSFT'];
  const guarded = await loopedAccount({ symbols, ...given, processClock });
  if (time === null) throw new Error('there is no clock');
  await guarded.clock.advanceBy(MINUTE_MS);
  for (const symbol of symbols) guarded.price(symbol, '100');
  const causes = (): readonly string[] =>
    guarded
      .records('trading_state_changed')
      .map(({ body }) => (body as { because: string }).because);
  return { ...guarded, time: time as ProcessClock, causes };
}

const isChange = (call: string) => /^(submit|replace|cancel)/.test(call);

describe('a process that was stopped for a minute', () => {
  it('reads the account before it sends anything, and then covers what came meanwhile', async () => {
    const guarded = await stoppable();
    expect(guarded.resting()).toEqual(['sell stop_limit 10 @92']);
    guarded.time.stop();
    await guarded.clock.advanceBy(MINUTE_MS);
    // The first that wakes it is not a timer, but a fill.
    const callsBefore = guarded.broker.calls.length;
    await guarded.trade('MSFT', 'buy', '10');
    await guarded.clock.advanceBy(0);
    guarded.time.goOn();
    await guarded.clock.advanceBy(5_000);

    const calls = guarded.broker.calls.slice(callsBefore);
    const firstChange = calls.findIndex(isChange);
    expect(firstChange).toBeGreaterThan(0);
    const readBefore = calls.slice(0, firstChange);
    for (const read of ['readOrders', 'readPositions', 'readAccount']) {
      expect(readBefore).toContain(read);
    }
    expect(guarded.causes().join('\n')).toMatch(/recovers, because this process stood still for 6/);
    expect(guarded.bigBrother.status().tradingState).toBe('active');
    expect(guarded.resting('MSFT')).toHaveLength(1);
  });

  it('opens its streams again', async () => {
    const guarded = await stoppable();
    const opened = () => guarded.records('stream_changed').length;
    const before = opened();
    guarded.time.stop();
    await guarded.clock.advanceBy(MINUTE_MS);
    guarded.time.goOn();
    await guarded.clock.advanceBy(5_000);
    expect(opened()).toBeGreaterThan(before);
    expect(guarded.state.streams()).toEqual({ trading: 'live', market: 'live' });
  });

  it('sends nothing for as long as the broker cannot be read', async () => {
    const guarded = await stoppable();
    guarded.time.stop();
    await guarded.clock.advanceBy(MINUTE_MS);
    guarded.broker.findsNothing = true;
    guarded.broker.readsFail = new BrokerError('no network yet', { outcome: 'unknown' });
    const before = guarded.broker.mutations().length;
    await guarded.trade('MSFT', 'buy', '10');
    guarded.time.goOn();
    await guarded.clock.advanceBy(MINUTE_MS);
    expect(guarded.recovery.isRecovering).toBe(true);
    expect(guarded.broker.mutations().length).toBe(before);

    guarded.broker.readsFail = null;
    guarded.broker.findsNothing = false;
    await guarded.clock.advanceBy(15_000);
    expect(guarded.recovery.isRecovering).toBe(false);
    expect(guarded.broker.mutations().length).toBeGreaterThan(before);
  });
});

it('a laptop that slept is noticed although its own clock stood still meanwhile', async () => {
  const guarded = await stoppable();
  guarded.time.stop();
  await guarded.clock.advanceBy(MINUTE_MS);
  guarded.time.goOn('slept');
  await guarded.clock.advanceBy(3_000);
  expect(guarded.causes().join('\n')).toMatch(/this machine slept, or its clock was set forward/);
  expect(guarded.bigBrother.status().tradingState).toBe('active');
});

it('while the market is closed a stop of 20 s is noticed all the same, before anything is sent', async () => {
  const midnight = Date.UTC(2026, 9, 8, 4, 0);
  const guarded = await stoppable({ startAt: midnight });
  const before = guarded.causes().length;
  guarded.time.stop();
  await guarded.clock.advanceBy(20_000);
  guarded.time.goOn();
  // Whoever asks first, before any timer: nothing may be sent yet.
  expect(guarded.recovery.whyNotReady()).toMatch(/this process stood still for 2\d/);
  await guarded.clock.advanceBy(5_000);
  expect(guarded.recovery.whyNotReady()).toBeNull();
  expect(guarded.causes().length).toBeGreaterThan(before);
});

it.each([
  ['forward', 3_600_000, /set forward, by 3600/],
  ['back', -3_600_000, /was set back by 3600/],
])(
  'a clock set %s by an hour freezes entries until it agrees with the broker',
  async (_, ms, said) => {
    const guarded = await stoppable();
    guarded.time.setAhead(ms);
    await guarded.clock.advanceBy(5_000);
    expect(guarded.causes().join('\n')).toMatch(said);
    expect(guarded.bigBrother.status()).toMatchObject({
      tradingState: 'reducing',
      tradingStateCauses: [{ code: 'clock_skew' }],
    });
    expect(guarded.alerts.alerts().map(({ code }) => code)).toContain('clock_skew');
    guarded.time.setAhead(-ms);
    await guarded.clock.advanceBy(35_000);
    expect(guarded.bigBrother.status().tradingState).toBe('active');
    expect(guarded.alerts.alerts().map(({ code }) => code)).not.toContain('clock_skew');
  },
);

it('the search for an order in doubt ends in its time although the clock was set back', async () => {
  const guarded = await stoppable({ positions: [] });
  for (let copy = 0; copy < 4; copy += 1) guarded.broker.next('submit', { kind: 'loses_request' });
  await guarded.trade('AAPL', 'buy', '10');
  await guarded.clock.advanceBy(37_000);
  guarded.time.setAhead(-3_600_000);
  await guarded.clock.advanceBy(10_000);
  guarded.time.setAhead(3_600_000);
  guarded.price('AAPL', '100');
  await guarded.clock.advanceBy(40_000);
  expect(guarded.resting()).toHaveLength(1);
});

it.each([
  ['ahead', 3_600_000],
  ['behind', -3_600_000],
])('shares are covered while the clock is an hour %s of the market', async (_, ms) => {
  const guarded = await stoppable();
  guarded.time.setAhead(ms);
  await guarded.clock.advanceBy(40_000);
  await guarded.trade('MSFT', 'buy', '4');
  await guarded.clock.advanceBy(25_000);
  expect(guarded.resting('MSFT')).toEqual(['sell stop_limit 4 @92.01']);
});

it.each([
  ['ahead', 3_600_000],
  ['behind', -3_600_000],
])('a clock that was an hour %s and is set right is right before it is compared', async (_, ms) => {
  const guarded = await stoppable();
  guarded.time.setAhead(ms);
  await guarded.clock.advanceBy(40_000);
  guarded.broker.readClock = () => Promise.reject(new Error('no answer'));
  guarded.time.setAhead(-ms);
  await guarded.clock.advanceBy(5_000);
  guarded.price('MSFT', '100');
  await guarded.trade('MSFT', 'buy', '4');
  await guarded.clock.advanceBy(2_000);
  expect(guarded.resting('MSFT')).toEqual(['sell stop_limit 4 @92.01']);
});

it('a pause shorter than the limit is nobody’s worry', async () => {
  const guarded = await stoppable();
  const before = guarded.causes().length;
  guarded.time.stop();
  await guarded.clock.advanceBy(4_000);
  guarded.time.goOn();
  await guarded.clock.advanceBy(3_000);
  expect(guarded.causes().length).toBe(before);
});

it('a clock that is set back by an hour lets nobody wait for the hour to pass again', async () => {
  const guarded = await stoppable();
  const lost = { kind: 'loses_request' } as const;
  for (let copy = 0; copy < 2; copy += 1) guarded.broker.next('submit', lost, 'MSFT');
  await guarded.trade('MSFT', 'buy', '10');
  // It is sent, never answered for, and looked for; then the clock goes back.
  await guarded.clock.advanceBy(15_000);
  expect(guarded.bigBrother.alerts().map(({ code }) => code)).toContain('unknown_order');
  guarded.time.setAhead(-3_600_000);
  await guarded.clock.advanceBy(40_000);
  guarded.price('MSFT', '100');
  guarded.time.setAhead(3_600_000);
  await guarded.clock.advanceBy(40_000);
  expect(guarded.resting('MSFT')).toHaveLength(1);
});

it('a clock that is off by an hour keeps no stop from what was just bought', async () => {
  const guarded = await stoppable();
  guarded.time.setAhead(3_600_000);
  await guarded.clock.advanceBy(35_000);
  expect(guarded.bigBrother.status().tradingState).toBe('reducing');
  guarded.price('MSFT', '100');
  await guarded.trade('MSFT', 'buy', '10');
  await guarded.clock.advanceBy(5_000);
  expect(guarded.resting('MSFT')).toHaveLength(1);
});
