import {
  guardrails,
  policySettings,
  portfolioPolicies,
  tradingPolicies,
} from '../policies/registry.ts';
import { connectAlpaca } from '../src/adapters/alpaca/connect.ts';
import { ALPACA_LIMITS, type RateLimits } from '../src/adapters/alpaca/rate-limiter.ts';
import { MemoryHaltLatch } from '../src/adapters/system/memory-halt-latch.ts';
import { SeededIds } from '../src/adapters/system/seeded-ids.ts';
import { price, quantity } from '../src/domain/decimal.ts';
import { defaultPlanning } from '../src/engine/planning-settings.ts';
import { formatDecimal } from '../src/paper-exchange/core/basics/decimal.ts';
import type { MarketData } from '../src/ports/broker.ts';
import { createRuntime } from '../src/runtime/runtime.ts';
import type { Runtime } from '../src/runtime/runtime-parts.ts';
import { defaultRuntimeSettings, type RuntimeSettings } from '../src/runtime/settings/settings.ts';
import type { Draws } from './draws.ts';
import type { Life } from './life.ts';
import { LifeClock } from './life-clock.ts';
import { type AppendFault, LifeStore } from './life-store.ts';
import type { Scenario } from './scenario.ts';
import { LifeSockets } from './sockets.ts';
import { KEYS, type Stage } from './stage.ts';
import { type NetworkRates, Transport } from './transport.ts';

const UNLIMITED: RateLimits = {
  ...{ burst: 1_000_000, perMinute: 1_000_000, queueLimit: 1_000, patienceMs: 2_000 },
  reserved: { kill: 0, protect: 0, reconcile: 0, read: 0 },
};

/** What needs no person: nobody sits before these worlds. */
const UNASKED = {
  ...{ saleDollarsPerDay: '1000000000', saleEquityPercentPerDay: '100' },
  ...{ salePositionPercentPerDay: '100', addedDollars: '1000000000' },
};

/** Where orders end by the thousand, those that have ended are not read for three days. */
export const settingsFor = ({
  closedCycleMs,
  hasRequestBudget,
  opens,
  isBusy,
}: Scenario): RuntimeSettings => ({
  ...defaultRuntimeSettings,
  ...(opens
    ? {
        approvals: {
          ...{ ...defaultRuntimeSettings.approvals, limits: UNASKED, liveLimits: UNASKED },
          // One who is at it all the time would take the requests that the loop reads with.
          proposalsPerMinute: isBusy ? 12 : 60,
        },
      }
    : {}),
  closedCycleMs,
  ...(hasRequestBudget ? {} : { orderLookbackMs: 10_000, plansInFlight: 40 }),
});

type Parts = {
  readonly stage: Stage;
  readonly scenario: Scenario;
  readonly life: Life;
  readonly draws: Draws;
  readonly rates: () => NetworkRates;
  readonly appendFault: () => AppendFault | null;
  readonly wrongByMs: () => number;
};

/** BigBrother in one process: all of it is what users run, but for clock, line and disk. */
export type Guard = {
  readonly life: Life;
  readonly runtime: Runtime;
  readonly clock: LifeClock;
  readonly ids: SeededIds;
  readonly sockets: LifeSockets;
};

export function openGuard({ stage, scenario, life, ...parts }: Parts): Guard {
  const { exchange } = stage;
  const observe = stage.observe.bind(stage);
  const at = () => stage.clock.now();
  const clock = new LifeClock({
    world: stage.clock,
    life,
    wrongByMs: parts.wrongByMs,
    onTimer: () => observe({ kind: 'timer_ran', at: at(), life: life.number }),
  });
  const transport = new Transport({
    ...{ life, isOwner: true, clock: stage.clock, exchange, draws: parts.draws, observe },
    rates: parts.rates,
    nextRequestId: () => stage.nextRequestId(),
    onFault: (fault) => stage.fire(fault),
    onAmbiguousPost: () => {
      stage.ambiguousPosts += 1;
    },
  });
  const sockets = new LifeSockets({
    ...{ life, clock: stage.clock, open: exchange.wsFactory },
    delayMs: () => {
      const { oneWayMs } = parts.rates();
      return oneWayMs === 0 ? 0 : parts.draws.gapMs(oneWayMs);
    },
    onFrame: () => observe({ kind: 'frame_arrived', at: at(), life: life.number }),
  });
  const ids = new SeededIds(`${scenario.seed} life ${life.number}`);
  const connection = connectAlpaca(
    {
      ...{ keyId: KEYS.keyId, secret: KEYS.secretKey, endpoint: { url: 'http://127.0.0.1' } },
      fetchApi: transport.fetchApi,
      wsFactory: sockets.factory,
    },
    clock,
    scenario.hasRequestBudget ? ALPACA_LIMITS : UNLIMITED,
  );
  const store = new LifeStore({
    ...{ disk: stage.disk, life, fault: parts.appendFault },
    onRecord: (record) => observe({ kind: 'record_written', at: at(), life: life.number, record }),
  });
  const policies = policySettings.parse(scenario.policies);
  const runtime = createRuntime({
    ...connection,
    marketData: scenario.opens ? withBars(connection.marketData, stage) : connection.marketData,
    ...{ store, clock, ids },
    haltLatch: new MemoryHaltLatch(stage.haltMemory),
    policies: tradingPolicies(policies),
    portfolioPolicies: portfolioPolicies(policies),
    guardrails: guardrails(policies),
    planning: defaultPlanning,
    driftTolerance: { priceBps: 50 },
    settings: settingsFor(scenario),
    settingsHash: 'simulation',
  });
  return { life, runtime, clock, ids, sockets };
}

const DAY_MS = 24 * 3_600_000;
const BARS = 25;

/** The exchange of these worlds knows no past: each name stood for a month where it stands now. */
function withBars(data: MarketData, { clock, exchange }: Stage): MarketData {
  return {
    readLatest: (symbols) => data.readLatest(symbols),
    readDailyBars: (symbols) => {
      const today = Math.floor(clock.now() / DAY_MS) * DAY_MS;
      const bars = symbols.map((symbol) => {
        const last = exchange.core.latestTrade(symbol)?.price;
        const close = price(last === undefined ? '100' : formatDecimal(last));
        const [high, low] = [price(close.times('1.01')), price(close.times('0.99'))];
        const one = { open: close, high, low, close, volume: quantity('100000000') };
        const days = Array.from({ length: BARS }, (_, back) => today - (BARS - back) * DAY_MS);
        return [symbol, days.map((at) => ({ at, ...one }))] as const;
      });
      return Promise.resolve(new Map(bars));
    },
  };
}
