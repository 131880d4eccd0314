import type { Json } from '../../domain/canonical.ts';
import { fieldAt } from '../../domain/record-body.ts';
import { revived, revivedFields } from '../../domain/revival.ts';
import type { ReviewBasis } from '../review/review-basis.ts';
import {
  type BasisParts,
  type Keyed,
  LISTS,
  type ListName,
  messageIn,
  NONE,
} from './replay-patch.ts';

type JsonFields = { readonly [key: string]: Json };

/**
 * The parts that a review saw, out of those of the review before it and what the journal says
 * has changed since.
 *
 * @param before null where the patch tells all of it
 * @returns null for a patch that does not fit what was before
 */
export function patched(before: BasisParts | null, patch: Json): BasisParts | null {
  const merged = (name: 'snapshot' | 'facts' | 'rest') => ({
    ...before?.[name],
    ...revivedFields(fieldsOf(fieldAt(patch, name))),
  });
  const changes = fieldsOf(fieldAt(patch, 'lists'));
  const lists: [ListName, Keyed][] = [];
  for (const name of LISTS) {
    const list = patchedList(before?.lists[name] ?? NONE, fieldsOf(changes[name]));
    if (list === null) return null;
    lists.push([name, list]);
  }
  return {
    snapshot: merged('snapshot'),
    facts: merged('facts'),
    rest: merged('rest'),
    lists: Object.fromEntries(lists) as Record<ListName, Keyed>,
  };
}

function patchedList(before: Keyed, patch: JsonFields): Keyed | null {
  const fresh = fieldsOf(patch.fresh);
  const changed = fieldsOf(patch.changed);
  const keys = keysAfter(before.keys, patch.keys);
  if (keys === null) return null;
  const itemOf = new Map(before.keys.map((key, index) => [key, before.items[index] ?? null]));
  const items = keys.map((key) => {
    const [whole, fields] = [fresh[key], changed[key]];
    if (whole !== undefined) return revived(whole) as object;
    const was = itemOf.get(key) ?? null;
    return fields === undefined ? was : { ...was, ...revivedFields(fieldsOf(fields)) };
  });
  return { keys, items };
}

function keysAfter(before: readonly string[], runs: Json | undefined): readonly string[] | null {
  if (!Array.isArray(runs)) return before;
  const keys: string[] = [];
  for (const run of runs) {
    if (typeof run === 'string') keys.push(run);
    else {
      const [first, count] = Array.isArray(run) ? run : [];
      const kept = before.slice(Number(first), Number(first) + Number(count));
      if (kept.length !== count) return null;
      keys.push(...kept);
    }
  }
  return keys;
}

/** What a review saw, as guardrails take it: the journal was written from the same types. */
export function basisFrom({ snapshot, facts, rest, lists }: BasisParts): ReviewBasis {
  const { hasMessages, ...known } = facts;
  const mapOf = (value: unknown) => new Map(Object.entries((value ?? {}) as object));
  const mapIn = ({ keys, items }: Keyed) => new Map(keys.map((key, index) => [key, items[index]]));
  const basis: Record<keyof ReviewBasis, unknown> = {
    ...{ now: rest.now, environment: rest.environment, unknown: rest.unknown },
    doubts: mapOf(rest.doubts),
    snapshot: {
      ...snapshot,
      positions: lists.positions.items,
      orders: lists.orders.items,
      markets: mapIn(lists.markets),
      episodes: mapIn(lists.episodes),
      intents: lists.intents.items,
    },
    facts: {
      ...known,
      groups: mapOf(known.groups),
      ...(known.entries === undefined ? {} : { entries: mapOf(known.entries) }),
      messages: hasMessages === true ? lists.messages.keys.map(messageIn) : null,
    },
    sent: lists.sent.items,
  };
  return basis as ReviewBasis;
}

const fieldsOf = (value: Json | undefined): JsonFields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonFields) : {};
