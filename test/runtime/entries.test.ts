import { describe, expect, it } from 'vitest';
import { replayRulesFrom } from '../../src/composition/replay-rules.ts';
import type { OpenIntent } from '../../src/domain/plan.ts';
import { type Finding, Replay } from '../../src/runtime/replay.ts';
import { recorded } from '../replay/recording.ts';
import {
  approvals,
  buy,
  dailyBars,
  MSFT,
  open,
  planOf,
  policies,
  propose,
  readyToBuy,
} from '../support/entries.ts';
import { AAPL, type Given, type Guarded, settle } from '../support/guarded-account.ts';
import { fillPart, sharesHeld } from '../support/other-hands.ts';

/** One that waits below the market, and its id at the broker. */
async function resting(guarded: Guarded): Promise<string> {
  const report = await open(guarded, buy({ limitPrice: '99' }));
  expect(report.outcome).toBe('completed');
  expect(report.parts[0]?.because).toContain('not filled yet');
  return entryIn(guarded)?.id ?? '';
}

const entryIn = (guarded: Guarded) =>
  guarded.liveOrders('MSFT').find(({ side }) => side === 'buy') ?? null;

const submitted = (guarded: Guarded) =>
  guarded.broker.calls.filter((call) => call.startsWith('submit')).length;

describe('an entry', () => {
  it('fills with its stop in the same order group', async () => {
    const guarded = await readyToBuy();
    const report = await open(guarded, buy());
    expect(report.outcome).toBe('completed');
    expect(guarded.held('MSFT')).toBe('long 20');
    expect(guarded.resting('MSFT')).toEqual(['sell stop_limit 20 @95']);
    expect(report.parts[0]?.nakedShareSeconds.toFixed()).toBe('0');
  });

  it('is one order at the broker, with a take-profit where one is wanted', async () => {
    const guarded = await readyToBuy();
    const before = submitted(guarded);
    await open(guarded, buy({ takeProfitPrice: '110' }));
    expect(submitted(guarded)).toBe(before + 1);
    expect(guarded.resting('MSFT')).toEqual(['sell limit 20 @null', 'sell stop_limit 20 @95']);
    expect(guarded.context('MSFT')?.cover.nakedQuantity.toFixed()).toBe('0');
  });

  it('is added to a position, and all its shares have the tighter one of both stops', async () => {
    const guarded = await readyToBuy();
    expect(guarded.resting('AAPL')).toEqual(['sell stop_limit 10 @92']);
    const { plan } = await planOf(guarded, buy({ symbol: AAPL, stopPrice: '96' }));
    expect(plan.parts[0]?.because.join()).toContain('what is held already gets the same stop');
    await settle(guarded.clock, guarded.bigBrother.execute(plan.id, plan.hash));
    await guarded.clock.advanceBy(1_000);
    expect(guarded.held('AAPL')).toBe('long 30');
    expect(guarded.resting('AAPL')).toEqual(['sell stop_limit 10 @96', 'sell stop_limit 20 @96']);
  });

  it('is added with the stop of what is held where that is tighter', async () => {
    const guarded = await readyToBuy();
    await open(guarded, buy({ symbol: AAPL, stopPrice: '90' }));
    expect(guarded.resting('AAPL')).toEqual(['sell stop_limit 10 @92', 'sell stop_limit 20 @92']);
  });

  it('is sized so that the limit of its stop loses no more than was said, in whole shares', async () => {
    const guarded = await readyToBuy();
    const equity = guarded.state.snapshot()?.account.equity;
    const { plan } = await planOf(guarded, buy({ size: { kind: 'risk', percent: '0.1' } }));
    const [part] = plan.parts;
    const loss = part?.worstLoss.atStop;
    const most = equity?.times('0.001');
    expect(most !== undefined && loss?.lte(most)).toBe(true);
    // One share more would be too many.
    const shares = part?.target.holdQuantity;
    expect(shares?.eq(shares.round(0, 0))).toBe(true);
    const one = loss && shares ? loss.div(shares) : null;
    expect(one && most && loss?.plus(one).gt(most)).toBe(true);
  });

  it('is bought for no more dollars than were said', async () => {
    const guarded = await readyToBuy();
    const { plan } = await planOf(guarded, buy({ size: { kind: 'dollars', dollars: '1050' } }));
    const [step] = plan.parts[0]?.steps ?? [];
    const order = step?.kind === 'submit' ? step.order : null;
    expect(order?.quantity.toFixed()).toBe('10');
    expect(order?.limitPrice?.times('10').lte('1050')).toBe(true);
  });

  it('has the first stop of the policies where none was named, and says so', async () => {
    const guarded = await readyToBuy();
    const { plan } = await planOf(guarded, buy({ stopPrice: null, limitPrice: '100' }));
    expect(plan.parts[0]?.because.join()).toContain("the policies' default");
    expect(plan.parts[0]?.target.cover?.stopPrice.toFixed()).toBe('92');
  });

  it('is sold at its stop when the price falls there, and no share twice', async () => {
    const guarded = await readyToBuy();
    await open(guarded, buy());
    guarded.price('MSFT', '94.9');
    await guarded.clock.advanceBy(3_000);
    expect(sharesHeld(guarded, 'MSFT')).toBe(0);
    expect(guarded.liveOrders('MSFT')).toEqual([]);
  });

  it('is left when the price jumps through its stop and the limit of it', async () => {
    const guarded = await readyToBuy();
    await open(guarded, buy());
    expect(sharesHeld(guarded, 'MSFT')).toBe(20);
    guarded.price('MSFT', '80');
    await guarded.clock.advanceBy(5_000);
    expect(sharesHeld(guarded, 'MSFT')).toBe(0);
    expect(guarded.liveOrders('MSFT')).toEqual([]);
  });
});

