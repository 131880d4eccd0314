import { describe, expect, it } from 'vitest';
import { replayRulesFrom } from '../../src/composition/replay-rules.ts';
import type { Json } from '../../src/domain/canonical.ts';
import type { JournalRecord } from '../../src/domain/event.ts';
import { type Difference, type Finding, Replay } from '../../src/runtime/replay.ts';
import { rulesFromJson, rulesToJson } from '../../src/settings-file.ts';
import { keptJournal, recordsIn } from './fixtures.ts';

const journal = (name: string): readonly JournalRecord[] => recordsIn(keptJournal(name));

function replayed(records: readonly JournalRecord[], rules?: object): readonly Finding[] {
  const instead = rules === undefined ? undefined : replayRulesFrom(rulesWith(rules));
  const replay = new Replay({
    ...{ rulesFrom: replayRulesFrom, atFirst: null },
    ...(instead === undefined ? {} : { instead }),
  });
  return records.flatMap((record) => replay.see(record));
}

const rulesWith = (rules: object): Json =>
  rulesToJson(rulesFromJson({ mode: 'execute', planLifetimeMs: 120_000, ...rules }));

const differences = (findings: readonly Finding[]): readonly Difference[] =>
  findings.filter((finding): finding is Difference => finding.outcome === 'different');
const reasons = (findings: readonly Finding[]): readonly string[] => [
  ...new Set(findings.flatMap((each) => (each.outcome === 'missing' ? [each.because] : []))),
];

/** The record of this type with one field of its body changed. */
function withChange(
  records: readonly JournalRecord[],
  type: JournalRecord['type'],
  change: (body: string) => string,
): readonly JournalRecord[] {
  let isDone = false;
  return records.map((record) => {
    if (isDone || record.type !== type) return record;
    const body = JSON.stringify(record.body);
    isDone = change(body) !== body;
    return { ...record, body: JSON.parse(change(body)) };
  });
}

