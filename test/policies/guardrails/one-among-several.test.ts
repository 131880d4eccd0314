import { describe, expect, it } from 'vitest';
import { guardrails } from '../../../policies/registry.ts';
import { decimal, notional } from '../../../src/domain/decimal.ts';
import { ticker } from '../../../src/domain/ids.ts';
import type { Order } from '../../../src/domain/order.ts';
import type { Step } from '../../../src/domain/plan.ts';
import type { PositionContext } from '../../../src/domain/portfolio.ts';
import { NOW, order, stopLimit } from '../../support/given.ts';
import { answer, codeOf, told } from '../answer.ts';
import {
  buyMore,
  cancel,
  entering,
  type GivenReview,
  intent,
  ordering,
  partOf,
  planOf,
  replace,
  reviewOf,
  settings,
  submit,
} from '../support.ts';

const stop = stopLimit();
const sector = (name: string) => ({ sector: name, cluster: null });

/** What a guardrail says of a review that was changed after it was made. */
const asked = (name: string, input: ReturnType<typeof reviewOf>) =>
  told(
    guardrails(settings())
      .find((one) => one.name === name)
      ?.review(input),
  );

describe('one step among several', () => {
  it('is enough for a split to hold the part back', () => {
    const old = { ...stop, isBeforeSplit: true as const };
    const part = submit({ quantity: '1', purpose: 'reduce' });
    const both = [replace(stop, { stop: '96' }), part];
    expect(codeOf('corporate-action', { orders: [old], steps: both })).toBe('corporate_action');
    expect(codeOf('corporate-action', { orders: [old], steps: both.slice(0, 1) })).toBeNull();
  });

  it('is enough for a policy that is switched off to be held back', () => {
    const latches = (['loop', 'trailing-stop'] as const).map((policy) => ({
      ...{ control: 'repeated-execution' as const, policy, symbol: 'AAPL', since: 0 },
      because: 'it has traded too often',
    }));
    const part = submit({ quantity: '1', purpose: 'reduce' });
    const steps = [replace(stop, { stop: '96' }), part];
    const given = { orders: [stop], steps, facts: { latches: latches.slice(0, 1) } };
    expect(codeOf('repeated-execution', given)).toBe('repeated_execution');
  });

  it('is enough to be an order for an auction', () => {
    const auction = ordering(buyMore('1', '100'), { timeInForce: 'opg' });
    expect(codeOf('market-hours', { steps: [buyMore('1', '99'), auction] })).toBe('session_edge');
  });

  it('asks for a fresh price, though the other only cancels where nothing is held', () => {
    const steps = [cancel(stop), buyMore('1', '100')];
    const bare = { quantity: '0', orders: [stop], quotedAt: 0 };
    expect(codeOf('fresh-data', { ...bare, steps })).toBe('quote_stale');
    expect(codeOf('fresh-data', { ...bare, steps: steps.slice(1) })).toBe('quote_stale');
    expect(codeOf('fresh-data', { ...bare, steps: steps.slice(0, 1) })).toBeNull();
  });

  it('does more than to make exits smaller, so that a renamed position waits for a person', () => {
    const tooMany = stopLimit({ id: 'much', quantity: '16' });
    const because = 'they had another symbol';
    const incoherences = [{ symbol: ticker('AAPL'), because, isRename: true as const }];
    const smaller = replace(tooMany, { quantity: '10' });
    const given = { orders: [tooMany], incoherences };
    expect(codeOf('fresh-data', { ...given, steps: [smaller] })).toBeNull();
    const more = [smaller, buyMore('1', '100')];
    expect(codeOf('fresh-data', { ...given, steps: more })).toBe('snapshot_incoherent');
  });

  it('places an exit beside one that is changed, and both are counted', () => {
    const half = stopLimit({ quantity: '5' });
    const steps = [
      submit({ quantity: '5', stop: '95', limit: '94.5' }),
      replace(half, { stop: '96' }),
    ];
    expect(codeOf('oversell', { orders: [half], steps })).toBeNull();
    const larger = [...steps.slice(0, 1), replace(half, { quantity: '6' })];
    expect(codeOf('oversell', { orders: [half], steps: larger })).toBe('oversell');
  });
});

describe('one cause among several', () => {
  const cause = (state: 'halted' | 'reducing', code: string) => ({
    ...{ state, code, because: `${code} is on`, since: NOW, clearedBy: 'a person' },
  });
  const said = (causes: readonly ReturnType<typeof cause>[], steps = [cancel(stop)] as Step[]) => {
    const input = reviewOf({ quantity: '0', tradingState: 'halted', steps });
    const snapshot = { ...input.snapshot, tradingStateCauses: causes };
    return asked('trading-state', { ...input, snapshot });
  };
  const own = cause('halted', 'halt_everything');

  it('keeps what rests for nothing from being canceled, unless it is a halt that was asked for', () => {
    expect(said([own])?.code).toBeNull();
    expect(said([own, cause('reducing', 'stale_data')])?.code).toBeNull();
    expect(said([own, cause('halted', 'own_fault')])).toMatchObject({
      ...{ outcome: 'deny', code: 'trading_halted' },
      because: 'trading is halted: halt_everything is on; own_fault is on',
    });
    expect(said([])?.code).toBe('trading_halted');
  });

  it('lets nothing go along with such a cancel', () => {
    expect(said([own], [cancel(stop), submit()])?.code).toBe('trading_halted');
  });

  it('is a halt of the exchange, for an entry beside an exit as well', () => {
    const steps = [submit({ quantity: '1' }), buyMore('1', '100')];
    expect(codeOf('trading-state', { halted: true, steps })).toBe('trading_halted');
    expect(codeOf('trading-state', { halted: true, steps: steps.slice(0, 1) })).toBeNull();
  });
});

