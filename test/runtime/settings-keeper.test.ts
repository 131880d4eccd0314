import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { directedPaths, directionOf } from '../../policies/directions.ts';
import { MemoryEventStore } from '../../src/adapters/event-stores/memory.ts';
import { SeededIds } from '../../src/adapters/system/seeded-ids.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import type { Json } from '../../src/domain/canonical.ts';
import { OWN_CHOICE } from '../../src/domain/regime.ts';
import { AlertBoard } from '../../src/runtime/journal/alert-board.ts';
import { EventLogger } from '../../src/runtime/journal/event-logger.ts';
import { changesBetween, withChanges } from '../../src/runtime/settings/settings-diff.ts';
import { SettingsKeeper } from '../../src/runtime/settings/settings-keeper.ts';
import { SettingsWatch } from '../../src/runtime/settings/settings-watch.ts';
import { rulesFromJson, rulesToJson } from '../../src/settings-file.ts';

const MINUTE = 60_000;
const rules = (given: object = {}): Json =>
  rulesToJson(rulesFromJson({ mode: 'execute', ...given } as Json));
const dailyLoss = (percentOfEquity: string, more: object = {}) =>
  rules({ policies: { dailyLoss: { percentOfEquity } }, ...more });

function keeperOf(wanted: Json, accepted: Json | null = null) {
  const clock = new VirtualClock(0);
  const logger = new EventLogger({ store: new MemoryEventStore(), clock, bootId: 'boot' });
  const alerts = new AlertBoard({ logger, clock });
  const keeper = new SettingsKeeper({
    wanted,
    ownChoice: OWN_CHOICE,
    accepted,
    fromJson: rulesFromJson,
    directionOf,
    delayMs: ({ loosening }) => loosening.delayMs,
    clock,
    ids: new SeededIds('settings'),
  });
  keeper.start({ logger, alerts });
  const limit = () => keeper.rules().policies.dailyLoss.percentOfEquity.toFixed();
  return { clock, logger, alerts, keeper, limit };
}

describe('settings that change', () => {
  it('hold at once when they are stricter, and are written down with before and after', () => {
    const { keeper, limit, logger } = keeperOf(dailyLoss('2'));
    const before = keeper.hash();
    keeper.offer(dailyLoss('1'));
    expect(limit()).toBe('1');
    expect(keeper.pending()).toBeNull();
    expect(keeper.hash()).not.toBe(before);
    expect(logger.recall(['settings_changed']).map(({ body }) => body)).toMatchObject([
      {
        changes: [
          {
            path: 'policies.dailyLoss.percentOfEquity',
            before: '2',
            after: '1',
            effect: 'tighter',
          },
        ],
        settingsHash: keeper.hash(),
      },
    ]);
  });

  it('wait for a code and ten minutes more when they are looser', async () => {
    const { keeper, limit, clock, alerts } = keeperOf(dailyLoss('2'));
    keeper.offer(dailyLoss('5'));
    expect(limit()).toBe('2');
    expect(alerts.alerts().map(({ code }) => code)).toEqual(['settings_held']);
    await clock.advanceBy(24 * 60 * MINUTE);
    expect(limit()).toBe('2');
    const code = keeper.pending()?.code ?? '';
    expect(keeper.accept(`${code}X`, 'me')).toMatchObject({ because: expect.any(String) });
    expect(keeper.accept(code.toLowerCase(), 'me')).toEqual({
      appliesAt: clock.now() + 10 * MINUTE,
    });
    await clock.advanceBy(10 * MINUTE - 1);
    expect(limit()).toBe('2');
    await clock.advanceBy(1);
    expect(limit()).toBe('5');
    expect(alerts.alerts()).toEqual([]);
    expect(keeper.pending()).toBeNull();
  });

  it('never tells the code in the journal or in an alert', () => {
    const { keeper, logger, alerts } = keeperOf(dailyLoss('2'));
    keeper.offer(dailyLoss('5'));
    const code = keeper.pending()?.code ?? '';
    expect(code).toMatch(/^[A-Z0-9]{8}$/);
    const told = JSON.stringify([[...logger.recordsAfter(0)], alerts.alerts()]).toUpperCase();
    expect(told).not.toContain(code);
  });

  it('are taken apart: the stricter half holds at once, the looser half waits', () => {
    const { keeper, limit } = keeperOf(dailyLoss('2'));
    keeper.offer(dailyLoss('1', { approvals: { proposalsPerMinute: 60 } }));
    expect(limit()).toBe('1');
    expect(keeper.rules().approvals.proposalsPerMinute).toBe(6);
    expect(keeper.pending()?.changes.map(({ path }) => path)).toEqual([
      'approvals.proposalsPerMinute',
    ]);
  });

  it('are forgotten when the file takes them back, and what was accepted with them', async () => {
    const { keeper, limit, clock, alerts } = keeperOf(dailyLoss('2'));
    keeper.offer(dailyLoss('5'));
    keeper.accept(keeper.pending()?.code ?? '', 'me');
    keeper.offer(dailyLoss('2'));
    expect(keeper.pending()).toBeNull();
    expect(alerts.alerts()).toEqual([]);
    await clock.advanceBy(60 * MINUTE);
    expect(limit()).toBe('2');
  });

  it('need another code when they are changed once more after they were accepted', async () => {
    const { keeper, limit, clock } = keeperOf(dailyLoss('2'));
    keeper.offer(dailyLoss('3'));
    const first = keeper.pending()?.code ?? '';
    keeper.accept(first, 'me');
    keeper.offer(dailyLoss('50'));
    expect(keeper.pending()).toMatchObject({ appliesAt: null });
    expect(keeper.accept(first, 'me')).toMatchObject({ because: expect.any(String) });
    await clock.advanceBy(60 * MINUTE);
    expect(limit()).toBe('2');
  });

  it('are accepted as they are at the first start, and held like any other at the next', () => {
    expect(keeperOf(dailyLoss('50')).limit()).toBe('50');
    const next = keeperOf(dailyLoss('50'), dailyLoss('2'));
    expect(next.limit()).toBe('2');
    expect(next.keeper.pending()?.changes).toHaveLength(1);
    expect(keeperOf(dailyLoss('1'), dailyLoss('2')).limit()).toBe('1');
  });

  it('may not go from suggesting to acting without a person, nor shorten the wait', () => {
    const { keeper } = keeperOf(rules({ loosening: { delayMs: 0 } }), rules({ mode: 'propose' }));
    expect(keeper.rules()).toMatchObject({ mode: 'propose', loosening: { delayMs: 600_000 } });
    keeper.offer(rules({ mode: 'observe' }));
    expect(keeper.rules().mode).toBe('observe');
  });

  it('ignore what an older version knew and this one does not', () => {
    const accepted = { ...(dailyLoss('2') as object), gone: { limit: 3 } } as Json;
    expect(keeperOf(dailyLoss('2'), accepted).keeper.pending()).toBeNull();
  });

  it('change nothing while the file cannot be read', async () => {
    const { keeper, clock, alerts, limit } = keeperOf(dailyLoss('2'));
    let file: () => Json = () => {
      throw new Error('the file is not JSON');
    };
    const watch = new SettingsWatch({ read: () => file(), keeper, alerts, clock });
    watch.start();
    await clock.advanceBy(10_000);
    expect(limit()).toBe('2');
    expect(alerts.alerts()).toMatchObject([{ code: 'settings_unusable' }]);
    file = () => dailyLoss('1');
    await clock.advanceBy(2_000);
    expect(limit()).toBe('1');
    expect(alerts.alerts()).toEqual([]);
    watch.stop();
  });
});

