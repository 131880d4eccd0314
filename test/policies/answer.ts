import { expect } from 'vitest';
import { guardrails } from '../../policies/registry.ts';
import type { Verdict } from '../../src/domain/guardrail.ts';
import { type GivenReview, reviewOf, settings } from './support.ts';

/** A verdict whose words are held as well, in the snapshot beside the test: people read them. */
export function said(verdict: Verdict): Verdict {
  const { guardrail, symbol, code, measured, limit, because, wouldPass } = verdict;
  const words = [guardrail, symbol, code ?? 'pass', measured, limit, because, wouldPass ?? '-'];
  expect(words.join(' | ')).toMatchSnapshot();
  return verdict;
}

/** What one guardrail says of a step, with some of the settings otherwise. */
export const answer = (name: string, given: GivenReview, changes: object = {}): Verdict => {
  const guardrail = guardrails(settings(changes)).find((one) => one.name === name);
  if (guardrail === undefined) throw new Error(`there is no guardrail ${name}`);
  return said(guardrail.review(reviewOf(given)));
};

/** Why it denies it; null when it does not. */
export const codeOf = (...asked: Parameters<typeof answer>) => answer(...asked).code;

/** The same of a verdict that a guardrail gave which was looked for by its name. */
export const told = (verdict: Verdict | undefined): Verdict | undefined => verdict && said(verdict);
