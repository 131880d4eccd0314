import type { DenialCode, ReviewInput, Verdict } from '../../src/domain/guardrail.ts';

type Finding = {
  /** What was found and what is allowed, with their unit. */
  readonly measured: string;
  readonly limit: string;
  readonly because: string;
};

export const pass = (guardrail: string, { part }: ReviewInput, finding: Finding): Verdict => ({
  guardrail,
  symbol: part.symbol,
  outcome: 'pass',
  code: null,
  measured: finding.measured,
  limit: finding.limit,
  because: finding.because,
  wouldPass: null,
});

export const deny = (
  guardrail: string,
  { part }: ReviewInput,
  code: DenialCode,
  finding: Finding & { readonly wouldPass: string },
): Verdict => ({
  guardrail,
  symbol: part.symbol,
  outcome: 'deny',
  code,
  measured: finding.measured,
  limit: finding.limit,
  because: finding.because,
  wouldPass: finding.wouldPass,
});

/** The answer to a plan that opens nothing, of a control that is for entries only. */
export const passExits = (guardrail: string, input: ReviewInput, limit: string): Verdict =>
  pass(guardrail, input, {
    measured: 'no entry',
    limit,
    because: 'exits and protection are not held back by this',
  });

/** A control that cannot measure lets nothing pass. */
export const denyUnknown = (
  guardrail: string,
  input: ReviewInput,
  limit: string,
  what: string,
): Verdict =>
  deny(guardrail, input, 'data_missing', {
    measured: 'unknown',
    limit,
    because: `${what}, and nothing passes unmeasured`,
    wouldPass: 'exits and protection, or the same plan once it is known',
  });
