import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import type { JournalEvent } from '../../src/domain/event.ts';
import { ThinkingIntelligence } from '../../src/intelligence/thinking-intelligence.ts';
import {
  type Constraint,
  chainFor,
  rankOptions,
  type Scenario,
  type ScenarioOption,
} from '../../src/intelligence/thought-chain.ts';
import type { Advisor } from '../../src/ports/advisor.ts';
import { oddServer, realServer } from '../adapters/advisors/servers.ts';

const option = (id: string, given: Partial<ScenarioOption> = {}): ScenarioOption => ({
  ...{ id, what: `to ${id}`, refusals: [], worstLoss: '100', nakedDollarSeconds: '0', steps: 1 },
  worstBecause: 'reckoned',
  ...given,
});
const scenario: Scenario = {
  question: 'AAPL fell through its stop',
  facts: [
    { fact: 'the bid is 2 % below the stop', against: 'hold' },
    { fact: 'the session closes in an hour', against: null },
  ],
};
const options = [
  option('hold', { worstLoss: '50' }),
  option('exit', { worstLoss: '80' }),
  option('half', { worstLoss: '90', refusals: ['order-form refuses a fraction'] }),
  option('double', { worstLoss: '10' }),
];
const constraints: readonly Constraint[] = [{ name: 'no entries today', forbids: ['double'] }];

const thinking = (server: Advisor | null) => {
  const logged: JournalEvent[] = [];
  const log = (event: JournalEvent): void => {
    logged.push(event);
  };
  return { logged, intelligence: new ThinkingIntelligence({ server, journal: { log } }) };
};

describe('an analysis', () => {
  it('ranks what may be chosen by what it may lose, after what facts speak against', () => {
    expect(rankOptions(scenario, options, constraints)).toEqual([
      { id: 'exit', place: 1, excludedBecause: null },
      { id: 'hold', place: 2, excludedBecause: null },
      { id: 'double', place: 3, excludedBecause: 'no entries today' },
      { id: 'half', place: 4, excludedBecause: 'order-form refuses a fraction' },
    ]);
  });

  it('is taken down by the real server, branch for branch, and journalled', async () => {
    const { intelligence, logged } = thinking(
      realServer('thinking', { DISABLE_THOUGHT_LOGGING: 'true' }),
    );
    const given = { ...scenario, symbol: 'AAPL' };
    const [one, other] = await Promise.all([
      intelligence.analyzeScenario(given, options, constraints),
      intelligence.analyzeScenario(given, options.slice(0, 2), constraints),
    ]);
    expect(one.notTakenDownBecause).toBeNull();
    expect(other.notTakenDownBecause).toBeNull();
    expect(one.best).toBe('exit');
    expect(logged.map(({ type, symbol }) => `${type} ${symbol}`)).toEqual([
      'scenario_analyzed AAPL',
      'scenario_analyzed AAPL',
    ]);
    expect(logged[0]?.body).toMatchObject({ best: 'exit', hash: one.hash, chain: one.chain });
  });

  it('is the same without a server, and with one that fails', async () => {
    const given = { ...scenario, symbol: null };
    const alone = await thinking(null).intelligence.analyzeScenario(given, options, constraints);
    const failing = oddServer('dies', { clock: new VirtualClock(0) });
    const failed = await thinking(failing).intelligence.analyzeScenario(
      given,
      options,
      constraints,
    );
    expect(alone.notTakenDownBecause).toMatch(/is off/);
    expect(failed.notTakenDownBecause).toMatch(/no tool that is used/);
    expect({ ...failed, notTakenDownBecause: null }).toEqual({
      ...alone,
      notTakenDownBecause: null,
    });
  });
});

describe('the chain of thoughts', () => {
  const chain = chainFor(scenario, options, constraints);

  it('has the question, the facts, a branch for each option and one conclusion', () => {
    expect(chain[0]?.thought).toBe('To decide: AAPL fell through its stop');
    expect(new Set(chain.flatMap(({ branchId }) => branchId ?? []))).toEqual(
      new Set(['hold', 'exit', 'half', 'double']),
    );
    expect(chain.at(-1)).toMatchObject({
      thought: 'First exit, then hold. Out: double, half.',
      nextThoughtNeeded: false,
    });
  });

  it('revises the branch that a fact, a guardrail or a constraint speaks against', () => {
    const revisions = chain.filter(({ isRevision }) => isRevision === true);
    expect(revisions.map(({ thought }) => thought)).toEqual([
      'double, again: no entries today forbids it.',
      'half, again: order-form refuses a fraction.',
      'hold, again: the bid is 2 % below the stop.',
    ]);
    for (const { revisesThought = 0, branchId } of revisions) {
      expect(chain[revisesThought - 1]?.branchId).toBe(branchId);
    }
  });

  it('is in order and whole, and ranks the same in whatever order options come', () => {
    const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1 });
    const losses = fc.integer({ min: 0, max: 3 }).map(String);
    fc.assert(
      fc.property(ids, fc.array(losses, { minLength: 5, maxLength: 5 }), (names, worst) => {
        const all = names.map((id, index) => option(id, { worstLoss: worst[index] ?? '0' }));
        const thoughts = chainFor(scenario, all, constraints);
        expect(thoughts.map(({ thoughtNumber }) => thoughtNumber)).toEqual(
          thoughts.map((_, index) => index + 1),
        );
        expect(thoughts.filter(({ nextThoughtNeeded }) => !nextThoughtNeeded)).toHaveLength(1);
        const back = rankOptions(scenario, [...all].reverse(), constraints);
        expect(back).toEqual(rankOptions(scenario, all, constraints));
        expect(chainFor(scenario, [...all].reverse(), constraints)).toEqual(thoughts);
      }),
    );
  });
});
