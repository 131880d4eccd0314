import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/domain/canonical.ts';
import type { EventType, JournalRecord } from '../../src/domain/event.ts';
import { ControlMemory } from '../../src/runtime/controls/control-memory.ts';
import { defaultRuntimeSettings } from '../../src/runtime/settings/settings.ts';
import { NOW } from '../support/given.ts';

const settings = { ...defaultRuntimeSettings.controls, repeats: 2, repeatWindowMs: 1_000 };
let seq = 0;
const record = (
  type: EventType,
  body: Json,
  at = NOW,
  symbol: string | null = 'AAPL',
): JournalRecord => {
  seq += 1;
  return {
    ...{ v: 1, seq, at, boot: 'boot', type, actor: 'system', symbol },
    ...{ planId: null, orderId: null, body, prev: '', hash: '' },
  };
};
const remembering = (...records: readonly JournalRecord[]): ControlMemory => {
  const memory = new ControlMemory(settings);
  for (const one of records) memory.remember(one);
  return memory;
};

type GivenStep = {
  readonly id?: string;
  readonly purpose?: string;
  readonly wantedBy?: readonly Json[];
  readonly request?: Json;
  readonly kind?: string;
};
const step = ({ id = 'id', wantedBy = ['partial-profit'], ...given }: GivenStep = {}, at = NOW) =>
  record(
    'step_intended',
    {
      clientOrderId: id,
      kind: given.kind ?? 'submit',
      purpose: given.purpose ?? 'reduce',
      wantedBy: [...wantedBy],
      request: given.request ?? { side: 'sell', quantity: '5', positionIntent: 'sell_to_close' },
    },
    at,
  );
const entry = (id: string, more: { readonly [name: string]: Json } = {}) =>
  step({
    id,
    purpose: 'protect',
    request: {
      ...{ side: 'buy', quantity: '5', limitPrice: '99.5', positionIntent: 'buy_to_open' },
      ...more,
    },
  });

describe('what was sent', () => {
  it('is every step, for two minutes', () => {
    const memory = remembering(step({}, NOW - 120_000), step({}, NOW - 120_001), step());
    expect(memory.messages(NOW).map(({ at }) => NOW - at)).toEqual([120_000, 0]);
    expect(memory.messages(NOW)[0]?.symbol).toBe('AAPL');
  });

  it('is on its way while the broker has neither shown nor refused it', () => {
    const sent = entry('a');
    const flying = { clientOrderId: 'a', symbol: 'AAPL', side: 'buy' };
    expect(remembering(sent).inFlight()).toMatchObject([flying]);
    const [one] = remembering(sent).inFlight();
    expect([one?.quantity?.toFixed(), one?.limitPrice?.toFixed()]).toEqual(['5', '99.5']);
    const answered = (outcome: string) =>
      remembering(sent, record('step_answered', { clientOrderId: 'a', outcome })).inFlight();
    expect(answered('unknown')).toHaveLength(1);
    expect(answered('acknowledged')).toEqual([]);
    expect(answered('rejected')).toEqual([]);
    const observed = record('step_observed', { clientOrderId: 'a', status: 'new' });
    expect(remembering(sent, observed).inFlight()).toEqual([]);
    expect(
      remembering(sent, record('step_observed', { clientOrderId: 'b' })).inFlight(),
    ).toHaveLength(1);
    expect(
      remembering(sent, record('step_observed', { clientOrderId: null })).inFlight(),
    ).toHaveLength(1);
  });

  it('may be of a size and a price that nobody knows', () => {
    const [one] = remembering(
      entry('a', { quantity: null, limitPrice: null, side: 'sell' }),
    ).inFlight();
    expect(one).toMatchObject({ side: 'sell', quantity: null, limitPrice: null });
  });

  it('tells the usual size of an entry, out of the latest fifty', () => {
    const memory = new ControlMemory(settings);
    for (let count = 0; count <= 50; count += 1) {
      memory.remember(entry(`e${count}`, { quantity: String(count) }));
    }
    const sizes = memory.ownEntryQuantities().map((size) => size.toFixed());
    expect([sizes.length, sizes[0], sizes.at(-1)]).toEqual([50, '1', '50']);
    expect(remembering(step()).ownEntryQuantities()).toEqual([]);
    expect(remembering(step()).inFlight()).toEqual([]);
  });
});