describe('a replay of what was recorded', () => {
  it('finds decisions, plans and verdicts the same', () => {
    const findings = replayed(journal('partial-profit'));
    expect(differences(findings)).toEqual([]);
    expect(reasons(findings)).toEqual([]);
    const kinds = new Set(findings.map(({ what }) => what));
    expect([...kinds].sort()).toEqual(['decision', 'plan', 'verdicts']);
  });

  it('finds the field of a decision that is not what was decided', () => {
    const records = withChange(journal('first-stop'), 'decision_made', (body) =>
      body.replace(/"urgency":"[a-z]+"\},"inputs"/, '"urgency":"normal"},"inputs"'),
    );
    const [first, ...others] = differences(replayed(records));
    expect(others).toEqual([]);
    expect(first).toMatchObject({ what: 'decision', recorded: 'normal' });
    expect(first?.field).toBe('decision.urgency');
    expect(first?.effect.recorded).toBe(first?.effect.derived);
  });

  it('finds what a guardrail did not say', () => {
    const records = withChange(journal('first-stop'), 'plan_reviewed', (body) =>
      body.replace('"outcome":"pass"', '"outcome":"deny"'),
    );
    const [first] = differences(replayed(records));
    expect(first).toMatchObject({ what: 'verdicts', recorded: 'deny', derived: 'pass' });
    expect(first?.by).toHaveLength(1);
  });

  it('finds what a guardrail did not say of any symbol, where it is told once for all', () => {
    const records = withChange(journal('host-rebalances'), 'plan_proposed', (body) =>
      body.replace('"nothing is sold that is not held"', '"it is as it should be"'),
    );
    const [first, ...others] = differences(replayed(records));
    expect(others).toEqual([]);
    expect(first).toMatchObject({ what: 'verdicts', recorded: 'it is as it should be' });
    expect(first?.by).toEqual(['no-short']);
    expect(first?.effect).toEqual({ recorded: 'passed', derived: 'passed' });
  });

  it('finds a plan that does not follow from its decision', () => {
    const records = withChange(journal('first-stop'), 'plan_proposed', (body) =>
      body.replace(/"stopPrice":"9\d"/, '"stopPrice":"50"'),
    );
    const [first] = differences(replayed(records));
    expect(first).toMatchObject({ what: 'plan', symbol: expect.stringMatching(/AAPL|MSFT/) });
    expect(first?.field).toMatch(/^plan|^parts\./);
  });

  it('finds a decision that was made from other prices', () => {
    const records = withChange(journal('trailing-stop'), 'decision_made', (body) =>
      body
        .replace('"averageEntryPrice":"100"', '"averageEntryPrice":"90"')
        .replace('"entryPrice":"100"', '"entryPrice":"90"'),
    );
    expect(differences(replayed(records)).map(({ what }) => what)).toContain('decision');
  });

  it('finds verdicts that were given on another account', () => {
    const records = withChange(journal('host-reduces'), 'inputs_noted', (body) =>
      body
        .replace(/"snapshot":\{"account":\{/, '"snapshot":{"account":{"blockedBecause":"by hand",')
        .replace('"blockedBecause":null,', ''),
    );
    expect(differences(replayed(records))[0]).toMatchObject({ what: 'verdicts' });
    expect(differences(replayed(records))[0]?.by).toContain('trading-state');
  });
});

describe('what the journal does not hold', () => {
  it('is said of records by an older version', () => {
    const records = journal('first-stop').map((record) =>
      record.type === 'decision_made'
        ? {
            ...record,
            body: JSON.parse(JSON.stringify(record.body).replace(/"asked":"[^"]*",/, '')),
          }
        : record,
    );
    const found = reasons(replayed(records));
    expect(found[0]).toContain('an older version wrote it');
    expect(found).toContain('the decision that it follows is not among the records');
  });

  it('is said where records are gone that others build on', () => {
    const [, second] = journal('first-stop').filter(({ type }) => type === 'inputs_noted');
    const records = journal('first-stop').filter(({ seq }) => seq !== second?.seq);
    const found = replayed(records);
    expect(differences(found)).toEqual([]);
    expect(reasons(found)).toEqual(['what was looked at builds on records that are not there']);
  });

  it('is said where nothing tells of the settings', () => {
    const records = journal('first-stop').filter(({ type }) => type !== 'settings_loaded');
    expect(reasons(replayed(records))).toEqual(['no record before it tells of the settings']);
  });

  it('is said of settings that this version cannot read', () => {
    const records = withChange(journal('first-stop'), 'settings_loaded', (body) =>
      body.replace('"mode":"execute"', '"mode":"guess"'),
    );
    expect(reasons(replayed(records))[0]).toContain('this version cannot read the settings');
  });
});

describe('a replay under other settings', () => {
  const tighter = { policies: { stopLoss: { percent: '3' } } };

  it('says which decisions would have differed, and whose word it is', () => {
    const found = differences(replayed(journal('first-stop'), tighter));
    const [decision] = found.filter(({ what }) => what === 'decision');
    expect(decision?.by).toContain('stop-loss');
    expect(decision?.effect.recorded).toContain('stop 92');
    expect(decision?.effect.derived).toContain('stop 97');
    expect(found.some(({ what }) => what === 'plan')).toBe(true);
  });

  it('says which verdicts would have differed', () => {
    const patient = { policies: { partialProfit: { placed: 'when_reached' } } };
    const found = differences(replayed(journal('veto'), patient));
    const changed = found.filter(({ effect }) => effect.recorded !== effect.derived);
    expect(changed.map(({ what }) => what)).not.toContain('decision');
    expect(changed[0]?.effect).toEqual({
      recorded: 'denied: fresh-data quote_stale',
      derived: 'passed',
    });
    expect(changed[0]?.by).toEqual(['fresh-data']);
  });

  it('finds nothing where the other settings are the same', () => {
    expect(differences(replayed(journal('first-stop'), {}))).toEqual([]);
  });
});
