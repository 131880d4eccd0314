import { z } from 'zod';
import { decimalSetting, settingsObject, wholeSetting } from '../policies/settings.ts';
import type { Env } from './adapters/system/files.ts';
import { type Decimal, text } from './domain/decimal.ts';

/** Which server is asked. Without a word the one that is installed with BigBrother. */
const server = {
  use: z.enum(['installed', 'off', 'other']).default('installed'),
  /** With `other`: a program and its arguments, or an address; one of them. */
  command: z.array(z.string().min(1)).min(1).readonly().optional(),
  url: z.url({ protocol: /^https?$/ }).optional(),
  /** With `other`: of the tools that it has now, as `bigbrother doctor --json` tells it. */
  toolsHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits')
    .optional(),
};
const dollars = (least: string, most: string, usual: string) =>
  decimalSetting(least, most)
    .transform((value: Decimal) => text(value))
    .prefault(usual);

/** What may be asked outside, of whom, and what that may cost. Changes with a restart. */
export const intelligenceSettings = settingsObject({
  memory: settingsObject(server).prefault({}),
  thinking: settingsObject(server).prefault({}),
  market: settingsObject({
    ...server,
    /** How long an answer is good for. */
    freshMs: wholeSetting(60_000, 86_400_000).prefault(14_400_000),
    timeoutMs: wholeSetting(1_000, 300_000).prefault(60_000),
    callsPerDay: wholeSetting(0, 10_000).prefault(50),
    dollarsPerDay: dollars('0', '1000', '1'),
    /** What one question is taken to cost. */
    dollarsPerCall: dollars('0', '100', '0.02'),
  }).prefault({}),
  /** The model of a host that offers `sampling`, asked for a second opinion that is only shown. */
  host: settingsObject({
    use: z.enum(['off', 'on']).default('off'),
    timeoutMs: wholeSetting(1_000, 300_000).prefault(30_000),
    maxTokens: wholeSetting(50, 4_000).prefault(500),
    callsPerDay: wholeSetting(0, 1_000).prefault(20),
  }).prefault({}),
});
type FileIntelligence = z.output<typeof intelligenceSettings>;
export type ServerSettings = Pick<
  FileIntelligence['memory'],
  'use' | 'command' | 'url' | 'toolsHash'
>;

export type IntelligenceSettings = FileIntelligence & {
  readonly perplexity: { readonly key: string; readonly baseUrl: string | null } | null;
  /** Where programs are looked for. */
  readonly searchPath: string;
};

/** The settings of the file with what only the environment tells. */
export function intelligenceFrom(file: FileIntelligence, env: Env): IntelligenceSettings {
  const key = env.PERPLEXITY_API_KEY?.trim() ?? '';
  const baseUrl = env.PERPLEXITY_BASE_URL?.trim() ?? '';
  return {
    ...file,
    perplexity: key === '' ? null : { key, baseUrl: baseUrl === '' ? null : baseUrl },
    searchPath: env.PATH ?? '',
  };
}