describe('one order among several', () => {
  it('may be met by an order of one’s own, though the list of the position lacks it', () => {
    const [near, far] = [order({ limit: '100' }), order({ id: 'far', limit: '120' })];
    const meets = (orders: readonly Order[]) => {
      const input = reviewOf({ steps: [buyMore('1', '100')] });
      return asked('self-trade', { ...input, snapshot: { ...input.snapshot, orders } })?.code;
    };
    expect(meets([near, far])).toBe('self_trade');
    expect(meets([far, near])).toBe('self_trade');
    expect(meets([near])).toBe('self_trade');
    expect(meets([far])).toBeNull();
  });

  const theirs = stopLimit({ id: 'theirs', foreign: true, quantity: '5' });
  const ours = stopLimit({ quantity: '5' });

  it('is the one whose owner is asked for, wherever it stands in the list', () => {
    const given = { orders: [ours, theirs] };
    expect(codeOf('competing-exit', { ...given, steps: [cancel(theirs)] })).toBe('competing_exit');
    expect(codeOf('competing-exit', { ...given, steps: [cancel(ours)] })).toBeNull();
    const turned = { orders: [theirs, ours] };
    expect(codeOf('competing-exit', { ...turned, steps: [cancel(ours)] })).toBeNull();
  });

  it('is not ours because an order of ours has no id yet', () => {
    const onItsWay = intent('exit', 'unknown', { orderId: null });
    const given = { orders: [theirs], intents: [onItsWay], steps: [cancel(theirs)] };
    expect(codeOf('competing-exit', given)).toBe('competing_exit');
  });
});

describe('one position among several', () => {
  const others = [{ symbol: 'MSFT', quantity: '400' }];
  /** The same account, with the positions the other way round. */
  const turned = (given: GivenReview) => {
    const input = reviewOf({ others, ...given });
    const positions = input.snapshot.positions.toReversed();
    return { ...input, snapshot: { ...input.snapshot, positions } };
  };

  it('has a limit of its own', () => {
    expect(codeOf('exposure-name', { others, steps: [buyMore('190', '100')] })).toBeNull();
    expect(codeOf('exposure-name', { others, steps: [buyMore('190.01', '100')] })).toBe(
      'exposure_name_exceeded',
    );
  });

  it('tells what a sale of more than that would open, whichever is listed first', () => {
    const steps = [submit({ quantity: '310' })];
    expect(asked('order-size', turned({ steps }))?.code).toBe('order_too_large');
    expect(asked('order-size', turned({ steps: [submit()] }))?.measured).toBe('no entry');
  });

  it('need not be there for an entry to be counted', () => {
    const input = reviewOf({ steps: [buyMore('101', '100')] });
    const without = (given: typeof input) =>
      asked('order-size', { ...given, snapshot: { ...given.snapshot, positions: [] } })?.code;
    expect(without(input)).toBe('order_too_large');
    const covers = submit({ side: 'buy', quantity: '101', limit: '100' });
    expect(without(reviewOf({ side: 'short', steps: [covers] }))).toBe('order_too_large');
  });

  it('does not use up the sector of another that the same plan enters', () => {
    const groups = new Map([
      [ticker('AAPL'), sector('technology')],
      [ticker('MSFT'), sector('software')],
    ]);
    const given = entering({ groups }, { others: [{ symbol: 'MSFT', quantity: '1' }] });
    const input = reviewOf(given);
    const elsewhere = (symbol: string) => {
      const context: PositionContext = {
        ...input.context,
        position: { ...input.context.position, symbol: ticker(symbol) },
      };
      return planOf([input.part, partOf(context, [buyMore('400', '100')])], input.context);
    };
    expect(asked('concentration', { ...input, plan: elsewhere('MSFT') })?.code).toBeNull();
    const same = new Map([...groups, [ticker('MSFT'), sector('technology')] as const]);
    const facts = { ...input.facts, groups: same };
    expect(asked('concentration', { ...input, facts, plan: elsewhere('MSFT') })?.code).toBe(
      'sector_exceeded',
    );
  });
});

describe('several reasons at once', () => {
  it('are told one after the other', () => {
    const incoherences = ['fills differ', 'a share is missing'].map((because) => ({
      ...{ symbol: null, because },
    }));
    expect(answer('fresh-data', { steps: [submit()], incoherences })).toMatchObject({
      measured: '2 contradictions',
      because: 'fills differ; a share is missing',
    });
    const input = reviewOf(entering());
    const restrictions = ['no shorts', 'no options'];
    const margin = { multiplier: decimal('1'), restrictions, maintenance: notional('0') };
    const account = { ...input.snapshot.account, margin };
    expect(asked('margin', { ...input, snapshot: { ...input.snapshot, account } })?.because).toBe(
      'the broker restricts the account: no shorts; no options',
    );
    const part = { ...input.part, wantedBy: ['stop-loss', 'partial-profit'] };
    expect(asked('repeated-execution', { ...input, part })?.measured).toBe(
      'stop-loss, partial-profit',
    );
  });
});
