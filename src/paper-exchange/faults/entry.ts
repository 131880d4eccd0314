import type { Scene } from './catalogue.ts';
import type { FaultRuleInput } from './rule.ts';

/** Where an order is submitted. */
export const submission = { method: 'POST', route: '/v2/orders' } as const;
export const once = { times: 1 } as const;

/** An injection that needs rules only, the same in every scene. */
export const by =
  (...rules: readonly FaultRuleInput[]) =>
  () => ({ rules });

/** What befalls the next order that is submitted. */
export const onOrder = (what: FaultRuleInput['what']) =>
  by({ where: submission, when: once, what });

export const dollars = (amount: number): string => amount.toFixed(2);

/** An order as somebody else would send it. */
export const order = ({ symbol }: Scene, fields: Readonly<Record<string, string>>) =>
  ({
    do: 'order',
    body: { symbol, side: 'sell', time_in_force: 'gtc', ...fields },
  }) as const;
