import { describe, expect, it } from 'vitest';
import { MemoryEventStore } from '../../src/adapters/event-stores/memory.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { decimal, notional, price, quantity } from '../../src/domain/decimal.ts';
import { ticker } from '../../src/domain/ids.ts';
import { withDeadline } from '../../src/ports/deadline.ts';
import { CoherenceWatch } from '../../src/runtime/account/coherence-watch.ts';
import { MarketBook } from '../../src/runtime/account/market-book.ts';
import { growthOf, OrderBook } from '../../src/runtime/account/order-book.ts';
import { withoutFuture } from '../../src/runtime/account/order-times.ts';
import { PositionBook } from '../../src/runtime/account/position-book.ts';
import { SessionCalendar } from '../../src/runtime/account/session-calendar.ts';
import { TradingStateLevels } from '../../src/runtime/account/trading-state.ts';
import { SymbolLocks } from '../../src/runtime/coordination/symbol-locks.ts';
import { choiceFor, type TradingIntent } from '../../src/runtime/host-intents.ts';
import { AlertBoard } from '../../src/runtime/journal/alert-board.ts';
import { EventLogger } from '../../src/runtime/journal/event-logger.ts';
import { account, holding, NOW, order, snapshot } from '../support/given.ts';
import { settle } from '../support/guarded-account.ts';

const AAPL = ticker('AAPL');
const MSFT = ticker('MSFT');

function journal() {
  const clock = new VirtualClock(NOW);
  const store = new MemoryEventStore();
  return { clock, store, logger: new EventLogger({ store, clock, bootId: 'boot' }) };
}

describe('the trading state', () => {
  const levels = (dailyLossPercent: string | null = '3') => {
    const { logger, clock, store } = journal();
    const state = new TradingStateLevels({ logger, clock, settings: { dailyLossPercent } });
    // Written at once, as a cycle does at its end.
    state.onChange(() => logger.commit());
    return { store, state };
  };
  const at = (equity: string, lastEquity = '100000') =>
    account({ equity: notional(equity), lastEquity: notional(lastEquity) });

  it.each([
    ['97000.01', 'active'],
    ['97000', 'reducing'],
    ['90000', 'reducing'],
  ] as const)('with a limit of 3 %% and equity %s of 100000 is %s', (equity, expected) => {
    const { state } = levels();
    state.judgeAccount(at(equity));
    expect(state.current()).toBe(expected);
  });

  it('stays reduced for the day when the loss is won back, and opens with the next day', () => {
    const { state } = levels();
    state.judgeAccount(at('96000'));
    state.judgeAccount(at('100500'));
    expect(state.current()).toBe('reducing');
    state.judgeAccount(at('100500', '100400'));
    expect(state.current()).toBe('active');
  });

  it('keeps the day’s loss through a restart that finds it won back', () => {
    const first = levels();
    first.state.judgeAccount(at('96000'));
    first.state.raise({ state: 'halted', code: 'other', because: 'else', clearedBy: 'else' });
    const { state } = levels();
    const [last] = first.store.query({ types: ['trading_state_changed'], limit: 1 });
    if (last === undefined) throw new Error('nothing was written');
    state.restore(last);
    expect(state.causes()).toMatchObject([{ code: 'daily_loss', since: NOW }]);
    state.judgeAccount(at('100500'));
    expect(state.current()).toBe('reducing');
    state.judgeAccount(at('100500', '100400'));
    expect(state.current()).toBe('active');
  });

  it('begins another day with no loss after a restart', () => {
    const first = levels();
    first.state.judgeAccount(at('96000'));
    first.state.judgeAccount(at('100500', '96000'));
    const { state } = levels();
    const [last] = first.store.query({ types: ['trading_state_changed'], limit: 1 });
    if (last === undefined) throw new Error('nothing was written');
    state.restore(last);
    expect(state.current()).toBe('active');
  });

  it('never reduces for a loss when no limit is set', () => {
    const { state } = levels(null);
    state.judgeAccount(at('10'));
    expect(state.current()).toBe('active');
  });

  it('is halted while the broker blocks the account, and the strictest cause decides', () => {
    const { state } = levels();
    state.judgeAccount({ ...at('90000'), blockedBecause: 'trading is blocked' });
    expect(state.current()).toBe('halted');
    expect(
      state
        .causes()
        .map(({ code }) => code)
        .sort(),
    ).toEqual(['account_blocked', 'daily_loss']);
    state.judgeAccount(at('90000'));
    expect(state.current()).toBe('reducing');
  });

  it('stays halted after a fault of our own', () => {
    const { state } = levels();
    state.halt('a bug');
    state.judgeAccount(at('100000'));
    expect(state.current()).toBe('halted');
  });
});

