import type { ApprovalChannel } from '../../src/domain/approval.ts';
import { type Ticker, ticker } from '../../src/domain/ids.ts';
import type { ActionPlan, Intent } from '../../src/domain/plan.ts';
import { haltAccount } from '../../src/runtime/halt/halt.ts';
import { AAPL, type Guarded, settle } from '../support/guarded-account.ts';
import { closeByHand, fillPart, placeForeign, transfer } from '../support/other-hands.ts';
import type { Situation } from './recording.ts';

const CYCLE_MS = 10_000;
const HOUR_MS = 3_600_000;
/** Thursday 2026-10-08 in New York. */
const [OPEN, CLOSE] = [Date.UTC(2026, 9, 8, 13, 30), Date.UTC(2026, 9, 8, 20, 0)];
const latencies = { newMs: 40, cancelMs: 200, replaceMs: 60, fillMs: 80, streamMs: 20 };
const WHEN_REACHED = { policies: { partialProfit: { placed: 'when_reached' } } };
const TWO = [
  { symbol: 'AAPL', qty: '10', averageEntryPrice: '100' },
  { symbol: 'MSFT', qty: '20', averageEntryPrice: '100' },
];
const NOTHING = { positions: [], symbols: ['AAPL'], latencies };
const reduce = (quantity: string): Intent => ({
  kind: 'reduce',
  symbol: AAPL,
  amount: { kind: 'quantity', quantity },
});

/** One price after another, a cycle for each. */
async function walk(guarded: Guarded, prices: readonly string[], symbol = 'AAPL'): Promise<void> {
  for (const price of prices) {
    guarded.price(symbol, price);
    await guarded.clock.advanceBy(CYCLE_MS + 1_000);
  }
}

async function proposed(guarded: Guarded, intent: Intent): Promise<ActionPlan> {
  const proposal = await settle(guarded.clock, guarded.bigBrother.propose(intent, 'host'));
  if (proposal.outcome !== 'proposed') throw new Error(proposal.because.join());
  return proposal.plan;
}

async function asked(guarded: Guarded, intent: Intent, answer: 'yes' | 'no' | null = null) {
  const plan = await proposed(guarded, intent);
  const person: ApprovalChannel | null =
    answer === null ? null : { ask: () => Promise.resolve(answer) };
  const caller = { person, signal: new AbortController().signal };
  return settle(guarded.clock, guarded.bigBrother.execute(plan.id, plan.hash, caller));
}

const rest = ({ clock }: Guarded, cycles = 2): Promise<void> =>
  clock.advanceBy(cycles * CYCLE_MS + 1_000);

/** Nothing more than is held: what happens, happens to an account in peace. */
const day: readonly Situation[] = [
  {
    name: 'first-stop',
    about: 'two bare positions get their stops with the profit beside them',
    shows: [/place-tranches/],
    given: { positions: TWO, latencies },
    play: (guarded) => rest(guarded),
  },
  {
    name: 'partial-profit',
    about: 'half is sold at two R out of a position with one stop',
    shows: [/partial@2R/, /"kind":"reduce"/],
    given: { latencies },
    rules: WHEN_REACHED,
    play: (guarded) => walk(guarded, ['104', '109', '116.5', '116', '115']),
  },
  {
    name: 'profit-at-broker',
    about: 'the profit that rests at the broker fills, and the other stop rises behind it',
    shows: [/partial@2R/, /fill_received/],
    given: { latencies },
    play: (guarded) => walk(guarded, ['104', '116.5', '117', '121']),
  },
  {
    name: 'trailing-stop',
    about: 'a stop is raised behind a winner until it is reached',
    shows: [/"policy":"trailing-stop"/, /episode_closed/],
    given: { latencies },
    rules: WHEN_REACHED,
    play: (guarded) => walk(guarded, ['106', '109', '112', '114', '111', '108.2', '107', '106']),
  },
  {
    name: 'gap',
    about: 'a gap runs through the stop-limit, and the limit follows it',
    shows: [/gap-rescue/, /reprice-triggered-stop|cancel-and-close/],
    given: { latencies },
    rules: WHEN_REACHED,
    play: (guarded) => walk(guarded, ['99', '80', '79', '79']),
  },
  {
    name: 'stop-refused',
    about: 'the broker refuses the first stop since the price is through it',
    shows: [/stop_through_price/, /"recipe":"close"/],
    given: { latencies },
    rules: WHEN_REACHED,
    isWatchedOnly: true,
    play: async (guarded) => {
      guarded.broker.onStep = () => {
        guarded.broker.onStep = () => {};
        guarded.price('AAPL', '91');
      };
      guarded.orchestrator.start();
      await rest(guarded);
    },
  },
  {
    name: 'short',
    about: 'a short is covered by stops that buy, and by half at two R',
    shows: [/"side":"short"/, /buy_to_close/],
    given: { positions: [{ symbol: 'AAPL', qty: '-10', averageEntryPrice: '100' }] },
    rules: WHEN_REACHED,
    play: (guarded) => walk(guarded, ['97', '92', '84', '83', '88']),
  },
  {
    name: 'fraction',
    about: 'whole shares and a fraction are covered each in their own way',
    shows: [/"quantity":"0.5"/, /"timeInForce":"day"/],
    given: { positions: [{ symbol: 'AAPL', qty: '10.5', averageEntryPrice: '100' }], latencies },
    play: (guarded) => walk(guarded, ['104', '109', '117', '116']),
  },
  {
    name: 'crypto',
    about: 'a position in coins, which knows no session',
    shows: [/BTC\/USD/, /"assetClass":"crypto"/],
    given: {
      positions: [{ symbol: 'BTC/USD', qty: '0.5', averageEntryPrice: '100' }],
      startAt: CLOSE + HOUR_MS,
    },
    play: (guarded) => walk(guarded, ['101', '106', '112', '104'], 'BTC/USD'),
  },
  {
    name: 'extended-hours',
    about: 'bare shares in the evening, and their stop in the morning after',
    shows: [/"sessionOpen":false/, /"isOpen":false/, /place-tranches/],
    given: {
      ...{ startAt: CLOSE + 60_000, positions: TWO.slice(0, 1), latencies },
      settings: { closedCycleMs: 1_800_000 },
    },
    play: async (guarded) => {
      await guarded.clock.advanceTo(CLOSE + HOUR_MS);
      guarded.price('AAPL', '97');
      await guarded.clock.advanceTo(OPEN + 24 * HOUR_MS - 5_000);
      guarded.price('AAPL', '103');
      await guarded.clock.advanceBy(10_000);
      await walk(guarded, ['103', '111']);
    },
  },
];

