import { describe, expect, it } from 'vitest';
import { guardrails } from '../../../policies/registry.ts';
import type { ControlFacts, ControlLatch } from '../../../src/domain/control-facts.ts';
import { closedSession, NOW, order } from '../../support/given.ts';
import { answer, codeOf, told } from '../answer.ts';
import {
  buyMore,
  entering,
  type GivenReview,
  leaving,
  ordering,
  partOf,
  planOf,
  replace,
  reviewOf,
  settings,
  submit,
} from '../support.ts';

describe('the message throttle', () => {
  const sent = (count: number, symbol = 'AAPL', at = NOW) => Array(count).fill({ at, symbol });

  it.each([
    { count: 9, code: null },
    { count: 10, code: 'message_rate_exceeded' },
  ])('lets an entry follow $count messages in its symbol: $code', ({ count, code }) => {
    expect(codeOf('message-throttle', entering({ messages: sent(count) }))).toBe(code);
  });

  it.each([
    { count: 59, code: null },
    { count: 60, code: 'message_rate_exceeded' },
  ])('lets an entry follow $count messages in the account: $code', ({ count, code }) => {
    expect(codeOf('message-throttle', entering({ messages: sent(count, 'MSFT') }))).toBe(code);
  });

  it.each([
    { count: 59, code: null },
    { count: 60, code: 'message_rate_exceeded' },
  ])('lets an exit follow $count messages in its symbol: $code', ({ count, code }) => {
    expect(codeOf('message-throttle', leaving({ messages: sent(count) }))).toBe(code);
  });

  it('never lets an exit wait for what was sent elsewhere', () => {
    expect(codeOf('message-throttle', leaving({ messages: sent(500, 'MSFT') }))).toBeNull();
  });

  it('forgets what is a minute old, and does not trust a clock that went back', () => {
    const earlier = (ms: number) => leaving({ messages: sent(60, 'AAPL', NOW - ms) });
    expect(codeOf('message-throttle', earlier(59_999))).toBe('message_rate_exceeded');
    expect(codeOf('message-throttle', earlier(60_000))).toBeNull();
    expect(codeOf('message-throttle', earlier(-59_999))).toBe('message_rate_exceeded');
  });

  it('counts all steps of the plan', () => {
    const steps = [buyMore('1', '100'), buyMore('1', '101')];
    expect(codeOf('message-throttle', { steps, facts: { messages: sent(8) } })).toBeNull();
    expect(codeOf('message-throttle', { steps, facts: { messages: sent(9) } })).toBe(
      'message_rate_exceeded',
    );
    const input = reviewOf(entering({ messages: sent(59, 'MSFT') }));
    const plan = planOf([input.part, partOf(input.context, [submit()])], input.context);
    const [guard] = guardrails(settings()).filter(({ name }) => name === 'message-throttle');
    expect(told(guard?.review({ ...input, plan }))?.code).toBe('message_rate_exceeded');
  });

  it('says what was counted, and lets nothing pass uncounted', () => {
    expect(answer('message-throttle', entering({ messages: sent(2) }))).toMatchObject({
      measured: '3 in AAPL, 3 in the account',
      limit: '10 a minute in AAPL, 60 for the account',
    });
    expect(answer('message-throttle', leaving({})).limit).toBe('60 a minute in AAPL');
    expect(codeOf('message-throttle', leaving({ messages: null }))).toBe('data_missing');
  });

  it('never gives an entry more than an exit', () => {
    const upsideDown = { entriesPerSymbolPerMinute: 61, exitsPerSymbolPerMinute: 60 };
    expect(() => settings({ messageThrottle: upsideDown })).toThrow(/may not wait for an entry/);
    const even = { ...upsideDown, entriesPerSymbolPerMinute: 60 };
    expect(() => settings({ messageThrottle: even })).not.toThrow();
  });
});

