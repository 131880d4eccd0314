/**
 * An object that shows at each moment what `current` gives: for parts that were handed their
 * settings once, and are to follow when these change. The names of its fields stay the same.
 */
export function liveView<Shown extends object>(current: () => Shown): Shown {
  const names = Object.keys(current());
  const getters = names.map(
    (name) =>
      [
        name,
        { enumerable: true, configurable: true, get: () => Reflect.get(current(), name) },
      ] as const,
  );
  return Object.defineProperties({}, Object.fromEntries(getters)) as Shown;
}
