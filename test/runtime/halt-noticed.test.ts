import { describe, expect, it } from 'vitest';
import { HaltMemory, MemoryHaltLatch } from '../../src/adapters/system/memory-halt-latch.ts';
import { loopedAccount } from '../support/guarded-account.ts';

const PRESSED = {
  level: 'everything',
  actor: 'person',
  by: 'a test',
  because: 'it is time',
  includesForeign: false,
} as const;

describe('a halt that another process latched, and that nobody here has noticed yet', () => {
  it('holds from the instant in which something else that held trading back is over', async () => {
    const haltMemory = new HaltMemory();
    const { clock, tradingState, records } = await loopedAccount({ haltMemory });
    const cause = { state: 'reducing', code: 'a_test', because: 'of a test' } as const;
    tradingState.raise({ ...cause, clearedBy: 'the test' });
    new MemoryHaltLatch(haltMemory).latch({ ...PRESSED, pressedAt: clock.now() });
    tradingState.clear('a_test');
    expect(tradingState.current()).toBe('halted');
    const states = records('trading_state_changed').map(({ body }) => body);
    expect(states.slice(-3)).toMatchObject([
      { state: 'reducing' },
      { state: 'halted' },
      { state: 'halted' },
    ]);
  });

  it('each change of the state is durable at once', async () => {
    const { store, tradingState, logger } = await loopedAccount();
    const cause = { state: 'reducing', code: 'a_test', because: 'of a test' } as const;
    tradingState.raise({ ...cause, clearedBy: 'the test' });
    expect(store.last()?.seq).toBe(logger.length);
    tradingState.clear('a_test');
    expect(store.last()?.seq).toBe(logger.length);
  });
});
