import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CONTROLS } from '../../../policies/controls/catalogue.ts';
import { guardrails } from '../../../policies/registry.ts';
import { Decimal } from '../../../src/domain/decimal.ts';
import { DENIAL_CODES } from '../../../src/domain/guardrail.ts';
import { settings } from '../support.ts';

const FILE = '../../../docs/guardrails.md';
const COMMAND = 'npx vitest run test/policies/controls/catalogue.test.ts -u';
const guards = guardrails(settings());
const defaults: Record<string, unknown> = settings();

const at = (path: string): URL => new URL(`../../../${path}`, import.meta.url);
const fileOf = (guardrail: string): string => `policies/guardrails/${guardrail}.ts`;
/** Codes that are no control's own: what is missing, and what is broken, refuses everywhere. */
const OF_EVERY_CONTROL = ['data_missing', 'guardrail_failed'];

describe('the catalogue of controls', () => {
  it('has each of the 36 rows once, in order', () => {
    expect(CONTROLS.map(({ row }) => row)).toEqual(Array.from({ length: 36 }, (_, i) => i + 1));
  });

  it.each(CONTROLS)('row $row, $title: lives in files that are there', (control) => {
    const files = [...(control.files ?? []), ...control.guardrails.map(fileOf)];
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !existsSync(at(file)))).toEqual([]);
  });

  it('names every guardrail that is asked, and no other', () => {
    const named = new Set(CONTROLS.flatMap((control) => control.guardrails));
    expect([...named].sort()).toEqual(guards.map(({ name }) => name).sort());
  });

  it('names every code that something can be denied with, and no other', () => {
    const named = new Set([...CONTROLS.flatMap(({ codes }) => codes), ...OF_EVERY_CONTROL]);
    expect([...named].sort()).toEqual([...DENIAL_CODES].sort());
  });

  it.each(guards)('$name denies with codes that the catalogue gives it', ({ name }) => {
    const codes = CONTROLS.filter((each) => each.guardrails.includes(name)).flatMap(
      (each) => each.codes,
    );
    const source = readFileSync(at(fileOf(name)), 'utf8');
    const own = DENIAL_CODES.filter((code) => source.includes(`'${code}'`));
    const unnamed = own.filter((code) => !OF_EVERY_CONTROL.includes(code) && !codes.includes(code));
    expect(unnamed).toEqual([]);
  });
});

const cell = (text: string): string => text.replaceAll('|', '\\|');
const code = (text: string): string => `\`${text}\``;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map(cell).join(' | ')} |`)
    .join('\n');

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/percent/i, '%'],
  [/Ms$/, 'ms'],
  [/Dollars$/, 'USD'],
  [/Atr$/, 'average true ranges'],
  [/PerMinute$/, 'a minute'],
  [/^times/, 'times'],
];

function valueText(value: unknown): string {
  if (value instanceof Decimal) return value.toFixed();
  if (value === null) return 'not declared';
  return Array.isArray(value) && value.length === 0 ? 'none' : String(value);
}

/** What stands above a setting in its source: the words its owner reads there. */
function meaningOf(source: string, setting: string): string {
  const above = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*?)\\*/\\s*${setting}:`).exec(source)?.[1] ?? '';
  return above.replace(/\s*\*\s+/g, ' ').trim();
}

const keyOf = (guardrail: string): string =>
  guardrail.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

function settingRows(guardrail: string): readonly (readonly string[])[] {
  const key = keyOf(guardrail);
  const values = defaults[key];
  if (typeof values !== 'object' || values === null) return [];
  const source = readFileSync(at(fileOf(guardrail)), 'utf8');
  return Object.entries(values).map(([name, value]) => {
    const unit = UNITS.find(([pattern]) => pattern.test(name))?.[1] ?? '';
    const meaning = meaningOf(source, name);
    if (meaning === '') throw new Error(`nobody says what ${key}.${name} means`);
    const isUnitless = typeof value === 'boolean' || value === null || Array.isArray(value);
    return [
      code(`${key}.${name}`),
      `${valueText(value)}${isUnitless || unit === '' ? '' : ` ${unit}`}`,
      meaning,
    ];
  });
}

function section(control: (typeof CONTROLS)[number]): string {
  const own = guards.filter(({ name }) => control.guardrails.includes(name));
  const settingsOf = own.flatMap(({ name }) => settingRows(name));
  const lines = [
    `## ${control.row}. ${control.title}`,
    own.map(({ name, promise }) => `**${code(name)}**: ${promise}`).join('\n\n'),
    [
      `- Asked for by: ${control.askedBy}.`,
      `- Holds back: ${control.scope === 'account' ? 'the account as a whole' : control.scope}.`,
      `- Measured: ${control.measured}.`,
      `- Passes: ${control.wouldPass}.`,
      ...(control.codes.length === 0 ? [] : [`- Codes: ${control.codes.map(code).join(', ')}.`]),
      `- Lives in: ${[...own.map(({ name }) => fileOf(name)), ...(control.files ?? [])].map(code).join(', ')}.`,
    ].join('\n'),
    settingsOf.length === 0 ? '' : table(['Setting', 'Default', 'Meaning'], settingsOf),
  ];
  return lines.filter((line) => line !== '').join('\n\n');
}

const text = `# Guardrails

Made from the sources by \`${COMMAND}\`. Do not edit it by hand.

A guardrail can only say no. Before anything is sent all of them are asked, twice: when a plan is
made, and again under the symbol's lock on fresh figures. One no is final. Every answer, yes or no,
goes into the journal with what was measured, what the limit is and what would pass. What a
guardrail cannot measure it does not let pass (\`data_missing\`), and one that breaks lets nothing
pass (\`guardrail_failed\`).

Whatever adds risk meets every control. Exits and protection meet only those that stop a wrong
exit; when one of them is held back an alert is raised. The settings are those under \`policies\`
in \`bigbrother.config.json\`.

${CONTROLS.map(section).join('\n\n')}
`;

it('is told in docs/guardrails.md', async () => {
  expect(text).not.toMatch(/undefined|\[object/);
  await expect(text).toMatchFileSnapshot(FILE);
});
