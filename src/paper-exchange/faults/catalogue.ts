import type { CommandInput } from '../protocol/command.ts';
import { accountFaults } from './catalogue-account.ts';
import { dataFaults } from './catalogue-data.ts';
import { orderFaults } from './catalogue-orders.ts';
import { transportFaults } from './catalogue-transport.ts';
import type { FaultRuleInput } from './rule.ts';

/** What a fault is to befall. */
export type Scene = {
  readonly symbol: string;
  /** About where it trades, in dollars. */
  readonly price: number;
  /** Shares of it that are held. */
  readonly shares: number;
  /** A resting order of the account. */
  readonly orderId: string;
  readonly now: number;
};

/** How a fault is brought about: by rules that wait for it, by commands that do it, or both. */
export type Injection = {
  readonly rules?: readonly FaultRuleInput[];
  readonly commands?: readonly CommandInput[];
  /** Time has to pass up to this session. */
  readonly session?: 'pre' | 'regular' | 'post' | 'closed';
};

export type CatalogueEntry = {
  readonly id: string;
  readonly what: string;
  readonly inject: (scene: Scene) => Injection;
};

/**
 * Every fault of the broker, the transport and the data that this exchange can bring about:
 * B, N and D by the numbers of the project's failure-mode catalogue, the others by their names.
 */
export const catalogue: readonly CatalogueEntry[] = [
  ...transportFaults,
  ...orderFaults,
  ...accountFaults,
  ...dataFaults,
];

/** Null when the catalogue has no such id. Rules without an id are named after the entry. */
export function injectionOf(id: string, scene: Scene): Injection | null {
  const entry = catalogue.find((one) => one.id === id);
  if (entry === undefined) return null;
  const { rules = [], ...rest } = entry.inject(scene);
  const named = rules.map((rule, place) => ({
    id: place === 0 ? id : `${id}.${place + 1}`,
    ...rule,
  }));
  return { ...rest, rules: named };
}
