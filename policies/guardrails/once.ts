/**
 * Finds something out about a list of a whole account or plan once, however many parts of the plan
 * are reviewed: such lists never change, so that the same list has the same answer.
 */
export function onceOf<List extends object, Found extends NonNullable<unknown>>(
  find: (list: List) => Found,
): (list: List) => Found {
  const known = new WeakMap<List, Found>();
  return (list) => {
    const before = known.get(list);
    if (before !== undefined) return before;
    const found = find(list);
    known.set(list, found);
    return found;
  };
}