describe('an entry that is filled in part', () => {
  it('has a stop for its shares at once, at its own price, and gets no more of them', async () => {
    const guarded = await readyToBuy();
    const id = await resting(guarded);
    expect(fillPart(guarded, id, '7', '99')).toBe(true);
    await guarded.clock.advanceBy(2_000);
    expect(guarded.held('MSFT')).toBe('long 7');
    expect(guarded.resting('MSFT')).toEqual(['sell stop_limit 7 @95']);
    const { shareSeconds } = guarded.bigBrother.nakedTime(MSFT);
    expect(Number(shareSeconds)).toBeLessThan(7);
  });

  it('sells no share that it does not have when the rest fills while it is canceled', async () => {
    const guarded = await readyToBuy();
    const id = await resting(guarded);
    guarded.broker.next('cancel', {
      kind: 'after',
      happens: () => void fillPart(guarded, id, '13', '99'),
    });
    fillPart(guarded, id, '7', '99');
    await guarded.clock.advanceBy(15_000);
    expect(guarded.held('MSFT')).toBe('long 20');
    const { cover } = guarded.context('MSFT') ?? {};
    expect(cover?.nakedQuantity.toFixed()).toBe('0');
    expect(cover?.exitQuantity.toFixed()).toBe('20');
  });
});

describe('an entry that is not filled', () => {
  it('rests with its stop, and is canceled with it after five minutes', async () => {
    const guarded = await readyToBuy();
    await resting(guarded);
    await guarded.clock.advanceBy(4 * 60_000);
    expect(entryIn(guarded)?.status).toBe('new');
    await guarded.clock.advanceBy(2 * 60_000);
    expect(guarded.liveOrders('MSFT')).toEqual([]);
    expect(guarded.held('MSFT')).toBeNull();
  });

  it('keeps another one out of its symbol', async () => {
    const guarded = await readyToBuy();
    await resting(guarded);
    await expect(propose(guarded, buy())).resolves.toMatchObject({
      outcome: 'impossible',
      code: 'entry_pending',
    });
  });

  it('counts towards the limits of the next', async () => {
    const guarded = await readyToBuy({ policies: { unexecutedValue: { percentOfEquity: '3' } } });
    await resting(guarded);
    const { verdicts } = await planOf(guarded, buy({ symbol: AAPL }));
    const denied = verdicts.filter(({ outcome }) => outcome === 'deny');
    expect(denied.map(({ code }) => code)).toEqual(['unexecuted_value_exceeded']);
  });
});

