import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../src/ports/broker.ts';
import { haltInWords } from '../../src/runtime/halt/halt-words.ts';
import { holding, NOW, stopLimit } from '../support/given.ts';
import { asked, entry, haltRig, started } from '../support/halt-rig.ts';

describe('a watch over an account that nobody has halted', () => {
  it('says nothing and holds nothing back', () => {
    const { watch, tradingState, store, alerts } = started();
    expect(watch.notice()).toBeNull();
    expect(tradingState.current()).toBe('active');
    expect(alerts.alerts()).toEqual([]);
    expect([...store.scan(1)]).toEqual([]);
  });
});

it('a watch that never started can be stopped', () => {
  const { watch, latch } = haltRig();
  watch.stop();
  expect(latch.read()).toBeNull();
});

describe('a halt that is pressed elsewhere', () => {
  const EXPECTED = {
    entries: { state: 'reducing', code: 'halt_entries' },
    everything: { state: 'halted', code: 'halt_everything' },
    flatten: { state: 'halted', code: 'halt_everything' },
  } as const;

  it.each(['entries', 'everything', 'flatten'] as const)(
    'of %s is a cause of the trading state, an alert and a durable record, once',
    (level) => {
      const { watch, press, tradingState, alerts, records, clock } = started();
      const halt = press(level);
      expect(watch.notice()).toEqual(halt);
      watch.notice();
      expect(tradingState.causes()).toEqual([
        {
          ...EXPECTED[level],
          ...{ because: haltInWords(halt), since: NOW, clearedBy: 'a person: bigbrother resume' },
        },
      ]);
      expect(alerts.alerts()).toEqual([
        { code: 'halted', symbol: null, since: clock.now(), because: haltInWords(halt) },
        {
          ...{ code: 'halt_not_verified', symbol: null, since: clock.now() },
          because: 'the broker is being cleared',
        },
      ]);
      expect(records('halt_latched')).toMatchObject([{ actor: 'host', body: halt }]);
    },
  );

  it('keeps the time at which it was first pressed', async () => {
    const { watch, press, tradingState, clock } = started();
    press('everything');
    await clock.advanceBy(1_000);
    press('everything');
    watch.notice();
    expect(tradingState.causes()[0]?.since).toBe(NOW);
  });

  it('is written down again when it is pressed again', async () => {
    const { watch, press, records, clock } = started();
    press('entries');
    watch.notice();
    await clock.advanceBy(10_000);
    press('entries');
    watch.notice();
    expect(records('halt_latched')).toHaveLength(2);
  });

  it('gives way to a stricter one without a moment in which all is allowed', () => {
    const { watch, press, states, codes } = started();
    press('entries');
    watch.notice();
    press('everything');
    watch.notice();
    expect(states()).toEqual(['reducing', 'halted', 'halted']);
    expect(codes()).toEqual(['halt_everything']);
  });

  it('is seen before another cause of the state is cleared', () => {
    const { press, states, tradingState } = started();
    const cause = { state: 'reducing', code: 'a_test', because: 'of a test' } as const;
    tradingState.raise({ ...cause, clearedBy: 'the test' });
    press('everything');
    tradingState.clear('a_test');
    expect(states()).toEqual(['reducing', 'halted', 'halted']);
  });

  it('is seen at once where it is pressed here', () => {
    const { latch, clock, tradingState } = started();
    latch.latch({ ...asked('everything'), pressedAt: clock.now() });
    expect(tradingState.current()).toBe('halted');
  });

  it('is carried out, and verified durably with what was done', async () => {
    const { watch, press, clock, broker, latch, records, alertCodes } = started();
    broker.orders = [entry];
    const halt = press('entries');
    watch.notice();
    await clock.advanceBy(1_900);
    expect(broker.asked).toEqual(['cancel entry']);
    expect(alertCodes()).toEqual(['halted', 'halt_not_verified']);
    await clock.advanceBy(5_000);
    expect(latch.isVerified(halt)).toBe(true);
    expect(alertCodes()).toEqual(['halted']);
    expect(records('halt_verified')).toMatchObject([
      {
        ...{ actor: 'system' },
        body: {
          ...{ canceled: ['entry'], closed: [] },
          because: 'the broker took 1 cancels; VERIFIED: nothing is left that has to end',
        },
      },
    ]);
    watch.notice();
    await clock.advanceBy(60_000);
    expect(records('halt_verified')).toHaveLength(1);
  });

  it('tells what is left in the alert, look by look', async () => {
    const { watch, press, clock, broker, alerts } = started();
    broker.orders = [entry];
    broker.obeys = false;
    press('entries');
    watch.notice();
    await clock.advanceBy(1_000);
    expect(alerts.alerts().at(-1)).toMatchObject({
      code: 'halt_not_verified',
      because: expect.stringMatching(/^the broker took 1 cancels; still there: buy 10 MSFT.*NOT/),
    });
  });

  it('is left to a person who pressed it for two seconds, and then carried out here', async () => {
    const { watch, press, clock, broker } = started();
    broker.orders = [entry];
    press('entries', 'person');
    watch.notice();
    await clock.advanceBy(1_999);
    expect(broker.asked).toEqual([]);
    await clock.advanceBy(1);
    expect(broker.asked).toEqual(['cancel entry']);
  });

  it.each(['observe', 'propose'] as const)('is carried out by nobody in mode %s', async (mode) => {
    const { watch, press, clock, broker, tradingState, alertCodes } = started({ mode });
    broker.orders = [entry];
    press('entries');
    watch.notice();
    await clock.advanceBy(10_000);
    expect(broker.asked).toEqual([]);
    expect(tradingState.current()).toBe('reducing');
    expect(alertCodes()).toEqual(['halted', 'halt_not_verified']);
  });

  it('is not carried out again when whoever pressed has verified it', async () => {
    const { watch, press, clock, broker, latch, alertCodes } = started();
    broker.orders = [entry];
    latch.markVerified(press('entries'));
    watch.notice();
    await clock.advanceBy(10_000);
    expect(broker.asked).toEqual([]);
    expect(alertCodes()).toEqual(['halted']);
  });

  it('that comes while another is carried out has its turn', async () => {
    const { watch, press, clock, broker, records, latch } = started();
    const { position } = holding();
    broker.orders = [entry];
    press('entries');
    watch.notice();
    await clock.advanceBy(3_000);
    broker.orders = [stopLimit()];
    broker.positions = [position];
    const flatten = press('flatten');
    watch.notice();
    await clock.advanceBy(30_000);
    expect(broker.asked).toEqual(['cancel entry', 'cancel stop-1', 'close AAPL']);
    expect(latch.isVerified(flatten)).toBe(true);
    expect(records('halt_verified')).toHaveLength(2);
  });

  it('is nobody’s work any more once the watch is stopped', async () => {
    const { watch, press, clock, broker, records, latch } = started();
    broker.orders = [entry];
    broker.obeys = false;
    press('entries');
    watch.notice();
    await clock.advanceBy(100);
    watch.stop();
    const before = broker.asked.length;
    await clock.advanceBy(20_000);
    expect(broker.asked).toHaveLength(before);
    expect(records('halt_verified')).toEqual([]);
    latch.latch({ ...asked('everything'), pressedAt: clock.now() });
    expect(records('halt_latched')).toHaveLength(1);
  });

  it('that cannot be carried out for a fault of our own stops the account', async () => {
    const { watch, press, clock, broker, codes, tradingState } = started();
    broker.meets = () => {
      throw new RangeError('our own fault');
    };
    press('entries');
    watch.notice();
    await clock.advanceBy(1_000);
    expect(tradingState.current()).toBe('halted');
    expect(codes()).toEqual(['halt_entries', 'own_fault']);
    expect(tradingState.causes().at(-1)?.because).toContain('our own fault');
  });
});