describe('alerts', () => {
  it('are journalled when raised and when cleared, and not in between', () => {
    const { logger, clock, store } = journal();
    const board = new AlertBoard({ logger, clock });
    const level = { code: 'naked_position', symbol: 'AAPL', because: 'no stop' };
    for (const levels of [[level], [level], [{ ...level, because: 'still none' }], [], []]) {
      board.replace(['naked_position'], levels);
    }
    board.raise({ code: 'other', symbol: null, because: 'x' });
    board.replace(['naked_position'], []);
    logger.commit();
    expect([...store.scan(1)].map(({ type }) => type)).toEqual([
      'alert_raised',
      'alert_cleared',
      'alert_raised',
    ]);
    expect(board.alerts().map(({ code }) => code)).toEqual(['other']);
  });
});

describe('the locks', () => {
  it('let two plans over the same symbols pass one after the other, whatever their order', async () => {
    const locks = new SymbolLocks(new VirtualClock(0));
    const first = await locks.acquire([AAPL, MSFT], 1_000);
    const second = locks.acquire([MSFT, AAPL], 1_000);
    if (first.outcome !== 'acquired') throw new Error('the locks were free');
    for (const release of first.release.values()) release();
    expect((await second).outcome).toBe('acquired');
  });

  it('say which symbol stayed busy, and keep none of the others', async () => {
    const clock = new VirtualClock(0);
    const locks = new SymbolLocks(clock);
    const held = await locks.acquire([MSFT], 1_000);
    expect(await settle(clock, locks.acquire([AAPL, MSFT], 1_000))).toEqual({
      outcome: 'busy',
      symbol: MSFT,
    });
    expect(locks.isBusy(AAPL)).toBe(false);
    if (held.outcome === 'acquired') held.release.get(MSFT)?.();
    await clock.advanceBy(0);
    expect(locks.isBusy(MSFT)).toBe(false);
  });
});

describe('a call with a deadline', () => {
  it('is unknown when it takes too long, and its late answer is still heard', async () => {
    const clock = new VirtualClock(0);
    const late: string[] = [];
    const call = withDeadline({
      clock,
      timeoutMs: 1_000,
      what: 'the broker',
      call: () => clock.sleep(5_000).then(() => 'here'),
      onLate: (answer) => late.push(answer),
    });
    await expect(settle(clock, call)).rejects.toMatchObject({ outcome: 'unknown' });
    await clock.advanceBy(5_000);
    expect(late).toEqual(['here']);
  });
});

describe('the positions', () => {
  const [held] = snapshot({ holdings: [{ quantity: '10' }] }).positions;
  const fill = (side: 'buy' | 'sell', shares: string) => ({
    order: order({ side, filled: shares }),
    shares: decimal(shares),
    price: price('101'),
  });
  const bookWith = () => {
    const book = new PositionBook();
    if (held !== undefined) book.confirm([held], book.mark(), new Set());
    return book;
  };

  it('are carried on by fills, and count as unconfirmed until the next read', () => {
    const book = bookWith();
    book.fill(fill('sell', '4'));
    expect(book.get(AAPL)?.quantity.toFixed()).toBe('6');
    expect(book.isConfirmed(AAPL)).toBe(false);
    if (held !== undefined) book.confirm([held], book.mark(), new Set());
    expect(book.isConfirmed(AAPL)).toBe(true);
  });

  it('turn flat and then short, as the broker would', () => {
    const book = bookWith();
    book.fill(fill('sell', '10'));
    expect(book.get(AAPL)).toBeNull();
    book.fill(fill('sell', '3'));
    expect(book.get(AAPL)).toMatchObject({ side: 'short' });
  });

  it('average the entry of what is added', () => {
    const book = bookWith();
    book.fill(fill('buy', '10'));
    expect(book.get(AAPL)?.averageEntryPrice.toFixed()).toBe('100.5');
  });

  it('are what the first read shows, whatever fills were heard of before it', () => {
    const book = new PositionBook();
    const mark = book.mark();
    book.fill(fill('sell', '10'));
    expect(book.list()).toEqual([]);
    if (held !== undefined) book.confirm([held], mark, new Set());
    expect(book.list()).toEqual([held]);
    expect(book.isConfirmed(AAPL)).toBe(false);
  });

  it('keep our own figure when a fill came while the broker was being read', () => {
    const book = bookWith();
    const mark = book.mark();
    book.fill(fill('sell', '4'));
    if (held !== undefined) book.confirm([held], mark, new Set());
    expect(book.get(AAPL)?.quantity.toFixed()).toBe('6');
    expect(book.isConfirmed(AAPL)).toBe(false);
  });
});