describe('an entry of which nobody knows what became', () => {
  it('is found where it has arrived, and never sent again', async () => {
    const guarded = await readyToBuy();
    const before = submitted(guarded);
    guarded.broker.next('submit', { kind: 'loses_answer' });
    const report = await open(guarded, buy());
    expect(report.outcome).toBe('completed');
    expect(submitted(guarded)).toBe(before + 1);
    expect(guarded.held('MSFT')).toBe('long 20');
  });

  it('is not sent again where it has not, and holds its symbol until it is given up', async () => {
    const guarded = await readyToBuy();
    const before = submitted(guarded);
    guarded.broker.next('submit', { kind: 'loses_request' });
    const report = await open(guarded, buy());
    expect(report.outcome).toBe('unsettled');
    await expect(propose(guarded, buy())).resolves.toMatchObject({ code: 'symbol_unsettled' });
    await guarded.clock.advanceBy(60_000);
    expect(submitted(guarded)).toBe(before + 1);
    expect(guarded.held('MSFT')).toBeNull();
    await expect(propose(guarded, buy())).resolves.toMatchObject({ outcome: 'proposed' });
  });

  it('is guarded when it arrives after it was given up', async () => {
    const guarded = await readyToBuy();
    const time = guarded.clock.sleep(90_000);
    guarded.broker.next('submit', { kind: 'arrives_late', time });
    await open(guarded, buy());
    await guarded.clock.advanceBy(120_000);
    guarded.price('MSFT', '100');
    await guarded.clock.advanceBy(15_000);
    expect(guarded.held('MSFT')).toBe('long 20');
    expect(guarded.resting('MSFT')).toEqual(['sell stop_limit 20 @95']);
  });

  it.each([
    ['before', 0],
    ['after', 20],
  ] as const)(
    'is settled by the next process when the one that sent it died %s',
    async (when, shares) => {
      const guarded = await readyToBuy();
      const { plan } = await planOf(guarded, buy());
      guarded.broker.onStep = () => {
        if (when === 'before') guarded.broker.isDead = true;
        else guarded.clock.after(1, () => (guarded.broker.isDead = true));
      };
      void guarded.bigBrother.execute(plan.id, plan.hash);
      await guarded.clock.advanceBy(500);
      await guarded.streams.close();
      const next = guarded.boot();
      await settle(guarded.clock, next.start());
      next.orchestrator.start();
      await guarded.clock.advanceBy(90_000);
      expect(sharesHeld(guarded, 'MSFT')).toBe(shares);
      expect(next.broker.mutations().filter((call) => call.startsWith('submit'))).toEqual([]);
      const context = next.state.getCompleteContext(MSFT);
      expect(context?.cover.nakedQuantity.toFixed() ?? '0').toBe('0');
      expect(next.state.snapshot()?.positions).toHaveLength(shares === 0 ? 1 : 2);
    },
  );
});

describe('what cannot be opened with its stop is refused', () => {
  it.each<[string, Partial<OpenIntent>, string]>([
    ['a part of a share', { size: { kind: 'quantity', quantity: '1.5' } }, 'entry_not_protectable'],
    ['less than one share', { size: { kind: 'dollars', dollars: '50' } }, 'amount_invalid'],
    ['all of equity and more', { size: { kind: 'risk', percent: '101' } }, 'amount_invalid'],
    ['a stop above the market', { stopPrice: '101' }, 'stop_misplaced'],
    ['a stop above the limit', { stopPrice: '98', limitPrice: '97' }, 'stop_misplaced'],
    ['a target below the limit', { takeProfitPrice: '99' }, 'take_profit_misplaced'],
    ['a price between ticks', { stopPrice: '95.001' }, 'price_invalid'],
    ['a sale of what is held long', { symbol: AAPL, side: 'sell' }, 'data_missing'],
  ])('%s', async (_, more, code) => {
    const guarded = await readyToBuy();
    const refusal = await propose(guarded, buy(more));
    expect(refusal).toMatchObject({ outcome: 'impossible', code });
  });

  it('while nobody would look after it', async () => {
    const guarded = await readyToBuy();
    guarded.orchestrator.rest();
    await expect(propose(guarded, buy())).resolves.toMatchObject({ code: 'not_guarding' });
  });
});

