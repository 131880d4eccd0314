import { z } from 'zod';
import { approvalSettings } from '../policies/approvals.ts';
import { policySettings, portfolioPolicies, tradingPolicies } from '../policies/registry.ts';
import { decimalSetting, settingsObject, wholeSetting } from '../policies/settings.ts';
import { strategySettings, withStrategy } from '../policies/strategies.ts';
import { alertSettings } from './alert-settings.ts';
import { type Json, toJson } from './domain/canonical.ts';
import { type Decimal, decimal, parseDecimal, text } from './domain/decimal.ts';
import { isTicker } from './domain/ids.ts';
import { intelligenceSettings } from './intelligence-settings.ts';

const MODES = ['observe', 'propose', 'execute'] as const;

/** How far one policy may go by itself. */
const policyRollout = settingsObject({
  /** `shadow`: it only says what it would do; `symbols`: it acts in those; `all`: everywhere. */
  stage: z.enum(['shadow', 'symbols', 'all']).default('all'),
  symbols: z
    .array(z.string().refine(isTicker, 'symbols such as AAPL or BRK.B'))
    .readonly()
    .default([]),
  /** Plans with a wish of it that may run in any 24 hours. */
  maxActionsPerDay: wholeSetting(1, 10_000).nullable().default(null),
  /** It acts on positions worth at most so much. */
  maxPositionDollars: decimalSetting('1', '1000000000')
    .transform((value: Decimal) => text(value))
    .nullable()
    .default(null),
});

const defaults = policySettings.parse({});
const policyNames = [...tradingPolicies(defaults), ...portfolioPolicies(defaults)].map(
  ({ name }) => name,
);

const rollout = settingsObject(
  Object.fromEntries(policyNames.map((name) => [name, policyRollout.prefault({})])),
);

/** What may change while BigBrother runs: how far it goes, and by which rules. */
const ruleShape = {
  loopIntervalMs: wholeSetting(1_000, 600_000).prefault(10_000),
  planLifetimeMs: wholeSetting(5_000, 900_000).prefault(120_000),
  plansInFlight: wholeSetting(1, 50).prefault(8),
  longestTurnWaitMs: wholeSetting(1_000, 60_000).prefault(10_000),
  approvals: approvalSettings.prefault({}),
  rollout: rollout.prefault({}),
  /** When a policy goes back to shadow by itself. */
  stepBack: settingsObject({
    vetoes: wholeSetting(2, 1_000).prefault(5),
    windowMs: wholeSetting(10_000, 86_400_000).prefault(600_000),
  }).prefault({}),
  /** How long a looser setting waits after a person has accepted it. */
  loosening: settingsObject({
    delayMs: wholeSetting(0, 604_800_000).prefault(600_000),
  }).prefault({}),
  policies: policySettings.prefault({}),
  strategies: strategySettings.prefault({}),
};
const rules = settingsObject({ mode: z.enum(MODES), ...ruleShape });
export type Rules = z.output<typeof rules>;

/** All that a settings file may hold. */
export const fileSettings = settingsObject({
  /** For editors; it says nothing to BigBrother. */
  $schema: z.string().optional(),
  mode: z.enum(MODES).optional(),
  environment: z.enum(['simulated', 'paper', 'live']).optional(),
  dataDirectory: z.string().min(1).optional(),
  anchors: settingsObject({ directory: z.string().min(1) }).optional(),
  /** What was deployed: where something else starts, nothing is entered. */
  expect: settingsObject({
    settingsHash: z
      .string()
      .regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits')
      .optional(),
    codeVersion: z.string().min(1).optional(),
  }).optional(),
  intelligence: intelligenceSettings.prefault({}),
  alerts: alertSettings.prefault({}),
  ...ruleShape,
});
export type FileSettings = z.output<typeof fileSettings>;

export const isMode = (name: string): name is Rules['mode'] =>
  MODES.some((known) => known === name);
export const modes: readonly string[] = MODES;

/** As plain JSON, in which the journal keeps them and two of them are compared. */
export const rulesToJson = (values: Rules): Json => toJson(plain(values));

/**
 * As they hold: with the bundle of settings in them that was chosen for the market.
 *
 * @throws z.ZodError for what no settings file could say
 */
export function rulesFromJson(json: Json): Rules {
  const parsed = rules.parse(json);
  return { ...parsed, policies: withStrategy(parsed.policies, parsed.strategies) };
}

/** Only the rules among settings. */
const plain = (values: Rules): unknown => {
  const json = toJson(values);
  const names = Object.keys(rules.shape);
  return Object.fromEntries(Object.entries(json ?? {}).filter(([name]) => names.includes(name)));
};

/** The schema of the settings file, for editors. */
export function settingsFileSchema(): unknown {
  const schema = z.toJSONSchema(fileSettings, { io: 'input', unrepresentable: 'any' });
  return { ...schema, title: 'BigBrother settings' };
}

/** Below this, a percentage looks like the fraction it was meant to be in percent. */
const ODD_PERCENT = decimal('0.05');

/** Figures that are allowed and look like a slip of units, each with what it comes to. */
export function oddFigures(json: Json, path: readonly string[] = []): readonly string[] {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
    return Object.entries(json).flatMap(([name, value]) => oddFigures(value, [...path, name]));
  }
  const name = path.at(-1) ?? '';
  const value = typeof json === 'string' || typeof json === 'number' ? String(json) : '';
  const amount = parseDecimal(value);
  if (!/percent/i.test(name) || amount === null || !amount.gt('0')) return [];
  if (!amount.lt(ODD_PERCENT)) return [];
  const meant = text(amount.times('100'));
  return [
    `${path.join('.')} is ${value}, which is ${value} percent; if ${meant} percent was meant, ` +
      `write ${meant}`,
  ];
}