describe('a replacement', () => {
  const old = order({ id: 'old', filled: '9', status: 'filled', updatedAt: 2 });
  const successor = { id: 'new', replaces: 'old', createdAt: 1 } as const;

  it('fills nothing of its own when it is refused after the order in whose place it was', () => {
    const book = new OrderBook();
    book.merge([order({ ...successor, status: 'pending_new', updatedAt: 1 })]);
    book.merge([old]);
    const refused = order({ ...successor, filled: '9', status: 'rejected', updatedAt: 2 });
    const changes = book.merge([refused]);
    expect(changes.flatMap((change) => growthOf(change, price('100')) ?? [])).toEqual([]);
  });

  it('counts what it fills once it is at work', () => {
    const book = new OrderBook();
    const inherited = order({ ...successor, filled: '9', status: 'new', updatedAt: 2 });
    book.merge([old, inherited]);
    const [change] = book.merge([{ ...inherited, filledQuantity: quantity('12'), updatedAt: 3 }]);
    expect(change && growthOf(change, price('100'))?.shares.toFixed()).toBe('3');
  });
});

describe('times that are yet to come', () => {
  const now = 1_000_000;
  const hour = now + 3_600_000;
  const hear = (book: OrderBook, at: number, ...heard: Parameters<typeof order>) => {
    book.merge(withoutFuture([order(...heard)], at, (id) => book.get(id)));
    return book.list()[0];
  };

  it('hold up no later word about an order', () => {
    const book = new OrderBook();
    hear(book, now, { updatedAt: hour });
    const later = hear(book, now + 20_000, { status: 'suspended', updatedAt: now + 12_000 });
    expect(later?.status).toBe('suspended');
  });

  it('hold up no true word about an order that has not changed since', () => {
    const book = new OrderBook();
    hear(book, now, { status: 'new', updatedAt: now - 5_000 });
    const odd = hear(book, now, { status: 'unrecognized', updatedAt: hour });
    expect(odd?.status).toBe('unrecognized');
    const known = hear(book, now, { status: 'new', updatedAt: now - 5_000 });
    expect(known?.status).toBe('new');
  });

  it('are those of now where the order has filled or ended', () => {
    const times = [{ filled: '3' }, { status: 'canceled' as const }, {}].map(
      (change) =>
        hear(new OrderBook(), now, { createdAt: now - 9_000, ...change, updatedAt: hour })
          ?.updatedAt,
    );
    expect(times).toEqual([now, now, now - 9_000]);
  });

  it('are left alone where clocks may be apart by so much, and so is the past', () => {
    const times = [15_000, 0].map((updatedAt) => order({ updatedAt }));
    const nobody = () => null;
    expect(withoutFuture(times, 5_000, nobody)).toEqual(times);
    expect(withoutFuture(times, 50_000, nobody)).toEqual(times);
  });
});

