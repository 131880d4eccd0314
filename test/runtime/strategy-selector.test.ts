import { describe, expect, it } from 'vitest';
import { directionOf } from '../../policies/directions.ts';
import { MemoryEventStore } from '../../src/adapters/event-stores/memory.ts';
import { SeededIds } from '../../src/adapters/system/seeded-ids.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import type { Json } from '../../src/domain/canonical.ts';
import { ticker } from '../../src/domain/ids.ts';
import { OWN_CHOICE } from '../../src/domain/regime.ts';
import { AlertBoard } from '../../src/runtime/journal/alert-board.ts';
import { EventLogger } from '../../src/runtime/journal/event-logger.ts';
import { AdaptiveStrategySelector } from '../../src/runtime/rollout/strategy-selector.ts';
import { defaultRuntimeSettings } from '../../src/runtime/settings/settings.ts';
import { rulesIn, SettingsKeeper } from '../../src/runtime/settings/settings-keeper.ts';
import { type Rules, rulesFromJson, rulesToJson } from '../../src/settings-file.ts';
import { guardedAccount, settle } from '../support/guarded-account.ts';

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 0, 5, 21);

/** Two bundles that the owner approved, each for its market. */
const approved = {
  enabled: true,
  minimumDays: 3,
  named: {
    wide: { stopLoss: { percent: 15 } },
    tight: { stopLoss: { percent: 3 }, trailingStop: { trailPercent: 2 } },
  },
  inRegime: { rising: 'wide', stressed: 'tight' },
};
const wantedOf = (strategies: object): Json =>
  rulesToJson(rulesFromJson({ mode: 'execute', strategies } as unknown as Json));

/** A year that drifts sideways, then rises for so many days, then falls hard. */
function market(rising: number, falling: number): readonly number[] {
  const calm = Array.from({ length: 260 }, (_, day) => 100 + Math.sin(day));
  const up = Array.from({ length: rising }, (_, day) => 101 + day);
  const top = up.at(-1) ?? 100;
  const down = Array.from({ length: falling }, (_, day) => top * 0.93 ** (day + 1));
  return [...calm, ...up, ...down];
}

/** The selector with the real keeper of the settings, over a journal that outlives both. */
function account(prices: readonly number[], strategies: object = approved) {
  const clock = new VirtualClock(START);
  const store = new MemoryEventStore();
  let seen = 260;
  const closes = () =>
    new Map(prices.slice(0, seen).map((close, day) => [START + (day - 260) * DAY_MS, close]));
  const boot = (wanted: Json) => {
    const logger = new EventLogger({ store, clock, bootId: `boot-${store.last()?.seq ?? 0}` });
    const alerts = new AlertBoard({ logger, clock });
    const types = ['settings_loaded', 'settings_changed'] as const;
    const [last] = store.query({ types, limit: 1 });
    const keeper = new SettingsKeeper<Rules>({
      ...{ wanted, accepted: last === undefined ? null : rulesIn(last) },
      ...{ fromJson: rulesFromJson, directionOf, ownChoice: OWN_CHOICE, clock },
      ...{ delayMs: () => 0, ids: new SeededIds('settings') },
    });
    const body = { rules: keeper.json() };
    logger.logDurably({ type: 'settings_loaded', actor: 'system', body });
    keeper.start({ logger, alerts });
    const settings = {
      ...defaultRuntimeSettings,
      get strategies() {
        return keeper.rules().strategies;
      },
    };
    const selector = new AdaptiveStrategySelector({
      ...{ clock, logger, settings, symbols: () => [ticker('AAPL')] },
      closesOf: () => [closes()],
      choose: (name, because) => keeper.choose(name, because),
    });
    selector.restore(logger.recall(['regime_seen', 'settings_changed']));
    return { keeper, selector, logger };
  };
  const live = boot(wantedOf(strategies));
  const days = async (count: number, on = live) => {
    for (let day = 0; day < count; day += 1) {
      seen += 1;
      await clock.advanceBy(DAY_MS);
      on.selector.look();
      on.selector.look();
    }
  };
  const stopPercent = (on = live) => on.keeper.rules().policies.stopLoss.percent.toFixed();
  return { ...live, clock, days, boot, stopPercent };
}

