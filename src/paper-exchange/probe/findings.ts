import { type SwitchRow, switchTable } from '../core/basics/switch-table.ts';
import { defaultSwitches } from '../core/basics/types.ts';
import { restSettingTable } from '../wire/rest/setting-table.ts';
import { defaultRestSettings } from '../wire/rest/settings.ts';
import { streamSettingTable } from '../wire/stream-setting-table.ts';
import { defaultStreamSettings } from '../wire/streams.ts';
import type { Facts, ProbeCase, Tells } from './case.ts';
import type { SwitchGroup, SwitchSettings } from './switches-file.ts';

export type SwitchValue = string | number | boolean | null | readonly string[];

export type KnownSwitch = {
  readonly group: SwitchGroup;
  readonly name: string;
  readonly usual: SwitchValue;
  /** All that it may be, the usual one first; of an amount only some. */
  readonly values: readonly SwitchValue[];
  readonly decides: string;
};

/** What the answers to a case say of its switch. */
export type Finding =
  | { readonly kind: 'as_here' }
  | { readonly kind: 'differs'; readonly value: SwitchValue }
  /** Every value of the switch answers alike here, so nothing is said. */
  | { readonly kind: 'says_nothing' }
  /** No value of the switch answers so. */
  | { readonly kind: 'unknown_answer' };

const known = (
  group: SwitchGroup,
  table: readonly SwitchRow[],
  defaults: object,
): readonly KnownSwitch[] =>
  table.map(({ name, values, decides }) => {
    const usual: SwitchValue = Reflect.get(defaults, name);
    const others = values
      .filter((text) => !text.startsWith('any') && text !== String(usual))
      .map((text) => readValue(text, usual));
    return { group, name, usual, values: [usual, ...others], decides };
  });

/** The tables give values as they are read by people. */
function readValue(text: string, usual: SwitchValue): SwitchValue {
  if (text === 'null') return null;
  if (typeof usual === 'number') return Number(text);
  return typeof usual === 'boolean' ? text === 'true' : text;
}

export const knownSwitches: readonly KnownSwitch[] = [
  ...known('switches', switchTable, defaultSwitches),
  ...known('rest', restSettingTable, defaultRestSettings),
  ...known('streams', streamSettingTable, defaultStreamSettings),
];

/** @throws when a case names a switch that is none */
export function switchOf({ group, name }: Tells): KnownSwitch {
  const found = knownSwitches.find((one) => one.group === group && one.name === name);
  if (found === undefined) throw new Error(`a case names the switch ${name}, which is none`);
  return found;
}

export function withValue(
  settings: SwitchSettings,
  { group, name }: KnownSwitch,
  value: SwitchValue,
): SwitchSettings {
  return { ...settings, [group]: { ...settings[group], [name]: value } };
}

/** What `facts` say; `here` is what this exchange shows under one value of the switch. */
export async function findingOf(
  { tells }: ProbeCase & { readonly tells: Tells },
  facts: Facts,
  here: (value: SwitchValue) => Promise<Facts>,
): Promise<Finding> {
  const { usual, values } = switchOf(tells);
  if ('read' in tells) {
    // What a reading gives is checked against the table where the file is read.
    const value = tells.read(facts) as SwitchValue;
    if (value === null) return { kind: 'says_nothing' };
    return isSame(value, usual) ? { kind: 'as_here' } : { kind: 'differs', value };
  }
  const matching: SwitchValue[] = [];
  for (const value of values) {
    const shown = await here(value);
    if (tells.by.every((fact) => shown.get(fact) === facts.get(fact))) matching.push(value);
  }
  if (matching.length === values.length) return { kind: 'says_nothing' };
  const [first] = matching;
  if (first === undefined) return { kind: 'unknown_answer' };
  return isSame(first, usual) ? { kind: 'as_here' } : { kind: 'differs', value: first };
}

/** Of lists the order does not count. */
function isSame(one: SwitchValue, other: SwitchValue): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other;
  return JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());
}
