import type { OrderMessage } from '../../domain/control-facts.ts';
import { Decimal } from '../../domain/decimal.ts';
import type { SentStep } from '../../domain/guardrail.ts';
import type { ReviewBasis } from '../review/review-basis.ts';

/**
 * What one review saw, told as the difference to what the review before it saw: of a list only
 * what is new and the fields that changed, of everything else the fields that changed. What did
 * not change since is not written twice, however many reviews look at it.
 */
export type ReviewPatch = {
  readonly snapshot: Fields;
  readonly facts: Fields;
  readonly rest: Fields;
  readonly lists: Readonly<Record<string, ListPatch>>;
};

type ListPatch = {
  /** The keys in order, as runs of those before ([first, count]) and new ones between; absent
   * where they are as before. */
  readonly keys?: Runs;
  /** Items that were not there, or that have lost a field. */
  readonly fresh?: Readonly<Record<string, unknown>>;
  /** Of the others, the fields that changed. */
  readonly changed?: Readonly<Record<string, Fields>>;
};

type Runs = readonly (string | readonly [number, number])[];
type Fields = Readonly<Record<string, unknown>>;

/** A list by keys in its order; `null` stands for an item that its key says all of. */
export type Keyed = {
  readonly keys: readonly string[];
  readonly items: readonly (object | null)[];
};

/** A basis in the parts that are compared with the next one's. */
export type BasisParts = {
  readonly snapshot: Fields;
  readonly facts: Fields;
  readonly rest: Fields;
  readonly lists: Readonly<Record<ListName, Keyed>>;
};

export const LISTS = [
  'positions',
  'orders',
  'markets',
  'episodes',
  'intents',
  'sent',
  'messages',
] as const;
export type ListName = (typeof LISTS)[number];

/** @param before the parts of the basis before; lists that are the same object are not walked */
export function partsOf(basis: ReviewBasis, before: Before | null): BasisParts {
  const { snapshot, facts, sent, doubts, unknown, environment, now } = basis;
  const { positions, orders, markets, episodes, intents, ...ofSnapshot } = snapshot;
  const { messages, ...ofFacts } = facts;
  const lists = before && listsIn(before.basis);
  const old = (name: ListName, list: unknown, make: (was: Keyed) => Keyed): Keyed => {
    const was = before?.parts.lists[name] ?? NONE;
    return lists !== null && lists[name] === list ? was : make(was);
  };
  return {
    snapshot: ofSnapshot,
    facts: { ...ofFacts, hasMessages: messages !== null },
    rest: { doubts, unknown, environment, now },
    lists: {
      positions: old('positions', positions, (was) =>
        keyed(positions, ({ symbol }) => symbol, was),
      ),
      orders: old('orders', orders, (was) => keyed(orders, ({ id }) => id, was)),
      markets: old('markets', markets, () => keyedAsIn(markets)),
      episodes: old('episodes', episodes, () => keyedAsIn(episodes)),
      intents: old('intents', intents, (was) => keyed(intents, (one) => one.clientOrderId, was)),
      sent: old('sent', sent, (was) => keyed(sent, sentKey, was)),
      messages: old('messages', messages, () => lines(messages ?? [])),
    },
  };
}

export type Before = { readonly basis: ReviewBasis; readonly parts: BasisParts };

const listsIn = ({ snapshot, sent, facts }: ReviewBasis): Record<ListName, unknown> => ({
  positions: snapshot.positions,
  orders: snapshot.orders,
  markets: snapshot.markets,
  episodes: snapshot.episodes,
  intents: snapshot.intents,
  sent,
  messages: facts.messages,
});

/** What has to be written so that `after` can be made of `before`. */
export function patchBetween(before: BasisParts | null, after: BasisParts): ReviewPatch {
  const lists = LISTS.flatMap((name) => {
    const patch = listPatch(before?.lists[name] ?? NONE, after.lists[name]);
    return patch === null ? [] : [[name, patch] as const];
  });
  return {
    snapshot: changedFields(before?.snapshot ?? {}, after.snapshot),
    facts: changedFields(before?.facts ?? {}, after.facts),
    rest: changedFields(before?.rest ?? {}, after.rest),
    lists: Object.fromEntries(lists),
  };
}

export const NONE: Keyed = { keys: [], items: [] };