/** Others have a hand in the account. */
const others: readonly Situation[] = [
  {
    name: 'foreign-order',
    about: 'an exit of somebody else holds some of the shares, and is left alone',
    shows: [/foreign_exit/, /are held by orders/],
    isWatchedOnly: true,
    given: { latencies },
    play: async (guarded) => {
      const order = { qty: '4', side: 'sell', type: 'limit', limit_price: '130' };
      await placeForeign(guarded, { ...order, time_in_force: 'gtc' });
      guarded.orchestrator.start();
      await walk(guarded, ['101', '109', '112']);
    },
  },
  {
    name: 'bought-anew',
    about: 'the owner buys another symbol, which gets its stop at once',
    shows: [/MSFT#1/, /"symbol":"MSFT".*"type":"episode_opened"/],
    given: { symbols: ['AAPL', 'MSFT'], latencies },
    rules: WHEN_REACHED,
    play: async (guarded) => {
      await guarded.trade('MSFT', 'buy', '8');
      await rest(guarded);
      await walk(guarded, ['104']);
    },
  },
  {
    name: 'bracket-fills-in-part',
    about: "somebody's bracket fills in part, and its legs take over when it is whole",
    shows: [/"orderClass":"bracket"/, /partially_filled/],
    given: NOTHING,
    play: async (guarded) => {
      guarded.price('AAPL', '100');
      const id = await placeForeign(guarded, {
        ...{ qty: '10', side: 'buy', type: 'limit', limit_price: '99', time_in_force: 'gtc' },
        order_class: 'bracket',
        take_profit: { limit_price: '120' },
        stop_loss: { stop_price: '90', limit_price: '89' },
      });
      await guarded.clock.advanceBy(1_000);
      guarded.price('AAPL', '100');
      fillPart(guarded, id, '4', '99');
      await guarded.clock.advanceBy(2_000);
      await walk(guarded, ['98.9', '101', '89.9']);
    },
  },
  {
    name: 'orphan',
    about: 'the position is closed by hand, and its stop is taken away',
    shows: [/cancel-orphaned-exits/],
    given: { latencies },
    rules: WHEN_REACHED,
    play: async (guarded) => {
      closeByHand(guarded);
      await rest(guarded);
    },
  },
  {
    name: 'transfer',
    about: 'shares leave without an order, and the exits shrink with them',
    shows: [/"quantity":"6"/],
    given: { latencies },
    rules: WHEN_REACHED,
    play: async (guarded) => {
      transfer(guarded, '6');
      await rest(guarded, 4);
    },
  },
  {
    name: 'split',
    about: 'four shares become of one overnight, and the old stop is replaced',
    shows: [/splitAfter/, /"quantity":"40"/],
    given: { startAt: CLOSE - 60_000, latencies, settings: { closedCycleMs: 1_800_000 } },
    rules: WHEN_REACHED,
    play: async (guarded) => {
      guarded.price('AAPL', '110');
      await guarded.clock.advanceBy(30_000);
      await guarded.clock.advanceTo(CLOSE + 12 * HOUR_MS);
      guarded.exchange.core.applySplit('AAPL', 4, 1);
      guarded.price('AAPL', '27.5');
      await guarded.clock.advanceTo(OPEN + 24 * HOUR_MS - 20_000);
      guarded.price('AAPL', '27.6');
      await guarded.clock.advanceTo(OPEN + 24 * HOUR_MS + 60_000);
    },
  },
];

/** A person or an agent says what is to be done. */
const wishes: readonly Situation[] = [
  {
    name: 'host-protects-all',
    about: 'a host has everything protected in one plan over two symbols',
    // Recorded when what passed was still told of each symbol by itself: that is read for ever.
    shows: [/part_proposed/, /"kind":"protect","symbol":null/, /"verdicts":\[\{[^\]]*"pass"/],
    given: { positions: TWO },
    isWatchedOnly: true,
    play: async (guarded) => {
      await asked(guarded, { kind: 'protect', symbol: null });
    },
  },
  {
    name: 'host-rebalances',
    about: 'a host sells parts of two symbols in one plan, and what passed is told once',
    shows: [/part_proposed/, /"passes":\{"said":\[\{/, /"symbols":\["AAPL","MSFT"\]/],
    given: { positions: TWO.map((position) => ({ ...position, qty: '100' })) },
    play: async (guarded) => {
      const weights = ['AAPL', 'MSFT'].map((name) => ({ symbol: ticker(name), percent: '5' }));
      const none = { symbol: null, cashPercent: null };
      await asked(guarded, { kind: 'rebalance', ...none, weights }, 'yes');
    },
  },
  {
    name: 'host-reduces',
    about: 'a host sells three shares within its limits, and then three more',
    shows: [/reduce@/, /soldUnasked/],
    rules: WHEN_REACHED,
    play: async (guarded) => {
      await asked(guarded, reduce('3'));
      await asked(guarded, reduce('3'));
      await rest(guarded);
    },
  },
  {
    name: 'approval',
    about: 'a host wants to leave beyond its limits, and a person agrees',
    shows: [/approval_requested/, /approval_given/, /"tier":"T2"/],
    rules: { ...WHEN_REACHED, approvals: { limits: { saleDollarsPerDay: '0' } } },
    play: async (guarded) => {
      await asked(guarded, { kind: 'exit', symbol: AAPL }, 'yes');
      await rest(guarded);
    },
  },
  {
    name: 'approval-refused',
    about: 'a person says no, and the same plan may not be proposed again',
    shows: [/approval_refused/, /effect_vetoed/],
    rules: { ...WHEN_REACHED, approvals: { limits: { saleDollarsPerDay: '0' } } },
    play: async (guarded) => {
      await asked(guarded, reduce('5'), 'no');
      await settle(guarded.clock, guarded.bigBrother.propose(reduce('5'), 'host'));
      await rest(guarded);
    },
  },
  {
    name: 'rollback',
    about: 'the account is taken back with stops placed where they are missing',
    shows: [/account_handed_over/, /stood_down/],
    given: { positions: TWO },
    isWatchedOnly: true,
    play: async (guarded) => {
      const words = { by: 'its owner', because: 'a test', protect: true };
      await settle(guarded.clock, guarded.rollback.run(words));
      await rest(guarded);
    },
  },
  {
    name: 'halt',
    about: 'trading is halted and lifted again; what protects waits meanwhile',
    shows: [/halt_latched/, /trading_halted|halt_lifted/],
    given: { positions: TWO.slice(0, 1), symbols: ['AAPL', 'MSFT'], latencies },
    rules: WHEN_REACHED,
    play: async (guarded) => {
      const { emergency: broker, haltLatch: latch, clock } = guarded;
      const who = { actor: 'person', by: 'a test', because: 'it wants to' } as const;
      const request = { level: 'everything', includesForeign: true, ...who } as const;
      await settle(clock, haltAccount({ broker, latch, clock, request }));
      await rest(guarded);
      guarded.price('AAPL', '109');
      await rest(guarded);
      latch.lift({ at: clock.now(), by: 'a test' });
      await rest(guarded, 3);
    },
  },
];

/** Something is in the way. */
const troubles: readonly Situation[] = [
  {
    name: 'veto',
    about: 'quotes are too old for the guardrails, which refuse what is no stop',
    shows: [/"outcome":"denied"/, /quote_stale/],
    rules: {
      policies: { ...WHEN_REACHED.policies, freshData: { quoteMs: 2_000, quoteForExitsMs: 2_000 } },
    },
    play: async (guarded) => {
      await guarded.clock.advanceBy(30_000);
      await asked(guarded, reduce('3'));
      await rest(guarded);
    },
  },
  {
    name: 'ambiguous-outcome',
    about: 'the answer to an order is lost, and the order is sent again when it is not found',
    shows: [/"outcome":"unknown"/, /sentAgain/],
    rules: WHEN_REACHED,
    isWatchedOnly: true,
    play: async (guarded) => {
      guarded.broker.next('submit', { kind: 'loses_request' });
      guarded.orchestrator.start();
      await rest(guarded, 4);
      guarded.broker.next('replace', { kind: 'loses_answer' });
      await walk(guarded, ['109', '112', '113']);
    },
  },
  {
    name: 'in-doubt',
    about: 'an order stays in doubt, and only what protects may go on beside it',
    shows: [/isInDoubt|what became of an earlier order/],
    rules: WHEN_REACHED,
    given: { positions: TWO },
    isWatchedOnly: true,
    play: async (guarded) => {
      for (let n = 0; n < 9; n += 1)
        guarded.broker.next('submit', { kind: 'loses_request' }, 'AAPL');
      guarded.orchestrator.start();
      await walk(guarded, ['104', '112', '114', '113', '116']);
    },
  },
  {
    name: 'restart',
    about: 'the process dies over an order, and the next one takes up what it left',
    shows: [
      /recovering|it was started and the broker was not read yet/,
      /"base":null.*"base":null/s,
    ],
    rules: WHEN_REACHED,
    given: { positions: TWO },
    play: async (guarded) => {
      await walk(guarded, ['104']);
      guarded.broker.next('replace', { kind: 'hangs' });
      guarded.price('AAPL', '112');
      await guarded.clock.advanceBy(11_000);
      guarded.broker.isDead = true;
      const second = guarded.boot();
      await settle(guarded.clock, second.start());
      second.orchestrator.start();
      await walk(guarded, ['113', '115', '117']);
      await settle(guarded.clock, second.stop());
    },
  },
  {
    name: 'refused-by-broker',
    about: 'the broker refuses twice, and it is tried again with patience',
    shows: [/"rejection":"shares_held"/],
    rules: WHEN_REACHED,
    isWatchedOnly: true,
    play: async (guarded) => {
      guarded.broker.next('submit', { kind: 'rejects', rejection: 'shares_held' });
      guarded.broker.next('submit', { kind: 'rejects', rejection: 'shares_held' });
      guarded.orchestrator.start();
      await rest(guarded, 6);
    },
  },
  {
    name: 'shadow',
    about: 'a policy in shadow says what it would do, and another acts once a day',
    shows: [/"outcome":"shadows"/, /it has acted 1 times in 24 hours/],
    rules: {
      ...WHEN_REACHED,
      rollout: { 'trailing-stop': { stage: 'shadow' }, 'partial-profit': { maxActionsPerDay: 1 } },
    },
    given: { positions: TWO, latencies },
    play: async (guarded) => {
      await walk(guarded, ['109', '117', '118']);
      await walk(guarded, ['109', '117', '118'], 'MSFT');
    },
  },
  {
    name: 'daily-loss',
    about: 'the day loses more than it may, and the account only reduces',
    shows: [/daily_loss/, /"tradingState":"reducing"/],
    rules: { policies: { ...WHEN_REACHED.policies, dailyLoss: { percentOfEquity: '1' } } },
    given: { positions: [{ symbol: 'AAPL', qty: '300', averageEntryPrice: '100' }], latencies },
    play: (guarded) => walk(guarded, ['98', '95', '93', '91', '90']),
  },
  {
    name: 'many-positions',
    about: 'more positions than the broker takes orders for at once: stops come first',
    shows: [/stops_first/, /orders wait for their turn at the broker/],
    given: {
      positions: manySymbols(120).map((symbol) => ({
        symbol,
        qty: '10',
        averageEntryPrice: '100',
      })),
    },
    play: (guarded) => rest(guarded, 1),
  },
];

function manySymbols(count: number): readonly Ticker[] {
  const letter = (place: number) => String.fromCharCode(65 + place);
  return Array.from({ length: count }, (_, index) =>
    ticker(`Q${letter(Math.floor(index / 26))}${letter(index % 26)}`),
  );
}

export const situations: readonly Situation[] = [...day, ...others, ...wishes, ...troubles];
