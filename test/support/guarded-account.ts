import {
  guardrails,
  policySettings,
  portfolioPolicies,
  tradingPolicies,
} from '../../policies/registry.ts';
import { connectAlpaca } from '../../src/adapters/alpaca/connect.ts';
import { MemoryEventStore } from '../../src/adapters/event-stores/memory.ts';
import { type HaltMemory, MemoryHaltLatch } from '../../src/adapters/system/memory-halt-latch.ts';
import { MemoryStandDown } from '../../src/adapters/system/memory-stand-down.ts';
import { SeededIds } from '../../src/adapters/system/seeded-ids.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import type { EventType, JournalRecord } from '../../src/domain/event.ts';
import { type Ticker, ticker } from '../../src/domain/ids.ts';
import type { Bar } from '../../src/domain/market.ts';
import { isTerminal, type Order } from '../../src/domain/order.ts';
import type { TradingPolicy } from '../../src/domain/policy.ts';
import { defaultPlanning } from '../../src/engine/planning-settings.ts';
import { decimal } from '../../src/paper-exchange/core/basics/decimal.ts';
import type { Switches } from '../../src/paper-exchange/core/basics/switches.ts';
import type { Latencies, OpeningPosition } from '../../src/paper-exchange/core/basics/types.ts';
import { PaperExchange, type PaperExchangeOptions } from '../../src/paper-exchange/exchange.ts';
import type { MarketData } from '../../src/ports/broker.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { EventStore } from '../../src/ports/event-store.ts';
import type { Replica } from '../../src/ports/replica.ts';
import type { StandDownLatch } from '../../src/ports/stand-down-latch.ts';
import { createRuntime } from '../../src/runtime/runtime.ts';
import type { Runtime, RuntimeParts } from '../../src/runtime/runtime-parts.ts';
import {
  defaultRuntimeSettings,
  type RuntimeSettings,
} from '../../src/runtime/settings/settings.ts';
import { FaultyBroker } from './faulty-broker.ts';

/** Thursday 2026-10-08, 11:00 in New York. */
const ELEVEN = Date.UTC(2026, 9, 8, 15, 0);
const KEYS = { keyId: 'PK-TEST', secretKey: 'secret' };

export type Given = {
  readonly startAt?: number;
  /** Default: long 10 AAPL entered at 100. */
  readonly positions?: readonly OpeningPosition[];
  readonly symbols?: readonly string[];
  readonly latencies?: Partial<Latencies>;
  readonly switches?: Partial<Switches>;
  readonly settings?: Partial<RuntimeSettings>;
  /** Unless a test is about it, the profit waits in the engine, and one plain stop rests. */
  readonly policies?: object;
  /** What is latched, where another process has a latch of its own on it. */
  readonly haltMemory?: HaltMemory;
  /** Where a person's word to stand down is kept, where other processes give it as well. */
  readonly standDown?: StandDownLatch;
  /** The time as BigBrother's process has it; the exchange keeps its own. */
  readonly processClock?: (clock: VirtualClock) => Clock;
  /** Where a copy of the journal is kept. */
  readonly replica?: (clock: VirtualClock) => Replica;
  /** Who signs for the journal; by default nobody. */
  readonly signing?: RuntimeParts['signing'];
  /** Policies beside those of the settings; the first in precedence. */
  readonly morePolicies?: readonly TradingPolicy[];
  /** Daily bars of each symbol that is asked for; the exchange's own silent market has none. */
  readonly dailyBars?: readonly Bar[];
  /** Hears of every request that the exchange carried out, and of what it answered. */
  readonly onCarriedOut?: PaperExchangeOptions['onCarriedOut'];
};

const onePlainStop = { partialProfit: { placed: 'when_reached' } };

/**
 * A whole account under guard, without a single fake: the paper exchange, the real SDK and
 * adapter, all policies and guardrails, the runtime. Time is virtual; every price is 100
 * until told otherwise.
 */
