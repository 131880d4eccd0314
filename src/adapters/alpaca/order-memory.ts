import type { EpochMs } from '../../domain/time.ts';
import type { OrderFamilies } from './families.ts';
import { hasEnded } from './mapping.ts';
import type { WireLeg, WireOrder } from './wire.ts';

/** What a complete look at the orders leaves behind for the next one. */
export type OrderMemory = {
  /** When the look began. */
  readonly at: EpochMs;
  /** Every group that lived at that look or has changed since this time is in it. */
  readonly since: EpochMs;
  /** When the newest order was submitted, by Alpaca's clock. */
  readonly newestAt: EpochMs;
  readonly groups: OrderGroups;
  readonly liveIds: ReadonlySet<string>;
  /** When the oldest group with a live member was submitted. */
  readonly liveSince: EpochMs;
  /** When each order since then was submitted: as many stand in a list of all of them. */
  readonly submittedAt: ReadonlyMap<string, EpochMs>;
};

/** Orders with their legs, by the id of the order that the legs hang on. */
export type OrderGroups = ReadonlyMap<string, WireOrder>;

export const submissionOf = (wire: WireLeg): EpochMs => Date.parse(wire.submitted_at);

/** A member of a group, and the id under which the group is kept. */
export type Member = { readonly wire: WireLeg; readonly groupId: string };

export function membersOf(groups: OrderGroups): ReadonlyMap<string, Member> {
  const members = new Map<string, Member>();
  for (const [groupId, wire] of groups) {
    for (const leg of wire.legs ?? []) members.set(leg.id, { wire: leg, groupId });
    if (!members.has(wire.id)) members.set(wire.id, { wire, groupId });
  }
  return members;
}

/**
 * Each order once. An order that was replaced goes on naming the legs that its successor has now,
 * and would keep them as they were; a leg that was told of alone is in its group later.
 */
export function eachOnce(groups: OrderGroups, families: OrderFamilies): OrderGroups {
  const legIds = new Set([...groups.values()].flatMap(({ legs }) => idsOf(legs)));
  const once = new Map<string, WireOrder>();
  for (const [groupId, wire] of groups) {
    const isAlone = wire.legs == null || wire.legs.length === 0;
    if (isAlone && legIds.has(groupId)) continue;
    const own = wire.legs?.filter((leg) => {
      const parentId = families.parentOf(leg) ?? groupId;
      return parentId === groupId || !groups.has(parentId);
    });
    const isWhole = own === undefined || own.length === wire.legs?.length;
    once.set(groupId, isWhole ? wire : { ...wire, legs: own });
  }
  return once;
}

/** Whether the second word about an order counts and not the first; what has ended stays ended. */
export function isNews(known: WireLeg | undefined, told: WireLeg): boolean {
  if (known === undefined) return true;
  if (hasEnded(known) !== hasEnded(told)) return hasEnded(told);
  return Date.parse(told.updated_at) >= Date.parse(known.updated_at);
}

const idsOf = (legs: WireOrder['legs']): readonly string[] => (legs ?? []).map(({ id }) => id);