describe('coherence', () => {
  const reading = (at: number, shares: string, filled: string) => {
    const { positions } = snapshot({ holdings: [{ quantity: shares, available: shares }] });
    const orders = [order({ filled, status: 'canceled', updatedAt: at - 1 })];
    return { at, positions, orders };
  };
  const bought = (at: number, shares: string, filled: string) => {
    const orders = [order({ side: 'buy', filled, status: 'canceled', updatedAt: at - 1 })];
    return { ...reading(at, shares, '0'), orders };
  };

  it('accepts a position that its orders explain', () => {
    const watch = new CoherenceWatch();
    expect(watch.judge(reading(1_000, '10', '0'))).toEqual([]);
    expect(watch.judge(reading(2_000, '6', '4'))).toEqual([]);
  });

  it('doubts one that moved without an order, until that outlasts the lag of the broker', () => {
    const watch = new CoherenceWatch();
    watch.judge(reading(1_000, '10', '0'));
    expect(watch.judge(reading(2_000, '20', '0'))).toHaveLength(1);
    expect(watch.judge(reading(11_000, '20', '0'))).toHaveLength(1);
    expect(watch.judge(reading(12_000, '20', '0'))).toEqual([]);
    expect(watch.judge(reading(13_000, '20', '0'))).toEqual([]);
  });

  it('knows a split of what was bought since the last reading', () => {
    const watch = new CoherenceWatch();
    watch.judge({ at: 1_000, positions: [], orders: [] });
    const held = (shares: string, entry: string) => {
      const holding = { quantity: shares, available: shares, entry, price: entry };
      return snapshot({ holdings: [holding] }).positions;
    };
    const [bought = null] = held('18', '291.52');
    const filled = { side: 'buy', quantity: '18', filled: '18', status: 'filled' } as const;
    const orders = [order({ ...filled, createdAt: 1_500, updatedAt: 1_500 })];
    const split = { at: 2_000, positions: held('180', '29.152'), orders };
    const dearer = { ...split, positions: held('180', '31') };
    expect(watch.judge(dearer, () => bought)).toHaveLength(1);
    expect(watch.judge(split, () => bought)).toEqual([]);
    expect([...watch.splits.values()].map(({ from, to }) => `${from} ${to}`)).toEqual(['18 180']);
    expect(watch.judge({ ...split, at: 3_000 }, () => bought)).toEqual([]);
  });

  it.each([
    ['has told of every fill', '14', true],
    ['has told of no fill', '10', undefined],
    ['has told of more than the orders show', '18', undefined],
  ])('is a lag only where the stream %s', (_, told, isLag) => {
    const watch = new CoherenceWatch();
    watch.judge(bought(1_000, '10', '0'));
    const [carriedOn = null] = bought(2_000, told, '0').positions;
    const [found] = watch.judge(bought(2_000, '10', '4'), () => carriedOn);
    expect(found?.isLag).toBe(isLag);
  });

  it('is no lag where the fill is older than any, or what is shown was never held', () => {
    const [carriedOn = null] = bought(2_000, '14', '0').positions;
    for (const [at, shown] of [
      [12_000, '10'],
      [2_000, '12'],
    ] as const) {
      const watch = new CoherenceWatch();
      watch.judge(bought(1_000, '10', '0'));
      const [found] = watch.judge({ ...bought(2_000, shown, '4'), at }, () => carriedOn);
      expect(found).toBeDefined();
      expect(found?.isLag).toBeUndefined();
    }
  });

  it('is satisfied when the late fill arrives', () => {
    const watch = new CoherenceWatch();
    watch.judge(reading(1_000, '10', '0'));
    expect(watch.judge(reading(2_000, '10', '4'))).toHaveLength(1);
    expect(watch.judge(reading(3_000, '6', '4'))).toEqual([]);
  });
});

describe('prices', () => {
  const quote = (bid: string, ask: string, at: number) =>
    ({ kind: 'quote', symbol: AAPL, bid, ask, at }) as const;

  it('never go back to older news, and pass over quotes that are none', () => {
    const book = new MarketBook();
    expect(book.apply(quote('99', '100', 10))).toBe(true);
    for (const bad of [
      quote('98', '99', 9),
      quote('0', '100', 11),
      quote('101', '100', 11),
      quote('', '100', 11),
      quote('NaN', '100', 11),
    ]) {
      expect(book.apply(bad)).toBe(false);
    }
    expect(book.of(AAPL).quote?.at).toBe(10);
  });

  it('tell a halt once', () => {
    const book = new MarketBook();
    expect(book.apply({ kind: 'status', symbol: AAPL, halted: true, at: 1 })).toBe(true);
    expect(book.apply({ kind: 'status', symbol: AAPL, halted: true, at: 2 })).toBe(false);
    expect(book.of(AAPL).halted).toBe(true);
  });
});

