import { z } from 'zod';
import { type Decimal, decimal, parseDecimal } from '../src/domain/decimal.ts';

/**
 * A setting that is an exact decimal, both ends allowed. A file may hold it as text or as
 * a number; it is read digit by digit either way and never calculated as a float.
 */
export const decimalSetting = (least: string, most: string) =>
  z
    .custom<string | number>(
      (value) => isWithin(readDecimal(value), least, most),
      `a decimal number from ${least} to ${most}`,
    )
    // What the published schema shows for it.
    .meta({
      anyOf: [
        { type: 'number', minimum: Number(least), maximum: Number(most) },
        { type: 'string', pattern: '^-?\\d+(\\.\\d+)?$' },
      ],
    })
    .transform((value) => decimal(String(value).trim()));

/** A setting that is a whole number, both ends allowed. */
export const wholeSetting = (least: number, most: number) =>
  z
    .custom<number>(
      (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
      `a whole number from ${least} to ${most}`,
    )
    .meta({ type: 'integer', minimum: least, maximum: most });

const ALLOWED = 'allowed: ';

/** Settings by name; a name that is not among them is refused, and told which are. */
export const settingsObject = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? ALLOWED + Object.keys(shape).join(', ') : undefined,
  });

/**
 * One sentence for each setting that is wrong: its name, the value it has and what is
 * allowed.
 *
 * @param error what zod found wrong
 * @param input what zod was given
 */
export const settingsProblem = (error: z.ZodError, input: unknown): readonly string[] =>
  error.issues.map((issue) => sentenceFor(issue, input));

function sentenceFor(issue: z.core.$ZodIssue, input: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => `"${[...issue.path, key].join('.')}"`);
    const isKnown = issue.message.startsWith(ALLOWED);
    const known = isKnown ? issue.message.slice(ALLOWED.length).split(', ') : [];
    const meant = new Set(issue.keys.flatMap((key) => nearestTo(key, known) ?? []));
    const guess = meant.size === 0 ? '' : ` did you mean ${[...meant].map(quoted).join(', ')}?`;
    const remedy = isKnown ? issue.message : 'remove it';
    return `${names.join(', ')}: there is no such setting;${guess} ${remedy}.`;
  }
  const name = issue.path.length === 0 ? 'the settings' : issue.path.join('.');
  const value = JSON.stringify(valueAt(input, issue.path)) ?? 'missing';
  return `${name} is ${value}; allowed: ${allowedBy(issue)}.`;
}

const quoted = (name: string): string => `"${name}"`;

/** The name that is likest, when it is like it at all. */
function nearestTo(typed: string, names: readonly string[]): string | null {
  const ranked = names
    .map((name) => ({ name, edits: editsBetween(typed.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= Math.max(2, name.length / 3))
    .sort((one, other) => one.edits - other.edits);
  return ranked[0]?.name ?? null;
}

/** How many letters have to be put in, left out or changed. */
function editsBetween(one: string, other: string): number {
  let row = [...other].map((_, index) => index + 1);
  for (const [index, letter] of [...one].entries()) {
    let [diagonal, left] = [index, index + 1];
    row = row.map((above, column) => {
      const here = Math.min(above + 1, left + 1, diagonal + (other[column] === letter ? 0 : 1));
      [diagonal, left] = [above, here];
      return here;
    });
  }
  return row.at(-1) ?? one.length;
}

function allowedBy(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value')
    return issue.values.map((one) => `"${String(one)}"`).join(', ');
  if (issue.code === 'invalid_type') return `a value of type ${issue.expected}`;
  return issue.message;
}

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
    input,
  );

const readDecimal = (value: unknown): Decimal | null =>
  typeof value === 'string' || typeof value === 'number' ? parseDecimal(String(value)) : null;

const isWithin = (value: Decimal | null, least: string, most: string): boolean =>
  value?.gte(least) === true && value.lte(most);