describe('a policy that is switched off', () => {
  const latch = (changes: Partial<ControlLatch> = {}): ControlLatch => ({
    control: 'repeated-execution',
    policy: 'loop',
    symbol: 'AAPL',
    since: NOW,
    because: 'it has traded too often',
    ...changes,
  });
  const off = (changes?: Partial<ControlLatch>) => ({ latches: [latch(changes)] });
  const reduce = submit({ quantity: '1', purpose: 'reduce' });

  it('enters nothing and sells no part, but protects and leaves', () => {
    expect(codeOf('repeated-execution', entering(off()))).toBe('repeated_execution');
    expect(codeOf('repeated-execution', { steps: [reduce], facts: off() })).toBe(
      'repeated_execution',
    );
    expect(codeOf('repeated-execution', leaving(off()))).toBeNull();
    expect(codeOf('repeated-execution', leaving({ latches: null }))).toBeNull();
  });

  it.each([
    { what: 'another symbol', changes: { symbol: 'MSFT' } },
    { what: 'another policy', changes: { policy: 'partial-profit' } },
    { what: 'nobody', changes: { policy: null } },
    { what: 'another control', changes: { control: 'drawdown' as const } },
  ])('is not one in $what', ({ changes }) => {
    expect(codeOf('repeated-execution', entering(off(changes)))).toBeNull();
  });

  it('is known by the part that it wanted', () => {
    const input = reviewOf(entering(off({ policy: 'partial-profit' })));
    const [guard] = guardrails(settings()).filter(({ name }) => name === 'repeated-execution');
    const wanted = (wantedBy: readonly string[]) =>
      guard?.review({ ...input, part: { ...input.part, wantedBy } });
    expect(wanted(['stop-loss', 'partial-profit'])?.code).toBe('repeated_execution');
    expect(wanted(['stop-loss'])).toMatchObject({ code: null, measured: 'stop-loss' });
    expect(wanted([])).toMatchObject({ code: null, measured: 'loop' });
  });

  it('says how it is switched on again', () => {
    expect(answer('repeated-execution', entering(off()))).toMatchObject({
      measured: 'it has traded too often',
      limit: '6 trades of one policy in one symbol within 600000 ms',
      because: 'loop is switched off in AAPL: it has traded too often',
      wouldPass: 'the same plan after "bigbrother enable loop AAPL"',
    });
    expect(codeOf('repeated-execution', entering({ latches: null }))).toBe('data_missing');
  });
});

describe('the list of symbols', () => {
  const listed = { symbols: { allowed: ['AAPL'] } };
  const asset = (changes: Partial<NonNullable<ControlFacts['asset']>>) => ({
    asset: { assetClass: 'us_equity', isActive: true, isTradable: true, ...changes },
  });

  it('lets in what is on it, and nothing by default', () => {
    expect(codeOf('symbols', entering(), listed)).toBeNull();
    expect(answer('symbols', entering())).toMatchObject({
      code: 'symbol_not_allowed',
      because: 'AAPL is not on the list',
      limit: '0 symbols allowed, 0 restricted',
    });
  });

  it('keeps out what is restricted, whatever allows it', () => {
    const both = { symbols: { allowed: ['AAPL'], restricted: ['AAPL'] } };
    expect(answer('symbols', entering(), both)).toMatchObject({
      code: 'symbol_not_allowed',
      because: 'AAPL is restricted',
    });
  });

  it.each([
    { changes: { assetClass: 'crypto' }, code: 'asset_not_tradable' },
    { changes: { assetClass: 'us_option' }, code: 'asset_not_tradable' },
    { changes: { isActive: false }, code: 'asset_not_tradable' },
    { changes: { isTradable: false }, code: 'asset_not_tradable' },
  ])('is not enough for $changes', ({ changes, code }) => {
    expect(codeOf('symbols', entering(asset(changes)), listed)).toBe(code);
  });

  it('takes coins where they are allowed, and options never', () => {
    const coins = { symbols: { allowed: ['AAPL'], allowCrypto: true } };
    expect(codeOf('symbols', entering(asset({ assetClass: 'crypto' })), coins)).toBeNull();
    expect(codeOf('symbols', entering(asset({ assetClass: 'us_option' })), coins)).toBe(
      'asset_not_tradable',
    );
  });

  it('lets nothing in that nobody knows, and everything out', () => {
    expect(codeOf('symbols', entering({ asset: null }), listed)).toBe('data_missing');
    expect(codeOf('symbols', leaving({ asset: null }))).toBeNull();
  });

  it('takes symbols only', () => {
    expect(() => settings({ symbols: { allowed: ['apple inc'] } })).toThrow(/such as AAPL/);
  });
});

