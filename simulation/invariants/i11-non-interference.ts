import type { Rule } from './rule.ts';

/** Advice can only make BigBrother more careful. */
export const adviceOnlyTightens: Rule = {
  number: 11,
  sentence: 'A step taken with advice carries no more risk than the same step without it.',
  vacuousBecause: 'there is no layer of advice yet: nothing from outside reaches a decision',
  watch: () => ({}),
};
