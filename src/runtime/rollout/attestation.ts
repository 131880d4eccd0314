import { canonicalText, type Json, toJson } from '../../domain/canonical.ts';
import { fieldAt } from '../../domain/record-body.ts';
import type { TradingStateLevels } from '../account/trading-state.ts';
import type { AlertBoard } from '../journal/alert-board.ts';

const CODE = 'not_as_deployed';

/** What runs: said in the journal by each process as it starts. */
export type Attestation = {
  readonly codeVersion: string;
  /** Digest of the program itself; null where nobody read it. */
  readonly codeHash: string | null;
  readonly settingsHash: string;
  /** By name, in order of precedence. */
  readonly tradingPolicies: readonly string[];
  readonly guardrails: readonly string[];
};

/** What the settings file says was deployed; null for what it says nothing about. */
export type Expected = {
  readonly settingsHash: string | null;
  readonly codeVersion: string | null;
};

/** In words, what is not as it was in the process before this one. */
export function changesSince(before: Json | null, now: Attestation): readonly string[] {
  if (before === null) return [];
  return Object.entries(now).flatMap(([name, value]) => {
    const was = fieldAt(before, name);
    const isSame = was === undefined || canonicalText(was) === canonicalText(toJson(value));
    return isSame ? [] : [`${name} was ${shown(was ?? null)} and is ${shown(toJson(value))}`];
  });
}

/** In words, what is not as it was declared. */
export function mismatches(expected: Expected, now: Attestation): readonly string[] {
  const pairs = [
    ['codeVersion', expected.codeVersion, now.codeVersion],
    ['settingsHash', expected.settingsHash, now.settingsHash],
  ] as const;
  return pairs.flatMap(([name, should, is]) =>
    should === null || should === is ? [] : [`expect.${name} is ${should}, and ${is} runs`],
  );
}

/** While something else runs than was declared, the account only reduces. */
export function enforceExpected(
  found: readonly string[],
  { tradingState, alerts }: { tradingState: TradingStateLevels; alerts: AlertBoard },
): void {
  if (found.length === 0) return;
  const because = `not what was deployed here: ${found.join('; ')}`;
  alerts.raise({ code: CODE, symbol: null, because });
  const clearedBy = 'a restart with what was declared, or with another declaration';
  tradingState.raise({ state: 'reducing', code: CODE, because, clearedBy });
}

function shown(value: Json): string {
  if (!Array.isArray(value)) return String(value);
  return value.length === 0 ? 'none' : value.join(', ');
}