describe('the hours', () => {
  const open = (sinceMs: number, untilMs: number): GivenReview => ({
    steps: [buyMore('1', '100')],
    session: { isOpen: true, openAt: NOW - sinceMs, closeAt: NOW + untilMs, nextOpenAt: NOW + 9e7 },
  });
  const hour = 3_600_000;

  it.each([
    { since: 300_000, until: hour, code: null },
    { since: 299_999, until: hour, code: 'session_edge' },
    { since: hour, until: 300_000, code: null },
    { since: hour, until: 299_999, code: 'session_edge' },
  ])('$since ms after the open, $until ms before the close: $code', ({ since, until, code }) => {
    expect(codeOf('market-hours', open(since, until))).toBe(code);
  });

  it.each([
    { session: closedSession },
    { session: { isOpen: true, openAt: null, closeAt: NOW + hour, nextOpenAt: NOW } },
    { session: { isOpen: true, openAt: NOW - hour, closeAt: null, nextOpenAt: NOW } },
    { session: { isOpen: false, openAt: NOW - hour, closeAt: NOW + hour, nextOpenAt: NOW } },
  ])('are over, or not known: $session', ({ session }) => {
    expect(codeOf('market-hours', { ...entering(), session })).toBe('market_closed');
    expect(codeOf('market-hours', { ...leaving({}), session })).toBeNull();
  });

  it.each(['opg', 'cls'] as const)('are not for the auction of a %s order', (timeInForce) => {
    const step = ordering(buyMore('1', '100'), { timeInForce });
    expect(codeOf('market-hours', { steps: [step] })).toBe('session_edge');
    const waiting = order({ side: 'buy', quantity: '1', limit: '99', timeInForce });
    expect(codeOf('market-hours', { steps: [replace(waiting, { quantity: '2' })] })).toBe(
      'session_edge',
    );
  });

  const check = (changes: Partial<NonNullable<ControlFacts['sessionCheck']>>) => ({
    sessionCheck: { at: NOW, brokerSaysOpen: true, calendarSaysOpen: true, ...changes },
  });

  it.each([
    {
      changes: { brokerSaysOpen: false },
      because: 'the broker calls the market closed, and the calendar does not',
    },
    {
      changes: { calendarSaysOpen: false },
      because: 'the broker calls the market open, and the calendar does not',
    },
  ])('are doubted when $because', ({ changes, because }) => {
    const found = answer('market-hours', entering(check(changes)));
    expect(found).toMatchObject({ code: 'calendar_disagrees', because });
  });

  it('are believed while both were closed at that time', () => {
    const both = check({ brokerSaysOpen: false, calendarSaysOpen: false });
    expect(codeOf('market-hours', entering(both))).toBeNull();
  });

  it.each([
    { ageMs: 900_000, code: null },
    { ageMs: 900_001, code: 'data_missing' },
    { ageMs: -900_001, code: 'data_missing' },
  ])("are known by a look at the broker's clock $ageMs ms ago: $code", ({ ageMs, code }) => {
    expect(codeOf('market-hours', entering(check({ at: NOW - ageMs })))).toBe(code);
  });

  it('are not known without one', () => {
    expect(codeOf('market-hours', entering({ sessionCheck: null }))).toBe('data_missing');
    expect(answer('market-hours', leaving({ sessionCheck: null }))).toMatchObject({
      code: null,
      limit: 'in the session, 300000 ms after its open and 300000 ms before its close',
    });
  });
});