describe('the session', () => {
  it('follows the broker’s calendar, open end excluded, and is closed before it was read', async () => {
    const day = { openAt: 1_000, closeAt: 2_000 };
    const next = { openAt: 90_000_000, closeAt: 95_000_000 };
    const clock = new VirtualClock(1_500);
    let reads = 0;
    const readCalendar = async () => {
      reads += 1;
      return [day, next];
    };
    const calendar = new SessionCalendar({
      ...{ broker: { readCalendar }, clock, timeoutMs: 1_000 },
      aheadMs: () => 0,
    });
    expect(calendar.sessionAt(1_500).isOpen).toBe(false);
    expect(await calendar.update()).toBeNull();
    expect([999, 1_000, 1_999, 2_000].map((at) => calendar.sessionAt(at).isOpen)).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(calendar.sessionAt(2_000).nextOpenAt).toBe(90_000_000);
    await calendar.update();
    expect(reads).toBe(1);
    await clock.advanceTo(90_000_000);
    await calendar.update();
    expect(reads).toBe(2);
  });

  it('opens by the broker’s clock while ours is ahead, told in the time of ours', async () => {
    const day = { openAt: 10_000, closeAt: 20_000 };
    const calendar = new SessionCalendar({
      broker: { readCalendar: async () => [day] },
      clock: new VirtualClock(19_000),
      timeoutMs: 1_000,
      aheadMs: () => 5_000,
    });
    await calendar.update();
    expect([14_999, 15_000, 24_999, 25_000].map((at) => calendar.sessionAt(at).isOpen)).toEqual([
      ...[false, true, true, false],
    ]);
    const { openAt, closeAt } = calendar.sessionAt(20_000);
    expect([openAt, closeAt, calendar.sessionAt(0).nextOpenAt]).toEqual([15_000, 25_000, 15_000]);
    expect([24_999, 25_000].map((at) => calendar.lastCloseBefore(at))).toEqual([null, 25_000]);
    const traded = calendar.tradedBetween(AAPL, 0, 30_000);
    expect(traded).toEqual([{ from: 15_000, to: 25_000 }]);
  });

  it('keeps what it knows when the calendar cannot be read, and says why', async () => {
    const clock = new VirtualClock(1_500);
    const answers = [async () => [{ openAt: 1_000, closeAt: 200_000_000 }]];
    const readCalendar = () => answers.shift()?.() ?? new Promise<never>(() => {});
    const calendar = new SessionCalendar({
      ...{ broker: { readCalendar }, clock, timeoutMs: 1_000 },
      aheadMs: () => 0,
    });
    await calendar.update();
    await clock.advanceTo(90_000_000);
    expect(await settle(clock, calendar.update())).toMatch(/did not answer within 1000 ms/);
    expect(calendar.sessionAt(90_000_000).isOpen).toBe(true);
  });
});

describe('an intent of the host', () => {
  const shares = (intent: TradingIntent, held = '15'): string => {
    const choice = choiceFor(intent, holding({ quantity: held }), 'mark');
    if (choice.outcome === 'impossible') return choice.because;
    const [first] = choice.choose([]);
    return first?.outcome === 'recommends' && first.recommendation.action.kind === 'reduce'
      ? first.recommendation.action.quantity.toFixed()
      : 'none';
  };
  const fraction = (digits: string): TradingIntent => ({
    kind: 'reduce',
    symbol: AAPL,
    amount: { kind: 'fraction', fraction: digits },
  });
  const exactly = (digits: string): TradingIntent => ({
    kind: 'reduce',
    symbol: AAPL,
    amount: { kind: 'quantity', quantity: digits },
  });

  it.each([
    [fraction('0.5'), '15', '7'],
    [fraction('1'), '15', '15'],
    [fraction('0.5'), '2.5', '1.25'],
    [exactly('4'), '15', '4'],
    [exactly('15'), '15', '15'],
  ])('rounds down, and keeps whole positions whole: %o of %s is %s', (intent, held, expected) => {
    expect(shares(intent, held)).toBe(expected);
  });

  it.each([
    [fraction('0'), /no amount above zero/],
    [fraction('1.01'), /above 1/],
    [fraction('half'), /no amount/],
    [fraction('0.05'), /less than one whole share/],
    [exactly('16'), /more than the 15 held/],
    [exactly('-1'), /no amount/],
  ])('is refused in words when it makes no sense: %o', (intent, expected) => {
    expect(shares(intent)).toMatch(expected);
  });

  it('lets protection come along, and leaves policies’ own sales out', () => {
    const choice = choiceFor(fraction('0.5'), holding({ quantity: '10' }), 'mark');
    if (choice.outcome === 'impossible') throw new Error(choice.because);
    const kinds = choice
      .choose([
        { outcome: 'abstains', policy: 'x', because: '' },
        {
          outcome: 'recommends',
          recommendation: {
            policy: 'partial-profit',
            symbol: AAPL,
            action: { kind: 'reduce', quantity: quantity('5'), milestone: 'partial@2R' },
            urgency: 'high',
            because: '',
          },
        },
      ])
      .map((each) => (each.outcome === 'recommends' ? each.recommendation.policy : each.outcome));
    expect(kinds).toEqual(['host', 'abstains']);
  });
});
