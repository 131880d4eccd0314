import { describe, expect, it } from 'vitest';
import { decimal } from '../../src/domain/decimal.ts';
import { grouped, unlessChanged } from '../../src/engine/account/kept.ts';

type Item = { readonly key: string; readonly says: number };
const item = (key: string, says = 0): Item => ({ key, says });
const asSorted = (items: readonly Item[]) => {
  const groups = new Map<string, Item[]>();
  for (const each of items) groups.set(each.key, [...(groups.get(each.key) ?? []), each]);
  return groups;
};

describe('groups of one list after another', () => {
  const [a, b, more] = [item('A'), item('B'), item('A', 1)];
  const changed = item('A', 2);

  it.each([
    ['an item is exchanged in place', [changed, b, more]],
    ['an item comes to the end', [a, b, more, item('B', 3)]],
    ['an item of a new group comes to the end', [a, b, more, item('C')]],
    ['an item goes', [b, more]],
    ['an item goes and another comes', [b, more, item('C')]],
    ['an item moves to another group', [item('B', 4), b, more]],
    ['nothing is left', []],
  ])('are those of the list by itself where %s', (_, next) => {
    const groupsOf = grouped(({ key }: Item) => key);
    groupsOf([a, b, more]);
    expect([...groupsOf(next)]).toEqual([...asSorted(next)]);
  });

  it('share what stayed as it was, and nothing else', () => {
    const groupsOf = grouped(({ key }: Item) => key);
    const first = groupsOf([a, b, more]);
    const second = groupsOf([changed, b, more]);
    expect(second.get('B')).toBe(first.get('B'));
    expect(second.get('A')).toEqual([changed, more]);
    expect(first.get('A')).toEqual([a, more]);
    expect(groupsOf([b]).get('B')).toBe(first.get('B'));
  });
});

describe('what is made of something and of other things besides', () => {
  const madeBy = () => {
    let times = 0;
    return unlessChanged((source: Item, price: unknown) => {
      times += 1;
      return `${source.key} ${price} ${times}`;
    });
  };

  it('is made once while the others are the same, equal figures included', () => {
    const [make, source] = [madeBy(), item('A')];
    expect(make(source, decimal('1.50'))).toBe('A 1.5 1');
    expect(make(source, decimal('1.5'))).toBe('A 1.5 1');
  });

  it('is made anew for another figure, for none, and for another source that is equal', () => {
    const [make, source] = [madeBy(), item('A')];
    make(source, decimal('1.5'));
    expect(make(source, decimal('1.6'))).toBe('A 1.6 2');
    expect(make(source, null)).toBe('A null 3');
    expect(make(item('A'), null)).toBe('A null 4');
  });
});
