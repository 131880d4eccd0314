import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Asked, given, iso, json, NOW, wireOrder } from './support.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Row = ReturnType<typeof wireOrder>;

const row = (id: string, submittedAt: number, changes: Record<string, unknown> = {}): Row =>
  wireOrder({
    id,
    created_at: iso(submittedAt),
    submitted_at: iso(submittedAt),
    updated_at: iso(submittedAt),
    ...changes,
  });

/** Lists as Alpaca does: newest first, both ends of the window exclusive. */
function listing(rows: readonly Row[], { query }: Asked): Row[] {
  const after = Date.parse(query.get('after') ?? '1970-01-01T00:00:00Z');
  const until = Date.parse(query.get('until') ?? '2100-01-01T00:00:00Z');
  return rows
    .filter(({ submitted_at }) => {
      const at = Date.parse(submitted_at);
      return at > after && at < until;
    })
    .sort((a, b) => Date.parse(b.submitted_at) - Date.parse(a.submitted_at))
    .slice(0, Number(query.get('limit')));
}

const idsOf = (orders: readonly { readonly id: string }[]): string[] =>
  orders.map(({ id }) => id).sort();

describe('reading orders', () => {
  it('asks for all statuses, nested, in pages of 500', async () => {
    const { broker, asked } = given(() => json([]));
    await broker.readOrders(NOW - HOUR);
    expect(Object.fromEntries(asked[0]?.query ?? [])).toMatchObject({
      status: 'all',
      nested: 'true',
      limit: '500',
      direction: 'desc',
    });
  });

  it('finds an old GTC stop and the held leg of an old bracket in one request', async () => {
    const rows = [
      row('old-stop', NOW - 60 * DAY),
      row('bracket', NOW - 30 * DAY, {
        status: 'filled',
        order_class: 'bracket',
        legs: [
          row('take-profit', NOW - 30 * DAY, { status: 'new' }),
          row('held-stop', NOW - 30 * DAY, { status: 'held' }),
        ],
      }),
      row('long-dead', NOW - 20 * DAY, { status: 'canceled' }),
      row('today', NOW - MINUTE, { status: 'filled' }),
    ];
    const { broker, asked } = given((request) => json(listing(rows, request)));
    const expected = ['bracket', 'held-stop', 'old-stop', 'take-profit', 'today'];
    expect(idsOf(await broker.readOrders(NOW - HOUR))).toEqual(expected);
    const again = await broker.readOrders(NOW - HOUR);
    expect(idsOf(again)).toEqual(expected);
    expect(again.find(({ id }) => id === 'held-stop')).toMatchObject({
      status: 'held',
      parentId: 'bracket',
    });
    expect(asked).toHaveLength(2);
  });

  it('looks back only as far as something lives', async () => {
    const rows = [row('stop', NOW - 2 * DAY), row('dead', NOW - 50 * DAY, { status: 'expired' })];
    const { broker, asked } = given((request) => json(listing(rows, request)));
    await broker.readOrders(NOW - HOUR);
    await broker.readOrders(NOW - HOUR);
    expect(asked.map(({ query }) => query.get('after'))).toEqual([
      iso(NOW - 95 * DAY - 5 * MINUTE),
      iso(NOW - 2 * DAY - 5 * MINUTE),
    ]);
  });

  it('tells the end of an order that was live at the last read, however old', async () => {
    const stop = row('stop', NOW - 40 * DAY);
    const { broker } = given((request) => json(listing([stop], request)));
    await broker.readOrders(NOW - MINUTE);
    stop.status = 'canceled';
    stop.updated_at = iso(NOW - 10 * MINUTE);
    expect(await broker.readOrders(NOW - MINUTE)).toMatchObject([
      { id: 'stop', status: 'canceled' },
    ]);
    expect(await broker.readOrders(NOW - MINUTE)).toEqual([]);
  });

  it('tells of an order that ended since, although it was submitted before', async () => {
    const stop = row('stop', NOW - 40 * DAY, { status: 'filled', updated_at: iso(NOW - MINUTE) });
    const { broker } = given((request) => json(listing([stop], request)));
    expect(idsOf(await broker.readOrders(NOW - HOUR))).toEqual(['stop']);
  });

  it('walks every page, and loses nothing where many were submitted at once', async () => {
    const rows = Array.from({ length: 1_700 }, (_, n) =>
      row(`order-${n}`, NOW - HOUR + Math.floor(n / 300) * 1_000),
    );
    const { broker, asked } = given((request) => json(listing(rows, request)));
    expect(new Set(idsOf(await broker.readOrders(NOW - DAY))).size).toBe(1_700);
    expect(asked.length).toBeLessThan(8);
  });

  it('fails rather than lose orders of one millisecond that fill more than a page', async () => {
    const rows = Array.from({ length: 600 }, (_, n) => row(`order-${n}`, NOW - HOUR));
    const { broker } = given((request) => json(listing(rows, request)));
    await expect(broker.readOrders(NOW - DAY)).rejects.toThrow(
      'more orders of one millisecond than a page holds',
    );
  });

  it.each([
    ['before', 1_000],
    ['after', -1_000],
  ])('knows the parent of a leg that is listed alone as well, %s it', async (_where, laterMs) => {
    const leg = row('leg', NOW - HOUR + laterMs, { status: 'held' });
    const rows = [row('parent', NOW - HOUR, { order_class: 'oco', legs: [leg] }), leg];
    const { broker } = given((request) => json(listing(rows, request)));
    const orders = await broker.readOrders(NOW - DAY);
    expect(orders.filter(({ id }) => id === 'leg')).toMatchObject([{ parentId: 'parent' }]);
  });

  it('reads everything again once a day', async () => {
    const { broker, clock, asked } = given(() => json([]));
    await broker.readOrders(NOW);
    await clock.advanceBy(DAY - MINUTE); // Nothing lives: back to the last read alone.
    await broker.readOrders(clock.now());
    await clock.advanceBy(MINUTE);
    await broker.readOrders(clock.now());
    const reachedBackDays = asked.map(({ query }, nth) => {
      const readAt = [NOW, NOW + DAY - MINUTE, NOW + DAY][nth] ?? 0;
      return Math.round((readAt - Date.parse(query.get('after') ?? '')) / DAY);
    });
    expect(reachedBackDays).toEqual([95, 1, 95]);
  });

  it('never misses a live order, whatever was submitted and ended between reads', async () => {
    const change = fc.record({
      kind: fc.constantFrom('submit', 'end', 'read', 'wait'),
      which: fc.nat(20),
      waitMs: fc.nat(3 * HOUR),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 40 }), async (changes) => {
        const rows: Row[] = [];
        const { broker, clock } = given((request) => json(listing(rows, request)));
        for (const { kind, which, waitMs } of changes) {
          if (kind === 'submit') rows.push(row(`order-${rows.length}`, clock.now()));
          const chosen = rows[which];
          if (kind === 'end' && chosen) chosen.status = 'filled';
          if (kind === 'wait') await clock.advanceBy(waitMs);
          if (kind !== 'read') continue;
          const seen = new Set<string>((await broker.readOrders(clock.now())).map(({ id }) => id));
          for (const { id, status } of rows) if (status === 'new') expect(seen).toContain(id);
        }
      }),
      { numRuns: 60 },
    );
  });
});
