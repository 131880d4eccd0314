import type { ActionPlan } from '../../src/domain/plan.ts';

/** For plans of tests that are about something else: made under no terms, and nobody is asked. */
export const anyTerms: Pick<ActionPlan, 'terms' | 'approval'> = {
  terms: {
    snapshotDigest: '0'.repeat(64),
    settingsHash: '0'.repeat(64),
    codeVersion: 'test',
    mode: 'execute',
    tolerance: { priceBps: 50 },
  },
  approval: { tier: 'T0', because: ['it is a test'] },
};