describe('the market picks among the settings that its owner approved', () => {
  it('after so many days, once, and written down with its cause', async () => {
    const { days, stopPercent, selector, logger } = account(market(60, 0));
    expect(stopPercent()).toBe('8');
    await days(60);
    expect(stopPercent()).toBe('15');
    expect(selector.status()).toMatchObject({ active: 'wide', regime: 'rising' });
    const switches = logger.recall(['settings_changed']);
    expect(switches.map(({ body }) => body)).toMatchObject([
      {
        changes: [{ path: 'strategies.active', before: null, after: 'wide' }],
        because: expect.stringMatching(/^rising for 3 days: the trend of 60 days/),
      },
    ]);
    expect(logger.recall(['regime_seen'])).toHaveLength(60);
  });

  it('and takes another when the market turns, within the cap', async () => {
    const { days, stopPercent, keeper } = account(market(60, 8));
    await days(68);
    expect(stopPercent()).toBe('3');
    expect(keeper.rules().policies.trailingStop.trailPercent.toFixed()).toBe('2');
  });

  it('and no more often than allowed', async () => {
    const { days, stopPercent, selector } = account(market(25, 8), {
      ...approved,
      switchesPerMonth: 1,
    });
    await days(33);
    expect(stopPercent()).toBe('15');
    expect(selector.status().because).toContain('1 switches in 30 days are the most');
  });

  it('and what it picked holds after a restart, and counts as a switch', async () => {
    const first = account(market(25, 8), { ...approved, switchesPerMonth: 1 });
    await first.days(25);
    const second = first.boot(wantedOf({ ...approved, switchesPerMonth: 1 }));
    expect(first.stopPercent(second)).toBe('15');
    expect(second.keeper.pending()).toBeNull();
    await first.days(8, second);
    expect(first.stopPercent(second)).toBe('15');
  });

  it('and neither the hash of the settings nor what waits for a person changes by it', async () => {
    const { days, keeper } = account(market(60, 0));
    const hash = keeper.hash();
    await days(60);
    expect([keeper.hash(), keeper.pending()]).toEqual([hash, null]);
  });

  it('and a bundle that its owner makes looser waits for a person like any other setting', async () => {
    const { days, keeper, stopPercent } = account(market(60, 0));
    await days(60);
    keeper.offer(wantedOf({ ...approved, named: { wide: { stopLoss: { percent: 40 } } } }));
    expect(stopPercent()).toBe('15');
    expect(keeper.pending()).not.toBeNull();
  });

  it('and never while it is off', async () => {
    const { days, stopPercent, logger } = account(market(60, 8), { ...approved, enabled: false });
    await days(68);
    expect(stopPercent()).toBe('8');
    expect(logger.recall(['regime_seen', 'settings_changed'])).toEqual([]);
  });
});

it('settings with more room loosen no stop that lives', async () => {
  let percent = 2;
  const guarded = await guardedAccount({
    get policies() {
      return { stopLoss: { percent } };
    },
  });
  const { clock } = guarded;
  await settle(clock, guarded.start());
  guarded.orchestrator.start();
  await clock.advanceBy(30_000);
  expect(guarded.resting()).toEqual(['sell stop_limit 10 @98']);
  await settle(clock, guarded.stop());
  percent = 20;
  const after = guarded.boot();
  await settle(clock, after.start());
  after.orchestrator.start();
  await clock.advanceBy(60_000);
  expect(guarded.exchange.core.accountIds.length).toBe(1);
  const resting = after.state.snapshot()?.orders.filter(({ status }) => status === 'new') ?? [];
  expect(resting.map(({ stopPrice }) => stopPrice?.toFixed())).toEqual(['98']);
  await settle(clock, after.stop());
});