export async function guardedAccount(given: Given = {}) {
  const clock = new VirtualClock(given.startAt ?? ELEVEN);
  const positions = given.positions ?? [{ symbol: 'AAPL', qty: '10', averageEntryPrice: '100' }];
  const symbols = given.symbols ?? positions.map(({ symbol }) => symbol);
  const exchange = new PaperExchange(
    {
      seed: '7',
      accounts: [{ ...KEYS, cash: '100000', multiplier: '4', positions }],
      market: { kind: 'silent', symbols },
      latencies: given.latencies ?? {},
      switches: given.switches ?? {},
      ...(given.onCarriedOut === undefined ? {} : { onCarriedOut: given.onCarriedOut }),
    },
    clock,
  );
  exchange.start();
  const price = priceTeller(exchange, clock);
  for (const symbol of symbols) price(symbol, '100');

  const store = new MemoryEventStore();
  const ids = new SeededIds('runtime');
  const processClock = given.processClock?.(clock) ?? clock;
  const haltLatch = new MemoryHaltLatch(given.haltMemory);
  const standDown = given.standDown ?? new MemoryStandDown();
  const boot = (more: Partial<RuntimeSettings> = {}, journal: EventStore = store) => {
    const connection = connectAlpaca(
      {
        keyId: KEYS.keyId,
        secret: KEYS.secretKey,
        endpoint: { url: 'http://127.0.0.1' },
        fetchApi: exchange.fetchApi,
        wsFactory: exchange.wsFactory,
      },
      processClock,
    );
    const broker = new FaultyBroker(connection.broker);
    const marketData = withBars(connection.marketData, given.dailyBars);
    const settings = policySettings.parse({ ...onePlainStop, ...(given.policies ?? {}) });
    const runtime = createRuntime({
      ...connection,
      ...{ broker, marketData },
      store: journal,
      replica: given.replica?.(clock),
      haltLatch,
      standDown,
      clock: processClock,
      ids,
      policies: [...(given.morePolicies ?? []), ...tradingPolicies(settings)],
      portfolioPolicies: portfolioPolicies(settings),
      guardrails: guardrails(settings),
      planning: defaultPlanning,
      driftTolerance: { priceBps: 50 },
      settings: { ...defaultRuntimeSettings, ...given.settings, ...more },
      settingsHash: 'test',
      ...(given.signing === undefined ? {} : { signing: given.signing }),
    });
    const { streams, emergency } = connection;
    return { broker, streams, emergency, ...runtime };
  };
  /** A market order that the account's owner places by hand. */
  const trade = async (symbol: string, side: 'buy' | 'sell', qty: string): Promise<void> => {
    const answer = await exchange.fetchApi('http://127.0.0.1/v2/orders', {
      method: 'POST',
      headers: {
        'APCA-API-KEY-ID': KEYS.keyId,
        'APCA-API-SECRET-KEY': KEYS.secretKey,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ symbol, qty, side, type: 'market', time_in_force: 'day' }),
    });
    if (!answer.ok) throw new Error(await answer.text());
  };
  const first = boot();
  return {
    clock,
    exchange,
    store,
    haltLatch,
    standDown,
    price,
    trade,
    boot,
    ...first,
    ...looks(first),
  };
}

function withBars(data: MarketData, bars: readonly Bar[] | undefined): MarketData {
  if (bars === undefined) return data;
  return {
    readLatest: (symbols) => data.readLatest(symbols),
    readDailyBars: (symbols) =>
      Promise.resolve(new Map(symbols.map((symbol) => [symbol, bars] as const))),
  };
}

export type Guarded = Awaited<ReturnType<typeof guardedAccount>>;

/** Runs `work` on virtual time until it has settled. */
export async function settle<Result>(clock: VirtualClock, work: Promise<Result>): Promise<Result> {
  let done = false;
  const ended = () => {
    done = true;
  };
  work.then(ended, ended);
  await clock.advanceBy(0);
  while (!done) await clock.advanceBy(100);
  return work;
}

/** Started and looked at; the loop is not running. */
export async function watchedAccount(given: Given = {}): Promise<Guarded> {
  const guarded = await guardedAccount(given);
  await settle(guarded.clock, guarded.start());
  return guarded;
}

/** Started, with the loop running for one cycle. */
export async function loopedAccount(given: Given = {}): Promise<Guarded> {
  const guarded = await watchedAccount(given);
  guarded.orchestrator.start();
  await guarded.clock.advanceBy(1_000);
  return guarded;
}

function priceTeller(exchange: PaperExchange, clock: VirtualClock) {
  let tradeId = 0;
  return (symbol: string, at: string, spread = '0.01'): void => {
    const last = decimal(at);
    const half = decimal(spread);
    exchange.tell({
      kind: 'quote',
      quote: {
        symbol,
        at: clock.now(),
        bidPrice: last - half,
        askPrice: last + half,
        bidSize: 1_000,
        askSize: 1_000,
      },
    });
    tradeId += 1;
    const trade = { symbol, at: clock.now(), price: last, size: 100, id: tradeId };
    exchange.tell({ kind: 'trade', trade });
  };
}

function looks(runtime: Runtime) {
  const liveOrders = (symbol = 'AAPL'): readonly Order[] =>
    (runtime.state.snapshot()?.orders ?? []).filter(
      (order) => order.symbol === symbol && !isTerminal(order.status),
    );
  return {
    liveOrders,
    /** Each live order in one line: side, type, shares, stop. */
    resting: (symbol = 'AAPL') =>
      liveOrders(symbol)
        .map(({ side, type, quantity, stopPrice }) => `${side} ${type} ${quantity} @${stopPrice}`)
        .sort(),
    held: (symbol = 'AAPL') => {
      const position = runtime.state.getPositionWithOrders(ticker(symbol))?.position;
      return position === undefined ? null : `${position.side} ${position.quantity}`;
    },
    records: (...types: EventType[]): readonly JournalRecord[] => runtime.logger.recall(types),
    context: (symbol = 'AAPL') => runtime.state.getCompleteContext(ticker(symbol)),
  };
}

export const AAPL: Ticker = ticker('AAPL');
