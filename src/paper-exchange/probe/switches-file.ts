import { type SwitchRow, switchTable } from '../core/basics/switch-table.ts';
import { defaultSwitches, type Switches } from '../core/basics/types.ts';
import { restSettingTable } from '../wire/rest/setting-table.ts';
import { defaultRestSettings, type RestSettings } from '../wire/rest/settings.ts';
import { streamSettingTable } from '../wire/stream-setting-table.ts';
import { defaultStreamSettings, type StreamSettings } from '../wire/streams.ts';

/** What differs from the defaults, as the options of an exchange take it. */
export type SwitchSettings = {
  readonly switches: Partial<Switches>;
  readonly rest: Partial<RestSettings>;
  readonly streams: Partial<StreamSettings>;
};

export type SwitchGroup = keyof SwitchSettings;

const switchGroups: readonly SwitchGroup[] = ['switches', 'rest', 'streams'];

/** A switches file that cannot be used; the message names the switch and what is allowed. */
export class SwitchesFileError extends Error {
  override readonly name = 'SwitchesFileError';
}

type Named = Pick<SwitchRow, 'name' | 'values'> & { readonly default: unknown };

const rowsOf = (table: readonly SwitchRow[], defaults: object): readonly Named[] =>
  table.map(({ name, values }) => ({ name, values, default: Reflect.get(defaults, name) }));

const namedIn: { readonly [Group in SwitchGroup]: readonly Named[] } = {
  switches: rowsOf(switchTable, defaultSwitches),
  rest: rowsOf(restSettingTable, defaultRestSettings),
  streams: rowsOf(streamSettingTable, defaultStreamSettings),
};

/** As the probe writes it: `{"switches": {…}, "rest": {…}, "streams": {…}}`, each optional. */
export function parseSwitches(file: string, text: string): SwitchSettings {
  const groups = objectIn(`${file}`, parsed(file, text));
  const unknown = Object.keys(groups).find((name) => !switchGroups.some((one) => one === name));
  if (unknown !== undefined) {
    throw new SwitchesFileError(
      `${file} has a part "${unknown}"; there are ${switchGroups.join(', ')}.`,
    );
  }
  for (const group of switchGroups) {
    for (const [name, value] of Object.entries(objectIn(file, groups[group] ?? {}))) {
      check(file, group, name, value);
    }
  }
  return { switches: {}, rest: {}, streams: {}, ...groups } as SwitchSettings;
}

function check(file: string, group: SwitchGroup, name: string, value: unknown): void {
  const row = namedIn[group].find((one) => one.name === name);
  if (row === undefined) {
    const names = namedIn[group].map((one) => one.name).join(', ');
    throw new SwitchesFileError(`${file}: ${group} has no "${name}"; there are ${names}.`);
  }
  if (isAllowed(row, value)) return;
  const allowed = row.values.length > 0 ? row.values.join(', ') : example(row.default);
  throw new SwitchesFileError(`${file}: ${name} is ${JSON.stringify(value)}; allowed: ${allowed}.`);
}

function isAllowed({ default: usual, values }: Named, value: unknown): boolean {
  if (Array.isArray(usual)) {
    return Array.isArray(value) && value.every((one) => typeof one === 'string');
  }
  if (value === null) return values.includes('null');
  if (typeof value !== typeof usual) return false;
  const isOpen = values.some((one) => one.startsWith('any'));
  if (typeof value === 'number') {
    return values.includes(String(value)) || isNumberAllowed(usual, value, isOpen);
  }
  return values.length === 0 || values.includes(String(value));
}

/** A status is one of a few; other numbers are amounts, of which any will do. */
function isNumberAllowed(usual: unknown, value: number, isOpen: boolean): boolean {
  const isStatus = typeof usual === 'number' && usual >= 400 && usual < 600;
  return isOpen || (!isStatus && value >= 0);
}

const example = (usual: unknown): string =>
  Array.isArray(usual) ? `a list such as ${JSON.stringify(usual)}` : `a ${typeof usual}`;

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const because = cause instanceof Error ? cause.message : String(cause);
    throw new SwitchesFileError(`${file} is not JSON: ${because}.`, { cause });
  }
}

function objectIn(file: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new SwitchesFileError(
    `${file} holds no object such as {"switches": {"washTradeStatus": 422}}.`,
  );
}
