import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../src/config.ts';
import {
  fileSettings,
  oddFigures,
  rulesFromJson,
  rulesToJson,
  settingsFileSchema,
} from '../../src/settings-file.ts';

const PUBLISHED = '../../docs/bigbrother.config.schema.json';

const problemOf = (content: object): string => {
  const directory = mkdtempSync(join(tmpdir(), 'bigbrother-settings-'));
  try {
    const path = join(directory, 'bigbrother.config.json');
    writeFileSync(path, JSON.stringify(content));
    loadSettings(path, {});
    return '';
  } catch (error) {
    return String(error);
  } finally {
    rmSync(directory, { recursive: true });
  }
};

describe('the schema of the settings file', () => {
  it('is published as it is: "npx vitest run test/cli/settings-file.test.ts -u" writes it', async () => {
    const schema = `${JSON.stringify(settingsFileSchema(), null, 2)}\n`;
    await expect(schema).toMatchFileSnapshot(PUBLISHED);
  });

  it('agrees with what is taken: names, types, ranges and choices', () => {
    const validate = new Ajv2020({ strict: false }).compile(settingsFileSchema() as object);
    const cases: readonly object[] = [
      {},
      { mode: 'observe', policies: { dailyLoss: { percentOfEquity: '1.5' } } },
      { policies: { dailyLoss: { percentOfEquity: 1.5 } } },
      { policies: { dailyLoss: { percentOfEquity: 500 } } },
      { policies: { dailyLoss: { percent: 2 } } },
      { mode: 'act' },
      { loopIntervalMs: 10 },
      { loopIntervalMs: 10_000.5 },
      { rollout: { 'stop-loss': { stage: 'shadow' } } },
      { rollout: { 'stop-lost': { stage: 'shadow' } } },
      { rollout: { 'stop-loss': { maxPositionDollars: '5000', maxActionsPerDay: null } } },
      { expect: { codeVersion: '0.1.0' } },
      { expect: { settingsHash: 'short' } },
      { approvals: { limits: { saleDollarsPerDay: 100 } } },
    ];
    const taken = cases.map((each) => fileSettings.safeParse(each).success);
    expect(taken).toContain(false);
    // Custom checks of texts are not in the schema; what it refuses is refused here.
    for (const [index, each] of cases.entries()) {
      if ('expect' in each) continue;
      expect([each, validate(each)]).toEqual([each, taken[index]]);
    }
  });
});

describe('a settings file', () => {
  it('with a name that nobody knows is refused, and the likeliest name is told', () => {
    expect(problemOf({ policies: { dailyLos: {} } })).toContain('did you mean "dailyLoss"?');
    expect(problemOf({ mod: 'observe' })).toContain('did you mean "mode"?');
    expect(problemOf({ rollout: { 'stop-los': {} } })).toContain('did you mean "stop-loss"?');
    expect(problemOf({ xyzzy: 1 })).not.toContain('did you mean');
    expect(problemOf({ xyzzy: 1 })).toContain('allowed: ');
  });

  it('with a fraction where percent are meant is refused or told of', () => {
    expect(problemOf({ policies: { dailyLoss: { percentOfEquity: 0.02 } } })).toContain(
      'allowed: a decimal number from 0.1 to 100',
    );
    const rules = rulesFromJson({
      mode: 'execute',
      approvals: { limits: { saleEquityPercentPerDay: '0.02' } },
    });
    expect(oddFigures(rulesToJson(rules))).toEqual([
      'approvals.limits.saleEquityPercentPerDay is 0.02, which is 0.02 percent; if 2 percent was ' +
        'meant, write 2',
    ]);
    expect(oddFigures(rulesToJson(rulesFromJson({ mode: 'execute' })))).toEqual([]);
  });

  it('survives being written down and read again', () => {
    const json = rulesToJson(rulesFromJson({ mode: 'propose', plansInFlight: 3 }));
    expect(rulesToJson(rulesFromJson(json))).toEqual(json);
  });
});

describe('strategies', () => {
  it('that a regime asks for and nobody described are refused with those there are', () => {
    const named = { wide: { stopLoss: { percent: 12 } } };
    expect(problemOf({ strategies: { named, inRegime: { rising: 'wide' } } })).toBe('');
    expect(problemOf({ strategies: { named, inRegime: { rising: 'wild' } } })).toContain(
      'strategies.inRegime asks for wild, which strategies.named does not describe; described: wide.',
    );
  });

  it('hold no guardrail', () => {
    const named = { loose: { dailyLoss: { percentOfEquity: 50 } } };
    expect(problemOf({ strategies: { named } })).toContain('dailyLoss');
  });
});
