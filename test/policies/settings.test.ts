import { describe, expect, it } from 'vitest';
import { guardrails, policySettings, tradingPolicies } from '../../policies/registry.ts';
import { settingsProblem } from '../../policies/settings.ts';
import { text } from '../../src/domain/decimal.ts';

const problemsOf = (input: unknown): readonly string[] => {
  const result = policySettings.safeParse(input);
  return result.success ? [] : settingsProblem(result.error, input);
};

describe('policy settings', () => {
  it('need nothing: every one has a default', () => {
    const settings = policySettings.parse({});
    expect(text(settings.stopLoss.percent)).toBe('8');
    expect(text(settings.partialProfit.fraction)).toBe('0.5');
    expect(settings.duplicate.windowMs).toBe(30_000);
  });

  it.each(['7.123456789012345678', ' 7.123456789012345678 '])(
    'read a decimal digit by digit from text: "%s"',
    (percent) => {
      const settings = policySettings.parse({ stopLoss: { percent } });
      expect(text(settings.stopLoss.percent)).toBe('7.123456789012345678');
    },
  );

  it('read a decimal that a file holds as a number as it was written', () => {
    const file: unknown = JSON.parse('{ "partialProfit": { "fraction": 0.1 } }');
    expect(text(policySettings.parse(file).partialProfit.fraction)).toBe('0.1');
  });

  it.each([
    { value: '0.1', isAllowed: true },
    { value: '50', isAllowed: true },
    { value: '0.099', isAllowed: false },
    { value: '50.0001', isAllowed: false },
    { value: 'ten', isAllowed: false },
    { value: '1e1', isAllowed: false },
    { value: '', isAllowed: false },
    { value: null, isAllowed: false },
    { value: true, isAllowed: false },
    { value: Number.NaN, isAllowed: false },
    { value: Number.POSITIVE_INFINITY, isAllowed: false },
  ])('take both ends of a range and nothing outside: $value', ({ value, isAllowed }) => {
    expect(problemsOf({ stopLoss: { percent: value } }).length).toBe(isAllowed ? 0 : 1);
  });

  it.each([
    {
      input: { stopLoss: { percent: '75' } },
      says: 'stopLoss.percent is "75"; allowed: a decimal number from 0.1 to 50.',
    },
    {
      input: { duplicate: { windowMs: 2.5 } },
      says: 'duplicate.windowMs is 2.5; allowed: a whole number from 0 to 3600000.',
    },
    {
      input: { stopLoss: { method: 'guess' } },
      says: 'stopLoss.method is "guess"; allowed: "percent", "atr", "entry_plan".',
    },
    {
      input: { stopLoss: { percnt: '8' } },
      says:
        '"stopLoss.percnt": there is no such setting; did you mean "percent"? allowed: method, ' +
        'percent, atrMultiple, alreadyPast.',
    },
    {
      input: { duplicate: { seconds: 3, window: 3 } },
      says:
        '"duplicate.seconds", "duplicate.window": there is no such setting; did you mean ' +
        '"windowMs"? allowed: windowMs.',
    },
    {
      input: { stopLoss: 'off' },
      says: 'stopLoss is "off"; allowed: a value of type object.',
    },
    { input: 7, says: 'the settings is 7; allowed: a value of type object.' },
    {
      input: { freshData: { quoteMs: 60_000, quoteForExitsMs: 5_000 } },
      says:
        'freshData.quoteForExitsMs is 5000; allowed: at least quoteMs: an exit may not wait for ' +
        'better prices than an entry.',
    },
  ])('say what is wrong with $input', ({ input, says }) => {
    expect(problemsOf(input)).toEqual([says]);
  });

  it('name every group of settings to one who asks for another', () => {
    const [problem] = problemsOf({ takeProfit: {} });
    expect(problem).toMatch(/^"takeProfit": there is no such setting; allowed: stopLoss, trail/);
  });

  it.each([
    { windowMs: -1, isAllowed: false },
    { windowMs: 0, isAllowed: true },
    { windowMs: 3_600_000, isAllowed: true },
    { windowMs: 3_600_001, isAllowed: false },
    { windowMs: '5', isAllowed: false },
  ])('take both ends of a whole range and nothing outside: $windowMs', (given) => {
    const { windowMs, isAllowed } = given;
    expect(problemsOf({ duplicate: { windowMs } }).length).toBe(isAllowed ? 0 : 1);
  });

  it('allow exits the same patience as entries, and not less', () => {
    const same = { quoteMs: 5_000, quoteForExitsMs: 5_000 };
    expect(problemsOf({ freshData: same })).toEqual([]);
    expect(problemsOf({ freshData: { snapshotMs: 15_000 } })).toEqual([]);
    expect(problemsOf({ freshData: { snapshotMs: 15_001 } })).toHaveLength(1);
  });

  it('name every wrong setting at once', () => {
    expect(problemsOf({ stopLoss: { percent: 0 }, gapRescue: { steps: -1 } })).toHaveLength(2);
  });
});

describe('the registry', () => {
  it('puts what saves a position before what improves it', () => {
    expect(tradingPolicies(policySettings.parse({})).map(({ name }) => name)).toEqual([
      'excess-exit',
      'gap-rescue',
      'stop-loss',
      'trailing-stop',
      'partial-profit',
    ]);
  });

  it('names each policy and guardrail once, with a promise of one sentence', () => {
    const settings = policySettings.parse({});
    const all = [...tradingPolicies(settings), ...guardrails(settings)];
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { promise } of all) expect(promise).toMatch(/^[A-Z].+\.$/);
  });
});
