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