describe('the direction of a setting', () => {
  const paths = pathsOf(rules());

  it('is known for settings that there are, and for no others', () => {
    expect(directedPaths.filter((path) => !paths.includes(path))).toEqual([]);
  });

  it('is unknown for what bears on exits, which is looser whichever way it goes', () => {
    for (const path of ['policies.priceCollar.exitPercent', 'policies.stopLoss.percent']) {
      const [before, after] = ['10', '11'];
      const at = (value: string) => withChanges(rules(), [{ ...change(path, value) }]);
      expect(changesBetween(at(before), at(after), directionOf)[0]?.effect).toBe('looser');
      expect(changesBetween(at(after), at(before), directionOf)[0]?.effect).toBe('looser');
    }
  });

  it('is looser for a list that names the same in another order', () => {
    const at = (symbols: Json) =>
      withChanges(rules(), [change('rollout.partial-profit.symbols', symbols)]);
    const effect = (before: Json, after: Json) =>
      changesBetween(at(before), at(after), directionOf).map((each) => each.effect);
    expect(effect(['A', 'B', 'C'], ['B', 'A', 'C'])).toEqual(['looser']);
    expect(effect(['A', 'B', 'C'], ['C', 'A'])).toEqual(['tighter']);
    expect(effect(['C', 'A'], ['A', 'B', 'C'])).toEqual(['looser']);
  });

  it('never makes both ways of one change stricter', () => {
    const value = fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.integer({ min: 0, max: 99 }).map(String),
      fc.integer({ min: 0, max: 99 }),
      fc.constantFrom('observe', 'execute', 'shadow', 'all', 'never', 'else'),
      fc.array(fc.constantFrom('A', 'B', 'C')),
    );
    fc.assert(
      fc.property(fc.constantFrom(...paths), value, value, (path, one, other) => {
        const effects = [
          [one, other],
          [other, one],
        ].map(([before, after]) => {
          const [a, b] = [before, after].map((each) =>
            withChanges(rules(), [change(path, each ?? null)]),
          );
          return changesBetween(a ?? null, b ?? null, directionOf)[0]?.effect;
        });
        expect(effects).not.toEqual(['tighter', 'tighter']);
      }),
    );
  });
});

const change = (path: string, after: Json) => ({
  path,
  before: null,
  after,
  effect: 'looser' as const,
});

function pathsOf(json: Json, path: readonly string[] = []): string[] {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return [path.join('.')];
  return Object.entries(json).flatMap(([name, value]) => pathsOf(value as Json, [...path, name]));
}
