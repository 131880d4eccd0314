import { approvalCases } from './approval-cases.ts';
import { argumentCases } from './argument-cases.ts';
import type { AttackCase } from './case.ts';
import { lifecycleCases } from './lifecycle-cases.ts';
import { outsideCases } from './outside-cases.ts';

/** Every attack that is written down, always the same ones in the same order. */
export const allCases = (): readonly AttackCase[] => [
  ...argumentCases(),
  ...lifecycleCases(),
  ...approvalCases(),
  ...outsideCases(),
];
