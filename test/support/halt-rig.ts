import { MemoryEventStore } from '../../src/adapters/event-stores/memory.ts';
import { HaltMemory, MemoryHaltLatch } from '../../src/adapters/system/memory-halt-latch.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import type { Mode } from '../../src/domain/environment.ts';
import type { EventType, JournalRecord } from '../../src/domain/event.ts';
import type { Halt, HaltLevel } from '../../src/domain/halt.ts';
import { TradingStateLevels } from '../../src/runtime/account/trading-state.ts';
import { HaltWatch } from '../../src/runtime/halt/halt-watch.ts';
import { AlertBoard } from '../../src/runtime/journal/alert-board.ts';
import { EventLogger } from '../../src/runtime/journal/event-logger.ts';
import { defaultRuntimeSettings } from '../../src/runtime/settings/settings.ts';
import { NOW, order } from './given.ts';
import { ToldBroker } from './told-broker.ts';

type Pressed = Omit<Halt, 'since' | 'pressedAt'>;
export const asked = (level: HaltLevel, actor: Halt['actor'] = 'host'): Pressed => ({
  ...{ level, actor, by: 'a test', because: 'it wants to', includesForeign: false },
});
/** A resting purchase, which every halt takes away. */
export const entry = order({ id: 'entry', side: 'buy', limit: '90', symbol: 'MSFT' });

/** A halt and all that hears of it, at a broker that does as a test says. */
export function haltRig(given: { readonly mode?: Mode } = {}) {
  const clock = new VirtualClock(NOW);
  const store = new MemoryEventStore();
  const logger = new EventLogger({ store, clock, bootId: 'boot' });
  const settings = { ...defaultRuntimeSettings, mode: given.mode ?? ('execute' as const) };
  const tradingState = new TradingStateLevels({ logger, clock, settings });
  const alerts = new AlertBoard({ logger, clock });
  const memory = new HaltMemory();
  const latch = new MemoryHaltLatch(memory);
  const broker = new ToldBroker();
  const parts = { latch, emergency: broker, tradingState, alerts, logger, clock, settings };
  const watch = new HaltWatch(parts);
  return {
    ...{ clock, store, logger, tradingState, alerts, memory, latch, broker, watch },
    /** As another process presses: nobody here is called. */
    press: (level: HaltLevel, actor?: Halt['actor']) =>
      new MemoryHaltLatch(memory).latch({ ...asked(level, actor), pressedAt: clock.now() }),
    liftElsewhere: (who: string) => new MemoryHaltLatch(memory).lift({ at: clock.now(), by: who }),
    records: (type: EventType): readonly JournalRecord[] =>
      [...store.scan(1)].filter((record) => record.type === type),
    states: () =>
      [...store.scan(1)].flatMap(({ type, body }) =>
        type === 'trading_state_changed' ? [(body as { readonly state: string }).state] : [],
      ),
    codes: () => tradingState.causes().map(({ code }) => code),
    alertCodes: () => alerts.alerts().map(({ code }) => code),
  };
}
export const started = (given: Parameters<typeof haltRig>[0] = {}) => {
  const made = haltRig(given);
  made.watch.start();
  return made;
};