describe('the end of a halt', () => {
  it('is told with who ended it, and all is as before', async () => {
    const { watch, press, liftElsewhere, clock, records, tradingState, alerts } = started();
    const halt = press('entries');
    watch.notice();
    await clock.advanceBy(10_000);
    liftElsewhere('Klaus');
    expect(watch.notice()).toBeNull();
    watch.notice();
    expect(records('halt_lifted')).toMatchObject([
      {
        ...{ actor: 'person' },
        body: {
          ...{ lift: { at: clock.now(), by: 'Klaus' }, before: halt },
          because: 'lifted by Klaus',
        },
      },
    ]);
    expect(tradingState.current()).toBe('active');
    expect(alerts.alerts()).toEqual([]);
  });

  it('is told of nobody where it left no name', () => {
    const { watch, press, memory, records, alerts } = started({ mode: 'observe' });
    press('everything');
    watch.notice();
    memory.halts.clear();
    watch.notice();
    expect(records('halt_lifted')[0]?.body).toMatchObject({
      ...{ lift: null, because: 'lifted by somebody who left no name' },
    });
    expect(alerts.alerts()).toEqual([]);
  });
});

describe('a watch that starts', () => {
  const journalled = (body: unknown, type: 'halt_latched' | 'halt_lifted' = 'halt_latched') => {
    const made = haltRig({ mode: 'observe' });
    made.logger.log({ type, actor: 'system', body });
    made.logger.commit();
    return made;
  };
  const HALT = { ...asked('everything'), since: NOW, pressedAt: NOW };

  it('tells a halt that the journal knows to the state, and not to the journal again', () => {
    const made = journalled(HALT);
    made.press('everything');
    made.watch.start();
    expect(made.tradingState.current()).toBe('halted');
    expect(made.alertCodes()).toEqual(['halted']);
    expect(made.records('halt_latched')).toHaveLength(1);
  });

  it('tells the end of one that was lifted while nobody ran, with what it was', () => {
    const made = journalled(HALT);
    made.watch.start();
    const { actor: _, ...known } = HALT;
    expect(made.records('halt_lifted')[0]?.body).toMatchObject({
      before: { ...known, actor: 'system' },
    });
    expect(made.tradingState.current()).toBe('active');
    expect(made.alerts.alerts()).toEqual([]);
  });

  it('says nothing of one whose end the journal knows', () => {
    const made = journalled(HALT);
    made.logger.log({ type: 'halt_lifted', actor: 'person', body: {} });
    made.watch.start();
    expect(made.records('halt_lifted')).toHaveLength(1);
    expect(made.states()).toEqual([]);
  });

  it.each([
    ['no level', { ...HALT, level: undefined }],
    ['a level that nobody knows', { ...HALT, level: 'a little' }],
    ['no beginning', { ...HALT, since: 'yesterday' }],
    ['no time of pressing', { ...HALT, pressedAt: null }],
  ])('takes a record with %s for none, and tells what is latched', (_, body) => {
    const made = journalled(body);
    made.press('everything');
    made.watch.start();
    expect(made.records('halt_latched')).toHaveLength(2);
    expect(made.states()).toEqual(['halted']);
  });

  it.each(['entries', 'everything', 'flatten'] as const)('knows %s by its record', (level) => {
    const made = journalled({ ...HALT, level });
    made.press(level);
    made.watch.start();
    expect(made.records('halt_latched')).toHaveLength(1);
  });

  it('says who pressed, as far as the record does', () => {
    const bare = { level: 'everything', since: NOW, pressedAt: NOW };
    const made = journalled(bare);
    made.press('everything');
    made.watch.start();
    expect(made.tradingState.causes()[0]?.because).toContain('halted (everything) by : ;');
    const named = journalled(HALT);
    named.press('everything');
    named.watch.start();
    expect(named.tradingState.causes()[0]?.because).toBe(haltInWords(HALT));
  });

  it.each([
    ['a level that there is not', { ...HALT, level: 'all of it' }],
    ['no time of its pressing', { ...HALT, pressedAt: undefined }],
    ['no time of its first pressing', { ...HALT, since: '2026' }],
  ])('takes a record with %s for none', (_, body) => {
    const made = journalled(body);
    made.watch.start();
    expect(made.records('halt_lifted')).toEqual([]);
    expect(made.tradingState.current()).toBe('active');
  });

  it('tells one of another pressing than the journal knows', () => {
    const made = journalled({ ...HALT, pressedAt: NOW - 1 });
    made.press('everything');
    made.watch.start();
    expect(made.records('halt_latched')).toHaveLength(2);
  });

  it('tells one of another level than the journal knows', () => {
    const made = journalled({ ...HALT, level: 'entries' });
    made.press('everything');
    made.watch.start();
    expect(made.records('halt_latched')).toHaveLength(2);
    expect(made.codes()).toEqual(['halt_everything']);
  });
});

describe('a broker that cannot be read', () => {
  it('is asked on and on, and what it said is told', async () => {
    const { watch, clock, broker, alerts, latch } = started();
    broker.meets = () => {
      throw new BrokerError('no network', { outcome: 'unknown' });
    };
    void watch.halt(asked('entries'), 0);
    await clock.advanceBy(20_000);
    expect(alerts.alerts().at(-1)?.because).toBe('the broker: no network; NOT VERIFIED yet');
    broker.meets = () => {};
    await clock.advanceBy(10_000);
    const halt = latch.read();
    expect(halt !== null && latch.isVerified(halt)).toBe(true);
  });
});
