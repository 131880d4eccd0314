import { Decimal } from '../../domain/decimal.ts';

/** Snapshots share what did not change, so that what is made of it is made once. */
export function indexed<Source extends object, Index>(
  index: (source: Source) => Index,
): (source: Source) => Index {
  const indexes = new WeakMap<Source, Index>();
  return (source) => {
    const known = indexes.get(source);
    if (known !== undefined) return known;
    const made = index(source);
    indexes.set(source, made);
    return made;
  };
}

type Groups<Item, Key> = {
  readonly items: readonly Item[];
  readonly groups: ReadonlyMap<Key, readonly Item[]>;
};

/**
 * Lists sorted into groups, each in the order of its list. A group that consists of the very
 * items that it had in the list before is the same object as there. A list that differs from the
 * one before in a few items costs little more than a look at them.
 */
export function grouped<Item extends object, Key>(
  keyOf: (item: Item) => Key,
): (items: readonly Item[]) => ReadonlyMap<Key, readonly Item[]> {
  let last: Groups<Item, Key> = { items: [], groups: new Map() };
  return indexed((items) => {
    const groups = changedGroups(last, items, keyOf) ?? allGroups(last, items, keyOf);
    last = { items, groups };
    return groups;
  });
}

/** Null where more has happened than that items were exchanged in place or came to the end. */
function changedGroups<Item, Key>(
  last: Groups<Item, Key>,
  items: readonly Item[],
  keyOf: (item: Item) => Key,
): ReadonlyMap<Key, readonly Item[]> | null {
  if (items.length < last.items.length) return null;
  const groups = new Map(last.groups);
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index];
    const was = last.items[index];
    if (item === undefined || was === item) continue;
    const key = keyOf(item);
    const group = groups.get(key) ?? [];
    if (was === undefined) groups.set(key, [...group, item]);
    else if (keyOf(was) !== key) return null;
    else groups.set(key, group.with(group.indexOf(was), item));
  }
  return groups;
}

function allGroups<Item, Key>(
  last: Groups<Item, Key>,
  items: readonly Item[],
  keyOf: (item: Item) => Key,
): ReadonlyMap<Key, readonly Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  const shared = new Map<Key, readonly Item[]>(groups);
  for (const [key, group] of groups) {
    const before = last.groups.get(key);
    if (before !== undefined && hasSameItems(before, group)) shared.set(key, before);
  }
  return shared;
}

/** What `make` made of `source` the last time, as long as all else is what it was then. */
export function unlessChanged<Source extends object, Rest extends readonly unknown[], Made>(
  make: (source: Source, ...rest: Rest) => Made,
): (source: Source, ...rest: Rest) => Made {
  const known = new WeakMap<Source, { readonly rest: Rest; readonly made: Made }>();
  return (source, ...rest) => {
    const last = known.get(source);
    if (last !== undefined && areSame(last.rest, rest)) return last.made;
    const made = make(source, ...rest);
    known.set(source, { rest, made });
    return made;
  };
}

const hasSameItems = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index]);

function areSame(before: readonly unknown[], after: readonly unknown[]): boolean {
  for (let index = 0; index < after.length; index += 1) {
    if (!isSame(before[index], after[index])) return false;
  }
  return true;
}

const isSame = (a: unknown, b: unknown): boolean =>
  a === b || (a instanceof Decimal && b instanceof Decimal && a.eq(b));
