import { beforeAll, describe, expect, it } from 'vitest';
import { numberOf } from '../../simulation/invariants/units.ts';
import { startOldBot } from '../../simulation/old-bot/old-bot.ts';
import { Counter } from '../../simulation/storm/counter.ts';
import type { JournalRecord } from '../../src/domain/event.ts';
import { type ShadowReport, shadowReport } from '../../src/engine/shadow/report.ts';
import { type Guarded, loopedAccount } from '../support/guarded-account.ts';

const EVERYTHING = { from: null, until: null, idPrefix: null };
const POSITIONS = ['AAPL', 'KO', 'NVDA'].map((symbol) => ({
  ...{ symbol, qty: '10', averageEntryPrice: '100' },
}));
/** AAPL wins and falls back, KO jumps through its stop and comes back, NVDA stays. */
const AAPL = ['104', '109', '112', '117', '118', '115', '112.5', '111.9', '108', '108'];

/** BigBrother only looks on while the old bot trades. */
async function day() {
  const guarded = await loopedAccount({
    positions: POSITIONS,
    settings: { mode: 'observe' },
  });
  const { exchange, clock, price } = guarded;
  const counter = new Counter(exchange.core, exchange.core.accountIds[0] ?? '');
  counter.begin();
  const bot = await startOldBot({
    connection: {
      ...{ keyId: 'PK-TEST', secret: 'secret', endpoint: { url: 'http://127.0.0.1' } },
      ...{ fetchApi: exchange.fetchApi, wsFactory: exchange.wsFactory },
    },
    clock,
  });
  await clock.advanceBy(60_000);
  for (const at of AAPL) {
    price('AAPL', at);
    price('KO', String(200 - Number(at)));
    price('NVDA', String(100 + (Number(at) - 100) / 8));
    await clock.advanceBy(30_000);
  }
  bot.stop();
  await clock.advanceBy(20_000);
  await guarded.stop();
  return { guarded, counted: counter.counted(), records: [...guarded.store.scan(1)] };
}

describe('a day on which the old bot trades and BigBrother looks on', () => {
  let guarded: Guarded;
  let counted: ReturnType<Counter['counted']>;
  let records: readonly JournalRecord[];
  let report: ShadowReport;
  beforeAll(async () => {
    ({ guarded, counted, records } = await day());
    report = shadowReport(records, EVERYTHING);
  }, 60_000);

  it('is seen as the books of the exchange have it', () => {
    const { core } = guarded.exchange;
    const accountId = core.accountIds[0] ?? '';
    const fills = core.fills(accountId);
    const orders = new Set(records.flatMap(({ orderId }) => orderId ?? []));
    expect(fills.length).toBeGreaterThan(0);
    expect(report.seen.fills).toBe(fills.length);
    expect(report.seen.orders).toBe(orders.size);
    for (const { orderId } of fills) expect(orders).toContain(orderId);
    expect(report.conflicts.turnedPositions).toBe(counted.oversoldShares > 0 ? 1 : 0);
  });

  it('was naked for as long as the exchange says', () => {
    expect(counted.nakedShareSeconds).toBeGreaterThan(100);
    const measured = Number(report.naked.shareSeconds);
    // That the market is past the stop of KO's ten shares is seen with the next cycle.
    const unseen = counted.nakedShareSeconds - measured;
    expect(unseen).toBeGreaterThanOrEqual(0);
    expect(unseen).toBeLessThanOrEqual(10 * 10);
    expect(Number(report.foreseen.shareSeconds)).toBeLessThan(measured);
  });

  it('finds the profit that both took, at the price that the exchange filled', () => {
    const profit = report.policies.find(({ policy }) => policy === 'partial-profit');
    expect(profit).toMatchObject({ wishes: 1, matched: 1, missed: 0, conflicting: 0 });
    const score = report.scores.find(({ policy }) => policy === 'partial-profit');
    const fill = guarded.exchange.core
      .fills(guarded.exchange.core.accountIds[0] ?? '')
      .find(({ orderId }) => orderId === score?.orderId);
    expect(fill).toBeDefined();
    // Five shares at 117 when it was wanted, against what they brought.
    const brought = numberOf(fill?.price ?? 0n);
    expect(Number(score?.money)).toBeCloseTo((117 - brought) * 5, 6);
  });

  it('finds the exit that only BigBrother wanted, when the stop was left behind by a gap', () => {
    const rescue = report.scores.filter(
      ({ policy, symbol }) => policy === 'gap-rescue' && symbol === 'KO',
    );
    expect(rescue.length).toBeGreaterThan(0);
    for (const score of rescue) expect(score.verdict).not.toBe('matched');
    const row = report.policies.find(({ policy }) => policy === 'gap-rescue');
    expect(Number(row?.naked.shareSeconds)).toBeGreaterThan(0);
  });

  it('counts each wish once, and each verdict has its reason', () => {
    const counts = report.policies.map((row) => row.matched + row.missed + row.conflicting);
    expect(counts).toEqual(report.policies.map(({ wishes }) => wishes));
    expect(report.scores).toHaveLength(report.seen.wishes);
    for (const { because } of report.scores) expect(because).not.toBe('');
    const money = report.policies.reduce((sum, row) => sum + Number(row.money), 0);
    expect(Number(report.money)).toBeCloseTo(money, 6);
  });

  it('has nothing to compare without the orders of the other, and says so', () => {
    const alone = shadowReport(records, { ...EVERYTHING, idPrefix: 'nobody-' });
    expect(alone).toMatchObject({ verdict: 'nothing_to_compare', policies: [], scores: [] });
    expect(alone.because).toContain('nobody else placed an order');
  });

  it('has nothing to compare where BigBrother itself was at work', () => {
    const acting = records.map(
      (record): JournalRecord =>
        record.type === 'started' ? { ...record, body: { mode: 'execute' } } : record,
    );
    const found = shadowReport(acting, EVERYTHING);
    expect(found).toMatchObject({ verdict: 'nothing_to_compare', policies: [] });
    expect(found.because).toContain('no decision was made here while BigBrother only looked on');
  });

  it('can be asked for a part of it', () => {
    const half = records[Math.floor(records.length / 2)]?.at ?? 0;
    const early = shadowReport(records, { ...EVERYTHING, until: half });
    const late = shadowReport(records, { ...EVERYTHING, from: half + 1 });
    expect(early.seen.wishes + late.seen.wishes).toBe(report.seen.wishes);
    const parts = Number(early.naked.shareSeconds) + Number(late.naked.shareSeconds);
    expect(parts).toBeLessThanOrEqual(Number(report.naked.shareSeconds) + 0.001);
  });
});