describe('the guardrails for entries', () => {
  it.each<[string, Given, Partial<OpenIntent>, string]>([
    [
      'a name that is not listed',
      { policies: { symbols: { allowed: [] } } },
      {},
      'symbol_not_allowed',
    ],
    ['a short sale', {}, { side: 'sell', stopPrice: '105' }, 'short_not_allowed'],
    [
      'too much of the account',
      {},
      { size: { kind: 'dollars', dollars: '15000' } },
      'order_too_large',
    ],
    ['a stop in the noise', {}, { stopPrice: '99.9' }, 'stop_misplaced'],
    ['a limit far from the market', {}, { limitPrice: '110' }, 'price_outside_collar'],
    ['a market without bars', { dailyBars: [] }, {}, 'data_missing'],
  ])('deny %s', async (_, given, more, code) => {
    const guarded = await readyToBuy(given);
    const { verdicts, executable } = await planOf(guarded, buy(more));
    const denied = verdicts.filter(({ outcome }) => outcome === 'deny');
    expect(denied.map((verdict) => verdict.code)).toContain(code);
    expect(executable).toBe(false);
  });

  it('judge by a price of now also where no stream brings it', async () => {
    // Thirty symbols are all that the stream of the free plan has room for.
    const held = Array.from({ length: 30 }, (_, index) => `H${index}`);
    const guarded = await readyToBuy({
      symbols: [...held, 'AAPL', 'MSFT'],
      positions: held.map((symbol) => ({ symbol, qty: '1', averageEntryPrice: '10' })),
    });
    await planOf(guarded, buy());
    await guarded.clock.advanceBy(8_000);
    guarded.price('MSFT', '100.5');
    await guarded.clock.advanceBy(100);
    const { verdicts, executable } = await planOf(guarded, buy());
    expect(verdicts.filter(({ outcome }) => outcome === 'deny')).toEqual([]);
    expect(executable).toBe(true);
  });

  it('let only one of two entries pass that are sent at once where there is room for one', async () => {
    const guarded = await readyToBuy({ policies: { unexecutedValue: { percentOfEquity: '3' } } });
    const one = await planOf(guarded, buy({ limitPrice: '99' }));
    const other = await planOf(guarded, buy({ symbol: AAPL, limitPrice: '99' }));
    const both = [one, other].map(({ plan }) => guarded.bigBrother.execute(plan.id, plan.hash));
    const reports = await settle(guarded.clock, Promise.all(both));
    expect(reports.map(({ outcome }) => outcome).sort()).toEqual(['completed', 'denied']);
  });

  it('ask a person where the entry is larger than what needs none', async () => {
    const guarded = await readyToBuy({ settings: { approvals } });
    const { plan } = await planOf(guarded, buy());
    expect(plan.approval.tier).toBe('T2');
  });
});

it('is decided, planned and judged again from the journal, to the last digit', async () => {
  const findings: Finding[] = [];
  const rules = { policies, approvals: { limits: { addedDollars: '20000' } } };
  const records = await recorded({
    ...{ name: 'entry', about: 'an entry', shows: [], rules },
    given: { symbols: ['AAPL', 'MSFT'], dailyBars },
    play: async (guarded) => {
      await guarded.clock.advanceBy(60_000);
      guarded.price('MSFT', '100');
      await open(guarded, buy());
      await guarded.clock.advanceBy(15_000);
    },
  });
  const replay = new Replay({ rulesFrom: replayRulesFrom, atFirst: null });
  for (const record of records) findings.push(...replay.see(record));
  expect(findings.filter(({ outcome }) => outcome !== 'same')).toEqual([]);
  const plans = findings.filter(({ what, symbol }) => what === 'plan' && symbol === 'MSFT');
  expect(plans).not.toEqual([]);
});
