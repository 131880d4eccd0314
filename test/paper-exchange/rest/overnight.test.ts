import { describe, expect, it } from 'vitest';
import { Floor, type Json, refusal } from '../core/floor.ts';

/** Wednesday evening, 7 October 2026, 21:00 in New York: the night of Thursday. */
const EVENING = '2026-10-08T01:00:00Z';
const NIGHT = { type: 'limit', limit_price: '100', extended_hours: true } as const;

type FloorOptions = NonNullable<ConstructorParameters<typeof Floor>[0]>;

function night(options: FloorOptions = {}): Floor {
  return new Floor({ startAt: EVENING, ...options });
}

describe('the overnight session', () => {
  it('executes limit orders for extended hours, and no other ones', () => {
    const floor = night();
    const [extended, plain] = [floor.accepted(NIGHT), floor.accepted({ ...NIGHT, ...DAYTIME })];
    expect(floor.statusOf(extended)).toBe('new');
    expect(floor.statusOf(plain)).toBe('accepted');
    floor.quote('AAPL', '99.80', '99.90');
    expect(floor.statusOf(extended)).toBe('filled');
    expect(floor.statusOf(plain)).toBe('accepted');
    expect(refusal(floor.order({ extended_hours: true }))).toMatchObject({ status: 422 });
  });

  it('takes fractions of shares that are enabled for it', () => {
    const floor = night();
    const id = floor.accepted({ ...NIGHT, qty: '0.5', limit_price: '101' });
    expect(floor.statusOf(id)).toBe('filled');
  });

  it('lets a DAY order live through the day that follows, to 20:00', () => {
    const floor = night();
    const id = floor.accepted({ ...NIGHT, limit_price: '90' });
    expect(floor.orderById(id).expires_at).toBe('2026-10-09T00:00:00.000Z');
    floor.advanceTo('2026-10-08T23:59:59Z');
    expect(floor.statusOf(id)).toBe('new');
    floor.advanceTo('2026-10-09T00:00:00Z');
    expect(floor.statusOf(id)).toBe('expired');
  });

  it.each([
    { dayOrderEnds: 'expired', stamp: 'expired_at' },
    { dayOrderEnds: 'canceled', stamp: 'canceled_at' },
  ] as const)('lets a DAY order end: $dayOrderEnds', ({ dayOrderEnds, stamp }) => {
    const floor = night({ switches: { dayOrderEnds } });
    const id = floor.accepted({ ...NIGHT, limit_price: '90' });
    const plain = floor.accepted({ ...NIGHT, ...DAYTIME, limit_price: '90' });
    floor.advanceTo('2026-10-09T00:00:00Z');
    expect(floor.orderById(id)).toMatchObject({
      status: dayOrderEnds,
      [stamp]: expect.any(String),
    });
    expect(floor.statusOf(plain)).toBe(dayOrderEnds);
    expect(floor.eventNames(id).at(-1)).toBe(dayOrderEnds);
  });

  it('begins with an order of the weekend on Sunday evening', () => {
    const floor = night({ startAt: '2026-10-10T16:00:00Z' });
    const id = floor.accepted(NIGHT);
    expect(floor.statusOf(id)).toBe('accepted');
    floor.advanceTo('2026-10-12T00:00:00Z');
    expect(floor.orderById(id)).toMatchObject({
      ...{ status: 'new', submitted_at: '2026-10-12T00:00:00.000Z' },
    });
    floor.quote('AAPL', '99.80', '99.90');
    expect(floor.statusOf(id)).toBe('filled');
  });

  it('does not run in the evening before a holiday', () => {
    const floor = night({ startAt: '2026-11-26T02:00:00Z' });
    const id = floor.accepted(NIGHT);
    floor.quote('AAPL', '99.80', '99.90');
    expect(floor.statusOf(id)).toBe('accepted');
    floor.advanceTo('2026-11-27T01:00:00Z');
    expect(floor.statusOf(id)).toBe('new');
  });

  it('executes nothing at a quote of the evening', () => {
    const floor = night({ startAt: '2026-10-07T23:00:00Z' });
    floor.advanceTo(EVENING);
    const id = floor.accepted({ ...NIGHT, limit_price: '101' });
    expect(floor.statusOf(id)).toBe('new');
    floor.quote('AAPL', '99.99', '100.01');
    expect(floor.statusOf(id)).toBe('filled');
  });

  it('elects no stop', () => {
    const floor = night();
    const id = floor.accepted({ side: 'sell', type: 'stop', stop_price: '95' });
    floor.advanceTo('2026-10-08T02:00:00Z');
    floor.market('AAPL', '89', '91', '90');
    floor.advanceTo('2026-10-08T13:00:00Z');
    expect(floor.statusOf(id)).toBe('new');
  });

  it('leaves the market of the day closed', () => {
    const floor = night();
    expect(floor.get('/v2/clock')).toMatchObject({
      ...{ is_open: false, next_open: '2026-10-08T09:30:00-04:00' },
    });
    const [clock] = floor.get('/v3/clock?markets=NYSE').clocks as readonly Json[];
    expect(clock).toMatchObject({ phase: 'closed', phase_until: '2026-10-08T04:00:00-04:00' });
  });
});

/** What waits for the regular session. */
const DAYTIME = { extended_hours: false } as const;

