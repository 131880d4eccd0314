import type { Json } from '../../domain/canonical.ts';
import { canonicalText } from '../../domain/canonical.ts';
import { parseDecimal } from '../../domain/decimal.ts';
import type { Direction } from '../../domain/settings-direction.ts';

/** One setting that is not what it was. */
export type SettingChange = {
  /** Such as `policies.dailyLoss.percentOfEquity`. */
  readonly path: string;
  readonly before: Json;
  readonly after: Json;
  /** `looser` also where nobody can tell. */
  readonly effect: 'tighter' | 'looser';
};

/** What differs, in the order of the paths. A setting that one of them lacks is null there. */
export function changesBetween(
  before: Json,
  after: Json,
  directionOf: (path: string) => Direction | null,
): readonly SettingChange[] {
  const [old, wanted] = [leavesOf(before), leavesOf(after)];
  const paths = [...new Set([...old.keys(), ...wanted.keys()])].sort();
  return paths.flatMap((path) => {
    const [was, becomes] = [old.get(path) ?? null, wanted.get(path) ?? null];
    if (canonicalText(was) === canonicalText(becomes)) return [];
    const isTighter = tightens(directionOf(path), was, becomes);
    return [{ path, before: was, after: becomes, effect: isTighter ? 'tighter' : 'looser' }];
  });
}

/** The value at a path; null where there is none. */
export const valueAt = (settings: Json, path: string): Json => leavesOf(settings).get(path) ?? null;

/** `settings` with the changes made in it; the rest is as it was. */
export function withChanges(settings: Json, changes: readonly SettingChange[]): Json {
  return changes.reduce<Json>(
    (whole, { path, after }) => put(whole, path.split('.'), after),
    settings,
  );
}

/** In words: `policies.dailyLoss.percentOfEquity: "2" -> "1"`. */
export const changeInWords = ({ path, before, after }: SettingChange): string =>
  `${path}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`;

function tightens(direction: Direction | null, before: Json, after: Json): boolean {
  switch (direction) {
    case null:
      return false;
    case 'lower':
    case 'higher':
      return tightensAmount(direction, before, after);
    case 'off':
      return before === true && after === false;
    case 'on':
      return before === false && after === true;
    case 'fewer':
      return isLess(after, before);
    case 'more':
      return isLess(before, after);
    default:
      return tightensRank(direction, before, after);
  }
}

function tightensAmount(direction: 'lower' | 'higher', before: Json, after: Json): boolean {
  if (after === null) return false;
  if (before === null) return true;
  const [was, becomes] = [parseDecimal(String(before)), parseDecimal(String(after))];
  if (was === null || becomes === null) return false;
  return direction === 'lower' ? becomes.lt(was) : becomes.gt(was);
}

function tightensRank(strictestFirst: readonly string[], before: Json, after: Json): boolean {
  const [was, becomes] = [before, after].map((value) => strictestFirst.indexOf(String(value)));
  return was !== undefined && becomes !== undefined && becomes >= 0 && becomes < was;
}

/** Whether a list names only some of what another names. In another order it names no less. */
const isLess = (part: Json, whole: Json): boolean => names(whole, part) && !names(part, whole);

const names = (list: Json, others: Json): boolean =>
  Array.isArray(list) && Array.isArray(others) && others.every((each) => list.includes(each));

/** Every value that is no object, by its path. */
function leavesOf(settings: Json, path: readonly string[] = []): Map<string, Json> {
  if (!isObject(settings)) return new Map([[path.join('.'), settings]]);
  return new Map(
    Object.entries(settings).flatMap(([name, value]) => [...leavesOf(value, [...path, name])]),
  );
}

function put(whole: Json, [name, ...rest]: readonly string[], value: Json): Json {
  if (name === undefined) return value;
  const fields = isObject(whole) ? whole : {};
  return { ...fields, [name]: put(fields[name] ?? {}, rest, value) };
}

const isObject = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `wanted`, with what `accepted` says of each of its settings; what only that knows is left out. */
export function knownIn(accepted: Json, wanted: Json): Json {
  const known = leavesOf(accepted);
  const changes = [...leavesOf(wanted)].flatMap(([path, before]) => {
    const after = known.get(path);
    return after === undefined ? [] : [{ path, before, after, effect: 'looser' as const }];
  });
  return withChanges(wanted, changes);
}
