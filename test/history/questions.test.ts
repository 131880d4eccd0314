import { beforeAll, describe, expect, it } from 'vitest';
import { estimatedTokens } from '../../tools/shared/page.ts';
import { connected } from '../server/connect.ts';
import { type Exit, exchangeTruth, sumOf } from './exchange-truth.ts';
import { october, recordedMonth } from './month.ts';

type Row = Readonly<Record<string, unknown>>;
type Answer = {
  readonly records?: readonly (Row & { readonly text: string })[];
  readonly stories?: readonly (Row & { readonly chain: readonly string[] })[];
  readonly refused?: readonly Row[];
  readonly overruled?: readonly Row[];
  readonly counts?: Readonly<Record<string, number>>;
  readonly totals?: Row;
  readonly columns?: readonly string[];
  readonly rows?: readonly (readonly (string | number | null)[])[];
  readonly left_out: number;
  readonly note?: string;
  readonly next_cursor: string | null;
};

const OCTOBER = '2026-10';
const OPENING = { AAPL: 40, AMD: 30, MSFT: -10, NVDA: 20, TSLA: 15 };

describe('a trader asks about October', () => {
  let month: Awaited<ReturnType<typeof recordedMonth>>;
  let truth: Awaited<ReturnType<typeof exchangeTruth>>;
  const tokens: number[] = [];

  beforeAll(async () => {
    month = await recordedMonth();
    truth = await exchangeTruth(month.exchange, OPENING);
  }, 60_000);

  /** One call of the tool, as a host makes it. */
  const ask = async (args: Row): Promise<Answer> => {
    const { bigBrother, clock } = month;
    const { call } = await connected({ bigBrother, clock });
    const answer = await call('get_history', args);
    expect(answer.isError, answer.text).toBe(false);
    const cost = estimatedTokens(answer.text);
    expect(cost).toBeLessThan(2_000);
    tokens.push(cost);
    return answer.json as unknown as Answer;
  };

  const exitsOf = (of: Partial<Pick<Exit, 'symbol' | 'day'>>): readonly Exit[] =>
    truth.exits.filter(
      (exit) =>
        (of.symbol === undefined || exit.symbol === of.symbol) &&
        (of.day === undefined || exit.day === of.day),
    );

  /** A row of the totals by its key, as numbers by column. */
  const rowOf = ({ columns = [], rows = [] }: Answer, key: string) => {
    const row = rows.find(([first]) => first === key);
    return Object.fromEntries(columns.map((column, index) => [column, Number(row?.[index])]));
  };

  const toldOf = ({ stories = [] }: Answer): string =>
    stories.map(({ result, chain }) => [result, ...chain].join('\n')).join('\n');

  it('1: why did you sell NVDA on Tuesday?', async () => {
    const answer = await ask({ view: 'why', symbol: 'NVDA', day: '2026-10-06' });
    const [exit, ...others] = exitsOf({ symbol: 'NVDA', day: '2026-10-06' });
    expect(others).toEqual([]);
    expect(answer.stories).toHaveLength(1);
    expect(answer.stories?.[0]).toMatchObject({ order_id: exit?.orderId, symbol: 'NVDA' });
    const told = toldOf(answer);
    expect(told).toContain(
      `closed 10 at ${(exit?.priceCents ?? 0) / 100}: profit ${sumOf([exit as Exit])}`,
    );
    expect(told).toMatch(
      /seen: snapshot.*chosen: trailing-stop: .*planned by the loop.*guardrails passed it.*approved: T0.*filled sell 10.*came to:/s,
    );
  });

  it('2: and the half of it on Monday?', async () => {
    const answer = await ask({ view: 'why', symbol: 'NVDA', day: '2026-10-05' });
    const [exit] = exitsOf({ symbol: 'NVDA', day: '2026-10-05' });
    expect(answer.stories?.[0]).toMatchObject({ order_id: exit?.orderId });
    expect(toldOf(answer)).toMatch(/chosen: partial-profit: /);
    expect(toldOf(answer)).toContain(`profit ${sumOf([exit as Exit])}`);
  });

  it('3: what did you refuse this week and why?', async () => {
    const answer = await ask({ view: 'why_not', day: '2026-10-26..2026-10-30' });
    expect(answer.refused).toContainEqual(
      expect.objectContaining({ symbol: 'AAPL', code: 'approval_needed', times: 1 }),
    );
    expect(answer.refused?.map(({ because }) => because).join()).toMatch(/\$4160\.00 in 24 h/);
    // Nothing that was refused reached the exchange.
    expect(exitsOf({ symbol: 'AAPL' }).map(({ shares }) => shares)).toEqual([10]);
  });

  it('4: which policy costs me money?', async () => {
    const answer = await ask({ view: 'by_policy', day: OCTOBER });
    const worst = answer.rows?.[0]?.[0];
    const byType = (types: readonly string[]) =>
      truth.exits.filter(({ order }) => types.includes(order.type));
    expect(worst).toBe('stop-loss');
    const sum = (answer.rows ?? []).reduce((total, row) => total + Number(row[4]), 0);
    expect(sum).toBeCloseTo(sumOf(truth.exits), 6);
    const stopped = byType(['stop_limit']).filter(({ profitCents }) => profitCents < 0);
    expect(rowOf(answer, 'stop-loss').profit).toBeCloseTo(sumOf(stopped), 6);
  });

  it('5: how long was TSLA naked in October?', async () => {
    const answer = await ask({ view: 'totals', symbol: 'TSLA', day: OCTOBER });
    const seconds = truth.nakedMs('TSLA') / 1_000;
    expect(seconds).toBeGreaterThan(60);
    expect(Number(answer.totals?.naked_seconds)).toBeCloseTo(seconds, 0);
    expect(Number(answer.totals?.naked_share_seconds)).toBeCloseTo(seconds * 15, -1);
  });

  it('6: what did I make in October?', async () => {
    const { totals } = await ask({ view: 'totals', day: OCTOBER });
    expect(Number(totals?.profit)).toBeCloseTo(sumOf(truth.exits), 6);
    expect(totals).toMatchObject({
      closed: truth.exits.length,
      gains: truth.exits.filter(({ profitCents }) => profitCents > 0).length,
      losses: truth.exits.filter(({ profitCents }) => profitCents < 0).length,
    });
  });

  it('7: which symbol lost the most?', async () => {
    const answer = await ask({ view: 'by_symbol', day: OCTOBER });
    const symbols = [...new Set(truth.exits.map(({ symbol }) => symbol))];
    const worst = symbols.sort(
      (a, b) => sumOf(exitsOf({ symbol: a })) - sumOf(exitsOf({ symbol: b })),
    );
    expect(answer.rows?.[0]?.[0]).toBe(worst[0]);
    for (const symbol of symbols) {
      expect(rowOf(answer, symbol).profit).toBeCloseTo(sumOf(exitsOf({ symbol })), 6);
    }
  });

  it('8: what was my worst day?', async () => {
    const answer = await ask({ view: 'by_day', day: OCTOBER });
    const days = [...new Set(truth.exits.map(({ day }) => day))];
    const [worst] = days.sort((a, b) => sumOf(exitsOf({ day: a })) - sumOf(exitsOf({ day: b })));
    const told = [...(answer.rows ?? [])].sort((a, b) => Number(a[4]) - Number(b[4]));
    expect(told[0]?.[0]).toBe(worst);
    for (const day of days)
      expect(rowOf(answer, day).profit).toBeCloseTo(sumOf(exitsOf({ day })), 6);
  });

  it('9: what is my average R?', async () => {
    const { totals } = await ask({ view: 'totals', day: OCTOBER });
    const rs = truth.exits.map((exit) => {
      const riskCents = exit.symbol === 'AMD' && exit.day > '2026-10-14' ? 720 : 800;
      return exit.profitCents / exit.shares / riskCents;
    });
    const average = rs.reduce((sum, r) => sum + r, 0) / rs.length;
    expect(Number(totals?.average_r)).toBeCloseTo(average, 3);
  });

  it('10: what did slippage cost me?', async () => {
    const { totals } = await ask({ view: 'totals', day: OCTOBER });
    const cost = truth.exits.reduce((sum, { order, shares, priceCents, symbol }) => {
      // A market order pays half the spread; a stop what lies between it and its fill.
      if (order.stop_price === null) return sum + shares;
      const beyond = Number(order.stop_price) * 100 - priceCents;
      return sum + Math.round(symbol === 'MSFT' ? -beyond : beyond) * shares;
    }, 0);
    expect(Number(totals?.slippage_cost)).toBeCloseTo(cost / 100, 6);
  });

  it('11: how many fills were there?', async () => {
    const { totals } = await ask({ view: 'totals', day: OCTOBER });
    expect(totals?.fills).toBe(truth.fills.length);
  });

  it('12: how many orders did you send, and how many were rejected?', async () => {
    const { totals } = await ask({ view: 'totals', day: OCTOBER });
    const ours = truth.orders.filter(({ client_order_id }) => client_order_id.startsWith('bb1-'));
    expect(totals).toMatchObject({
      orders_sent: ours.length,
      rejected: ours.filter(({ status }) => status === 'rejected').length,
    });
    expect(totals?.rejected).toBeGreaterThan(0);
  });

  it('13: why was TSLA without a stop?', async () => {
    const { refused } = await ask({ view: 'why_not', symbol: 'TSLA', day: '2026-10-13' });
    const rejected = truth.orders.filter(({ status }) => status === 'rejected');
    expect(refused).toContainEqual(
      expect.objectContaining({ by: 'broker', code: 'rejected', times: rejected.length }),
    );
  });

  it('14: what happened to AMD on the 21st?', async () => {
    const { records = [] } = await ask({ symbol: 'AMD', day: '2026-10-21' });
    const [exit] = exitsOf({ symbol: 'AMD', day: '2026-10-21' });
    const filled = records.filter(({ type }) => type === 'fill_received');
    expect(filled.map(({ order_id, text }) => [order_id, text])).toEqual([
      [exit?.orderId, `filled sell 20 at ${(exit?.priceCents ?? 0) / 100}`],
    ]);
  });

  it('15: why was it not the stop that sold it?', async () => {
    const answer = await ask({ view: 'why', symbol: 'AMD', day: '2026-10-21' });
    expect(toldOf(answer)).toMatch(/chosen: gap-rescue: /);
    expect(answer.stories?.[0]?.order_id).toBe(exitsOf({ day: '2026-10-21' })[0]?.orderId);
  });

  it('16: what about TSLA in the last 24 hours?', async () => {
    const { records = [] } = await ask({ symbol: 'TSLA', hours: 24 });
    const [exit] = exitsOf({ symbol: 'TSLA' });
    // It was sold while nobody listened, and found when the next process began.
    expect(exit?.day).toBe('2026-10-28');
    expect(records.find(({ type }) => type === 'fill_received')?.order_id).toBe(exit?.orderId);
  });

  it('17: was trading halted, by whom, and who ended it?', async () => {
    const { records = [] } = await ask({ kind: 'alerts', day: '2026-10-22..2026-10-23' });
    const texts = records.map(({ text }) => text).join('\n');
    expect(texts).toMatch(/halt latched \(everything\) by Klaus/);
    expect(texts).toMatch(/lifted by Klaus/);
    const whileHalted = truth.orders.filter(({ created_at }) => {
      const at = Date.parse(created_at);
      return at > october(22, 10, 12) && at < october(23, 10);
    });
    expect(whileHalted).toEqual([]);
  });

  it('18: what did you refuse to the agent?', async () => {
    const { counts = {}, refused = [] } = await ask({
      view: 'why_not',
      policy: 'host',
      day: OCTOBER,
    });
    expect(refused.every(({ wanted }) => /^(exit|reduce)/.test(String(wanted)))).toBe(true);
    expect(Object.keys(counts)).toEqual(
      expect.arrayContaining(['trading_halted', 'approval_needed']),
    );
  });

  it('19: which veto comes most often?', async () => {
    const { counts = {} } = await ask({ view: 'why_not', day: OCTOBER });
    const { totals } = await ask({ view: 'totals', day: OCTOBER });
    expect(totals?.refusals_by_code).toEqual(counts);
    expect(Object.values(counts).reduce((sum, each) => sum + each, 0)).toBe(totals?.refused);
  });

  it('20: does the trailing stop pay?', async () => {
    const { totals } = await ask({ view: 'totals', policy: 'trailing-stop', day: OCTOBER });
    const raised = truth.exits.filter(
      ({ order, profitCents }) => order.type === 'stop_limit' && profitCents > 0,
    );
    expect(Number(totals?.profit)).toBeCloseTo(sumOf(raised), 6);
    expect(totals?.closed).toBe(raised.length);
  });

  it('21: what was decided for MSFT in the middle of the month?', async () => {
    const { records = [] } = await ask({ kind: 'decisions', symbol: 'MSFT', day: '2026-10-15' });
    expect(records.map(({ text }) => text).join('\n')).toMatch(/partial-profit wants reduce/);
    expect(exitsOf({ symbol: 'MSFT', day: '2026-10-15' })).toHaveLength(1);
  });

  it('22: which trades were losses?', async () => {
    const { records = [] } = await ask({ kind: 'outcomes', outcome: 'loss', day: OCTOBER });
    const lost = truth.exits.filter(({ profitCents }) => profitCents < 0);
    expect(records.map(({ order_id }) => order_id).sort()).toEqual(
      lost.map(({ orderId }) => orderId).sort(),
    );
  });

  it('23: what is the story of this order?', async () => {
    const [exit] = exitsOf({ symbol: 'AMD', day: '2026-10-08' });
    const answer = await ask({ view: 'why', order_id: exit?.orderId });
    expect(toldOf(answer)).toContain(`profit ${sumOf([exit as Exit])}`);
    expect(toldOf(answer)).toMatch(/chosen: stop-loss: /);
  });

  it('24: what did this plan do?', async () => {
    const [exit] = exitsOf({ symbol: 'MSFT', day: '2026-10-15' });
    const first = await ask({ view: 'why', order_id: exit?.orderId });
    const answer = await ask({ view: 'why', plan_id: first.stories?.[0]?.plan_id });
    expect(toldOf(answer)).toMatch(/partial-profit/);
    expect(toldOf(answer)).toContain('plan completed');
  });

  it('25: how far was NVDA in my favour before it was sold?', async () => {
    const { records = [] } = await ask({ symbol: 'NVDA', kind: 'outcomes', detail: 'full' });
    const [newest] = records.map(({ body }) => body as Row);
    // 119 was the highest price of all, and it was bought at 100.
    expect(newest).toMatchObject({ favourable: '19', adverse: '0', policy: 'trailing-stop' });
  });

  it('26: how long did I hold AMD the second time?', async () => {
    const { records = [] } = await ask({ symbol: 'AMD', kind: 'outcomes', detail: 'full' });
    const [newest] = records.map(({ body }) => body as Row);
    const [bought] = truth.fills.filter(({ symbol, side }) => symbol === 'AMD' && side === 'buy');
    const sold = truth.fills.findLast(({ symbol, side }) => symbol === 'AMD' && side === 'sell');
    const heldMs =
      Date.parse(sold?.transaction_time ?? '') - Date.parse(bought?.transaction_time ?? '');
    expect(Number(newest?.heldSeconds)).toBeCloseTo(heldMs / 1_000, -1);
  });

  it('27: who did not answer?', async () => {
    const { records = [] } = await ask({ kind: 'plans', outcome: 'refused', day: '2026-10-26' });
    expect(records.map(({ text }) => text).join('\n')).toMatch(/nobody answered before it expired/);
  });

  it('28: what happened that nobody asked about?', async () => {
    const all = await ask({ day: OCTOBER });
    expect(all.left_out).toBeGreaterThan(100);
    expect(all.next_cursor).toMatch(/^before\.\d+$/);
    const none = await ask({ symbol: 'KO', day: OCTOBER });
    expect(none).toMatchObject({
      records: [],
      left_out: 0,
      note: expect.stringMatching(/Nothing/),
    });
  });

  it('gets every answer in fewer than 2,000 tokens, most in far fewer', () => {
    const sorted = [...tokens].sort((one, other) => one - other);
    expect(sorted.length).toBeGreaterThan(25);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(900);
  });
});