describe('who trades overnight', () => {
  /** The status of an order that could execute, and what it is at 04:00 with a quote. */
  function fateOf(floor: Floor): readonly unknown[] {
    const id = floor.accepted({ ...NIGHT, limit_price: '101' });
    const atNight = floor.statusOf(id);
    floor.advanceTo('2026-10-08T08:00:00Z');
    floor.quote('AAPL', '99.99', '100.01');
    return [atNight, floor.statusOf(id)];
  }

  it.each([
    { overnightSession: true, status: 'filled' },
    { overnightSession: false, status: 'accepted' },
  ])('everyone, or nobody: overnightSession $overnightSession', ({ overnightSession, status }) => {
    expect(fateOf(night({ switches: { overnightSession } }))).toEqual([status, 'filled']);
  });

  it('not an account that has turned it off, until it turns it on again', () => {
    const floor = night();
    const configure = (disabled: boolean) =>
      floor.request('PATCH', '/v2/account/configurations', { disable_overnight_trading: disabled });
    const resting = floor.accepted(NIGHT);
    configure(true);
    const id = floor.accepted({ ...NIGHT, limit_price: '101' });
    expect(floor.statusOf(id)).toBe('accepted');
    floor.quote('AAPL', '99.80', '99.90');
    expect(floor.statusOf(resting)).toBe('new');
    configure(false);
    expect(floor.statusOf(resting)).toBe('filled');
    expect(floor.statusOf(id)).toBe('accepted');
    floor.advanceTo('2026-10-08T08:00:00Z');
    expect(floor.statusOf(id)).toBe('new');
  });

  it('not a share that is not eligible, or halted for the night', () => {
    const share = (flags: object) => night({ assets: [{ symbol: 'AAPL', ...flags }] });
    const attributes = (floor: Floor) => floor.get('/v2/assets/AAPL').attributes;
    expect(fateOf(share({ overnightTradable: false }))).toEqual(['accepted', 'filled']);
    expect(fateOf(share({ overnightHalted: true }))).toEqual(['accepted', 'filled']);
    expect(attributes(share({ overnightTradable: false }))).toEqual(['fractional_eh_enabled']);
    expect(attributes(share({}))).toEqual(['fractional_eh_enabled', 'overnight_tradable']);
    expect(attributes(share({ overnightHalted: true }))).toContain('overnight_halted');
    const listed = share({}).list('/v2/assets?attributes=overnight_tradable');
    expect(listed.map(({ symbol }) => symbol)).toEqual(['AAPL']);
  });

  it('a share again once it is no longer halted', () => {
    const floor = night();
    const id = floor.accepted(NIGHT);
    floor.core.changeAsset('AAPL', { overnightHalted: true });
    floor.quote('AAPL', '99.80', '99.90');
    expect(floor.statusOf(id)).toBe('new');
    floor.core.changeAsset('AAPL', { overnightHalted: false });
    expect(floor.statusOf(id)).toBe('filled');
  });

  it.each([
    { overnightActionHalt: true, status: 'accepted' },
    { overnightActionHalt: false, status: 'filled' },
  ])(
    'a share that splits in the morning: $overnightActionHalt',
    ({ overnightActionHalt, status }) => {
      const floor = night({ switches: { overnightActionHalt, ordersAtSplit: 'leave' } });
      const terms = { kind: 'forward_split', symbol: 'AAPL', newRate: 2, oldRate: 1 } as const;
      floor.core.announce({ terms, exDate: '2026-10-08' });
      expect(fateOf(floor)).toEqual([status, 'filled']);
    },
  );

  it('without the dividend of the day that the night belongs to', () => {
    const floor = night({ startAt: '2026-10-07T23:00:00Z', switches: { dividendsPaid: true } });
    const terms = {
      kind: 'cash_dividend',
      symbol: 'AAPL',
      rate: 10n ** 9n,
      special: false,
    } as const;
    floor.core.announce({ terms, exDate: '2026-10-08', payableDate: '2026-10-08' });
    floor.advanceTo(EVENING);
    floor.quote('AAPL', '99.99', '100.01');
    const id = floor.accepted({ ...NIGHT, limit_price: '101', qty: '5' });
    expect(floor.statusOf(id)).toBe('filled');
    floor.advanceTo('2026-10-08T08:00:00Z');
    const [dividend] = floor.list('/v2/account/activities/DIV');
    expect(dividend).toMatchObject({ qty: '10' });
  });
});

describe('the buying power of the night', () => {
  it('is twice the equity, for orders that trade in it', () => {
    const floor = night();
    const large = { ...NIGHT, qty: '2500' };
    expect(refusal(floor.order(large), 'buying_power')).toMatchObject({
      ...{ status: 403, buying_power: '199000' },
    });
    floor.accepted({ ...large, ...DAYTIME });
  });

  it.each([
    { overnightOverspent: 'reject', status: 'rejected' },
    { overnightOverspent: 'keep', status: 'new' },
  ] as const)('meets at 20:00 what the day left open: $overnightOverspent', (given) => {
    const { overnightOverspent, status } = given;
    const switches = { overnightOverspent, extendedHoursGtc: true };
    const floor = night({ startAt: '2026-10-07T22:00:00Z', switches });
    const gtc = { ...NIGHT, time_in_force: 'gtc', limit_price: '99' };
    const small = floor.accepted({ ...gtc, qty: '100' });
    const large = floor.accepted({ ...gtc, qty: '2500' });
    floor.advanceTo(EVENING);
    expect(floor.statusOf(large)).toBe(status);
    expect(floor.statusOf(small)).toBe('new');
  });
});