describe('trades of one policy in one symbol', () => {
  const latchAfter = (...records: readonly JournalRecord[]) => {
    const memory = remembering(...records);
    const last = records.at(-1);
    return last === undefined ? null : memory.tooOften(last);
  };

  it('are too many with the first one over the limit', () => {
    expect(latchAfter(step(), step())).toBeNull();
    expect(latchAfter(step(), step(), step())).toEqual({
      control: 'repeated-execution',
      policy: 'partial-profit',
      symbol: 'AAPL',
      since: NOW,
      because: 'it has traded more than 2 times within 1000 ms',
    });
  });

  it('are forgotten after the window', () => {
    const since = (ms: number) => step({}, NOW - ms);
    expect(latchAfter(since(999), step(), step())).not.toBeNull();
    expect(latchAfter(since(1_000), step(), step())).toBeNull();
  });

  it.each([
    { what: 'protection', given: { purpose: 'protect' } },
    { what: 'a full exit', given: { purpose: 'exit' } },
    { what: 'a change', given: { kind: 'replace' } },
  ])('are not $what', ({ given }) => {
    expect(latchAfter(step(given), step(given), step(given))).toBeNull();
  });

  it('are counted apart for each policy and each symbol', () => {
    const other = { wantedBy: ['other'] };
    expect(latchAfter(step(), step(other), step())).toBeNull();
    const elsewhere = { ...step(), symbol: 'MSFT' };
    expect(latchAfter(step(), elsewhere, step())).toBeNull();
    expect(latchAfter(step(), step(), { ...step(), symbol: null })).toBeNull();
  });

  it('count for each who wanted it, and for the loop where nobody is named', () => {
    const both = { wantedBy: ['a', 'b'] };
    expect(latchAfter(step({ wantedBy: ['b'] }), step(both), step(both))?.policy).toBe('b');
    const nobody = { wantedBy: [] };
    expect(latchAfter(step(nobody), step(nobody), step(nobody))?.policy).toBe('loop');
    const odd = { wantedBy: [7] };
    expect(latchAfter(step(odd), step(odd), step(odd))?.policy).toBe('loop');
  });

  it('are entries as well', () => {
    expect(latchAfter(entry('a'), entry('b'), entry('c'))?.policy).toBe('partial-profit');
  });

  it('latch once, until a person opens it, and are counted anew from then on', () => {
    const memory = remembering(step(), step(), step());
    const body = { control: 'repeated-execution', policy: 'partial-profit', symbol: 'AAPL' };
    memory.remember(record('control_latched', { ...body, because: 'too often' }));
    expect(memory.latches()).toMatchObject([{ ...body, because: 'too often', since: NOW }]);
    const again = step();
    memory.remember(again);
    expect(memory.tooOften(again)).toBeNull();
    memory.remember(record('control_enabled', { ...body, symbol: 'MSFT' }));
    expect(memory.latches()).toHaveLength(1);
    memory.remember(record('control_enabled', body));
    expect(memory.latches()).toEqual([]);
    const fresh = step();
    memory.remember(fresh);
    expect(memory.tooOften(fresh)).toBeNull();
  });

  it('are not what another record tells', () => {
    expect(latchAfter(step(), step(), step(), record('snapshot_taken', {}))).toBeNull();
  });

  it('cannot be latched by a record that names no control', () => {
    expect(remembering(record('control_latched', { control: 'x' })).latches()).toEqual([]);
    expect(remembering(record('control_enabled', { control: 'x' })).latches()).toEqual([]);
    const plain = record('control_latched', { control: 'drawdown' }, NOW, null);
    expect(remembering(plain).latches()).toMatchObject([
      { policy: null, symbol: null, because: 'a person has not switched it on again' },
    ]);
  });
});

describe('the highest equity', () => {
  const seen = (equity: string, at: number) => record('snapshot_taken', { equity }, at, null);
  const paid = (amount: string, at: number, id = 'p1') =>
    record('cash_moved', { id, at, amount }, NOW, null);
  const peak = (...records: readonly JournalRecord[]) =>
    remembering(...records)
      .peakEquity()
      ?.toFixed() ?? null;

  it('only rises, and outlives a restart through its own record', () => {
    expect(peak()).toBeNull();
    expect(peak(seen('100', 1))).toBe('100');
    expect(peak(seen('100', 1), seen('120', 2), seen('90', 3))).toBe('120');
    expect(peak(record('equity_peak_moved', { equity: '130' }), seen('120', 2))).toBe('130');
    expect(peak(record('snapshot_taken', {}))).toBeNull();
  });

  it('moves with what is paid in, and not by what it made the account look like', () => {
    // 50 came in at 2 and showed at once; its record came later.
    expect(peak(seen('100', 1), seen('150', 3), paid('50', 2))).toBe('150');
    expect(peak(seen('100', 1), seen('90', 2), paid('50', 3))).toBe('150');
    // What was gained on top of it before its record came is a peak all the same.
    expect(peak(seen('100', 1), seen('160', 3), seen('140', 4), paid('50', 2))).toBe('160');
  });

  it('moves with what is paid out, and never under nothing', () => {
    expect(peak(seen('100', 1), paid('-30', 2))).toBe('70');
    // It left at noon of a day by whose beginning its record goes.
    expect(peak(seen('100', 1), seen('110', 3), paid('-30', 2), seen('80', 4))).toBe('80');
    expect(peak(seen('100', 1), paid('-300', 2))).toBe('0');
  });

  it('does not move for what was paid before it, nor twice for the same', () => {
    expect(peak(seen('100', 5), paid('50', 2))).toBe('100');
    expect(peak(seen('100', 1), paid('50', 2), paid('50', 2))).toBe('150');
    expect(peak(seen('100', 1), paid('50', 2), paid('50', 3, 'p2'))).toBe('200');
  });

  it('is not moved by a record that says nothing', () => {
    for (const body of [
      { at: 2, amount: '5' },
      { id: 'x', at: 2 },
      { id: 'x', amount: '5' },
    ]) {
      expect(peak(seen('100', 1), record('cash_moved', body))).toBe('100');
    }
  });

  it('begins anew where a person goes on after a fall', () => {
    const body = { control: 'drawdown', policy: null, symbol: null };
    const latched = record('control_latched', body, NOW, null);
    const on = (equity: string | null) => record('control_enabled', { ...body, equity }, NOW, null);
    expect(peak(seen('100', 1), seen('80', 2), latched, on('80'))).toBe('80');
    expect(peak(seen('100', 1), seen('80', 2), latched, on(null))).toBe('100');
  });

  it('knows what was paid in since', () => {
    const memory = remembering(paid('50', 2), paid('-20', 3, 'p2'));
    expect(memory.paidInSince(1).toFixed()).toBe('30');
    expect(memory.paidInSince(2).toFixed()).toBe('-20');
    expect(memory.paidInSince(3).toFixed()).toBe('0');
    expect([memory.hasPayment('p1'), memory.hasPayment('p3')]).toEqual([true, false]);
  });
});