function listPatch(before: Keyed, after: Keyed): ListPatch | null {
  if (before === after) return null;
  const fresh: Record<string, unknown> = {};
  const changed: Record<string, Fields> = {};
  const placeOf = placesIn(before);
  for (const [index, item] of after.items.entries()) {
    // Most are as they were, where they were.
    if (item === null || (item === before.items[index] && isKeptAt(index, before, after))) continue;
    const key = after.keys[index] ?? '';
    const place = placeOf(key);
    const was = place === undefined ? undefined : before.items[place];
    if (was === item) continue;
    if (was === undefined || was === null || hasLost(was, item)) fresh[key] = item;
    else {
      const fields = changedFields(was, item);
      if (Object.keys(fields).length > 0) changed[key] = fields;
    }
  }
  const keys = runsOf(before.keys, after.keys, placeOf);
  const patch = {
    ...(keys === null ? {} : { keys }),
    ...(isEmpty(fresh) ? {} : { fresh }),
    ...(isEmpty(changed) ? {} : { changed }),
  };
  return isEmpty(patch) ? null : patch;
}

const isEmpty = (fields: object): boolean => Object.keys(fields).length === 0;

const isKeptAt = (index: number, before: Keyed, after: Keyed): boolean =>
  before.keys[index] === after.keys[index];

/** Where each key stands; sorted out only when somebody asks. */
function placesIn({ keys }: Keyed): (key: string) => number | undefined {
  let places: ReadonlyMap<string, number> | null = null;
  return (key) => {
    places ??= new Map(keys.map((each, index) => [each, index]));
    return places.get(key);
  };
}

/** The keys after as runs of those before; null when they are the same in the same order. */
function runsOf(
  before: readonly string[],
  after: readonly string[],
  placeOf: (key: string) => number | undefined,
): Runs | null {
  if (before.length === after.length && before.every((key, index) => key === after[index])) {
    return null;
  }
  const runs: (string | [number, number])[] = [];
  for (const key of after) {
    const place = placeOf(key);
    const last = runs.at(-1);
    if (place === undefined) runs.push(key);
    else if (Array.isArray(last) && last[0] + last[1] === place) last[1] += 1;
    else runs.push([place, 1]);
  }
  return runs;
}

/** Fields of `after` that differ; one that is absent now is not among them. */
function changedFields(before: object, after: object): Fields {
  const changed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(after)) {
    if (!isSame(Reflect.get(before, name), value)) changed[name] = value;
  }
  return changed;
}

const hasLost = (before: object, after: object): boolean =>
  Object.entries(before).some(
    ([name, value]) => value !== undefined && Reflect.get(after, name) === undefined,
  );

/** Equal as the journal would write them. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false;
  if (one instanceof Decimal) return other instanceof Decimal && one.eq(other);
  if (Array.isArray(one)) {
    return (
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, index) => isSame(item, other[index]))
    );
  }
  if (one instanceof Map) {
    return (
      other instanceof Map &&
      one.size === other.size &&
      [...one].every(([key, item]) => isSame(item, other.get(key)))
    );
  }
  return !hasLost(one, other) && isEmpty(changedFields(one, other));
}

/** In the order of the list; two items under one key are told apart by their place. */
function keyed<Item extends object>(
  list: readonly Item[],
  keyOf: (item: Item) => string,
  was: Keyed,
): Keyed {
  const isSameAt = (item: Item, index: number): boolean =>
    item === was.items[index] || keyOf(item) === was.keys[index];
  if (list.length === was.keys.length && list.every(isSameAt))
    return { keys: was.keys, items: list };
  const keys = new Set<string>();
  for (const [index, item] of list.entries()) {
    const key = keyOf(item);
    keys.add(keys.has(key) ? `${key} ${index}` : key);
  }
  return { keys: [...keys], items: list };
}

const keyedAsIn = (map: ReadonlyMap<string, object>): Keyed => ({
  keys: [...map.keys()],
  items: [...map.values()],
});

const sentKey = ({ clientOrderId, planId, fingerprint, at }: SentStep): string =>
  `${at} ${clientOrderId ?? `${planId} ${fingerprint}`}`;

function lines(messages: readonly OrderMessage[]): Keyed {
  const counts = new Map<string, number>();
  const keys = messages.map(({ at, symbol }) => {
    const line = `${at} ${symbol}`;
    const count = counts.get(line) ?? 0;
    counts.set(line, count + 1);
    return count === 0 ? line : `${line} ${count}`;
  });
  return { keys, items: keys.map(() => null) };
}

export const messageIn = (line: string): OrderMessage => {
  const [at = '', symbol = ''] = line.split(' ');
  return { at: Number(at), symbol };
};
