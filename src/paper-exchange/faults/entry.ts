import type { FaultRuleInput } from './rule.ts';

/** Where an order is submitted. */
export const submission = { method: 'POST', route: '/v2/orders' } as const;
export const once = { times: 1 } as const;

/** An injection that needs rules only, the same in every scene. */
export const by =
  (...rules: readonly FaultRuleInput[]) =>
  () => ({ rules });
