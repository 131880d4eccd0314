import { join, resolve } from 'node:path';
import { z } from 'zod';
import { settingsProblem } from '../policies/settings.ts';
import { strategiesMissing } from '../policies/strategies.ts';
import { type SupabaseAccess, supabaseAccessIn } from './adapters/supabase/settings.ts';
import { dataDirectoryPath, type Env, FileError, readTextFile } from './adapters/system/files.ts';
import { type AlertSettings, alertsFrom } from './alert-settings.ts';
import type { Environment, Mode } from './domain/environment.ts';
import { type IntelligenceSettings, intelligenceFrom } from './intelligence-settings.ts';
import { type FileSettings, fileSettings, isMode, modes, type Rules } from './settings-file.ts';
import {
  LIVE_URL,
  nonEmpty,
  PAPER_URL,
  SettingsError,
  targetOf,
  type VenueSettings,
  venueFrom,
  wrong,
} from './venue-settings.ts';

export type Settings = {
  readonly venue: VenueSettings;
  /** Null where no copy is kept outside this machine. */
  readonly supabase: SupabaseAccess | null;
  readonly intelligence: IntelligenceSettings;
  readonly alerts: AlertSettings;
  readonly dataDirectory: string;
  /** Where checkpoints of the journal are brought to; null for nowhere. */
  readonly anchorDirectory: string | null;
  /** What was deployed; null where nothing was declared. */
  readonly expected: { readonly settingsHash: string | null; readonly codeVersion: string | null };
  /** How far BigBrother goes, and by which rules: what may change while it runs. */
  readonly rules: Rules;
};

export { SettingsError };

const CONFIG_FILE = 'bigbrother.config.json';

/**
 * The settings of this run, from the environment and an optional settings file. Where
 * both say something, the environment wins.
 *
 * The file is `configPath`, else `BIGBROTHER_CONFIG`, else `bigbrother.config.json` in the
 * data directory when there is one.
 *
 * @throws SettingsError naming every setting that is wrong; FileError for an unreadable file
 */
export function loadSettings(configPath: string | null, env: Env = process.env): Settings {
  const file = fileOf(configPath, env);
  const venue = venueFrom(env, file.environment ?? null);
  return {
    venue,
    supabase: supabaseFrom(env),
    intelligence: intelligenceFrom(file.intelligence, env),
    alerts: alertsFrom(file.alerts, env),
    dataDirectory: dataDirectoryFrom(env, file.dataDirectory ?? null),
    anchorDirectory: file.anchors === undefined ? null : resolve(file.anchors.directory),
    expected: {
      settingsHash: file.expect?.settingsHash ?? null,
      codeVersion: file.expect?.codeVersion ?? null,
    },
    rules: rulesIn(file, modeFrom(env, file.mode ?? null, venue)),
  };
}

/** The rules of the same file, for made-up money: whose account it is for does not count. */
export function loadRules(configPath: string | null, env: Env = process.env): Rules {
  const file = fileOf(configPath, env);
  return rulesIn(file, file.mode ?? 'execute');
}

function fileOf(configPath: string | null, env: Env): FileSettings {
  const named = configPath ?? nonEmpty(env.BIGBROTHER_CONFIG);
  return named === null ? usualFileSettings(env) : fileSettingsIn(named, readTextFile(named));
}

/** What the kill switch goes by. */
export type HaltSettings = Pick<Settings, 'venue' | 'dataDirectory'> & {
  /** Why the settings could not be used as a whole; null when they could. */
  readonly unusableBecause: string | null;
};

/**
 * The settings as far as a halt needs them. Where they are broken, the environment and what
 * can be told of the file have to do: nobody who presses the switch must mend a file first.
 *
 * @throws SettingsError only where not even the account can be told from the environment
 */
export function loadHaltSettings(configPath: string | null, env: Env = process.env): HaltSettings {
  try {
    const { venue, dataDirectory } = loadSettings(configPath, env);
    return { venue, dataDirectory, unusableBecause: null };
  } catch (error) {
    if (!(error instanceof SettingsError || error instanceof FileError)) throw error;
    const { environment, dataDirectory } = remainsOf(configPath, env);
    return {
      venue: venueFrom(env, environment),
      dataDirectory: dataDirectoryFrom(env, dataDirectory),
      unusableBecause: error.message,
    };
  }
}

/** What a broken settings file still says of the account and its place. */
function remainsOf(
  configPath: string | null,
  env: Env,
): { readonly environment: Environment | null; readonly dataDirectory: string | null } {
  const named = configPath ?? nonEmpty(env.BIGBROTHER_CONFIG);
  const hasAddress = nonEmpty(env.APCA_API_BASE_URL) !== null;
  // Whoever names a live account without an address had "live" in the file.
  const isLive = !hasAddress && nonEmpty(env.BIGBROTHER_LIVE_ACCOUNT) !== null;
  const otherwise = isLive ? 'live' : null;
  try {
    const path = named ?? join(dataDirectoryPath(env), CONFIG_FILE);
    const said: unknown = JSON.parse(readTextFile(path));
    const { environment, dataDirectory } = fileSettings.shape;
    const { data = {} } = z
      .looseObject({
        environment: environment.catch(undefined),
        dataDirectory: dataDirectory.catch(undefined),
      })
      .safeParse(said);
    return {
      // An address tells it by itself.
      environment: hasAddress ? null : (data.environment ?? otherwise),
      dataDirectory: data.dataDirectory ?? null,
    };
  } catch {
    return { environment: otherwise, dataDirectory: null };
  }
}

/** Where a paper account is, and its keys. */
export type PaperKeys = {
  /** Alpaca's paper host, or an exchange on this machine. */
  readonly endpoint: 'paper' | { readonly url: string };
  readonly keyId: string;
  readonly secretKey: string;
};

/**
 * The keys of the environment, for what must never touch real money.
 *
 * @throws SettingsError without keys, for live keys and for the live address
 */
export function loadPaperKeys(env: Env = process.env): PaperKeys {
  const keyId = nonEmpty(env.APCA_API_KEY_ID);
  const secretKey = nonEmpty(env.APCA_API_SECRET_KEY);
  if (keyId === null || secretKey === null) {
    throw new SettingsError(
      'There are no keys; set APCA_API_KEY_ID and APCA_API_SECRET_KEY of a paper account.',
    );
  }
  if (!keyId.startsWith('PK')) {
    throw new SettingsError(
      `APCA_API_KEY_ID begins with ${keyId.slice(0, 2)}; keys of paper accounts begin with PK ` +
        'and those of live accounts with AK, which are refused here.',
    );
  }
  const baseUrl = nonEmpty(env.APCA_API_BASE_URL);
  const endpoint = baseUrl === null ? 'paper' : targetOf(baseUrl).endpoint;
  if (endpoint !== 'live') return { endpoint, keyId, secretKey };
  throw new SettingsError(
    `APCA_API_BASE_URL is ${LIVE_URL}, where real money is; remove it or set ${PAPER_URL}.`,
  );
}

/** What the environment says of this user's programs, and of how BigBrother is to be started. */
export const loadSurroundings = (env: Env = process.env) => ({
  searchPath: env.PATH ?? '',
  roaming: nonEmpty(env.APPDATA),
  configHome: nonEmpty(env.XDG_CONFIG_HOME),
  claudeHome: nonEmpty(env.CLAUDE_CONFIG_DIR),
  dataDirectory: nonEmpty(env.BIGBROTHER_DATA_DIR),
  configFile: nonEmpty(env.BIGBROTHER_CONFIG),
  hasKeys: nonEmpty(env.APCA_API_KEY_ID) !== null,
});

/** Settings with every default, for a run that reads neither file nor environment. */
export const defaultSettings = (mode: Mode, dataDirectory: string): Settings => ({
  venue: { kind: 'embedded' },
  supabase: null,
  intelligence: intelligenceFrom(fileSettings.parse({}).intelligence, {}),
  alerts: alertsFrom(fileSettings.parse({}).alerts, {}),
  dataDirectory,
  anchorDirectory: null,
  expected: { settingsHash: null, codeVersion: null },
  rules: rulesIn(fileSettings.parse({}), mode),
});

function rulesIn(file: FileSettings, mode: Mode): Rules {
  const { $schema, environment, dataDirectory, anchors, expect, intelligence, alerts, ...rules } =
    file;
  return { ...rules, mode };
}

/** What may be shown and hashed: everything but the keys. */
export function withoutSecrets(settings: Settings): unknown {
  const { venue } = settings;
  const supabase = settings.supabase === null ? null : { url: settings.supabase.url };
  const { perplexity } = settings.intelligence;
  const intelligence = {
    ...settings.intelligence,
    perplexity: perplexity === null ? null : { baseUrl: perplexity.baseUrl },
  };
  const { desktop, command, webhooks, heartbeat } = settings.alerts;
  const alerts = { desktop, command, webhooks: webhooks.length, heartbeat: heartbeat !== null };
  if (venue.kind === 'embedded') return { ...settings, supabase, intelligence, alerts };
  const { environment, endpoint, accountNumber } = venue;
  const shown = { kind: venue.kind, environment, endpoint, accountNumber };
  return { ...settings, supabase, intelligence, alerts, venue: shown };
}

/** Values that must never leave the process. */
export function secretsOf({ venue, supabase, intelligence, alerts }: Settings): readonly string[] {
  return [
    ...(venue.kind === 'alpaca' ? [venue.keyId, venue.secretKey] : []),
    ...(supabase === null ? [] : [supabase.accountKey, supabase.key]),
    ...(intelligence.perplexity === null ? [] : [intelligence.perplexity.key]),
    ...alerts.webhooks.map(String),
    ...(alerts.heartbeat === null ? [] : [String(alerts.heartbeat)]),
  ];
}

const SECRET_NAMES = [
  ...['APCA_API_KEY_ID', 'APCA_API_SECRET_KEY', 'SUPABASE_KEY', 'SUPABASE_ACCOUNT_KEY'],
  ...['PERPLEXITY_API_KEY', 'BIGBROTHER_ALERT_WEBHOOKS', 'BIGBROTHER_HEARTBEAT_URL'],
] as const;

/** The same out of the environment, whether the settings can be used or not. */
export const secretValues = (env: Env = process.env): readonly string[] =>
  SECRET_NAMES.flatMap((name) => nonEmpty(env[name])?.split(/\s+/) ?? []);

/**
 * Where the copy of the journal goes; null where the environment names no project.
 *
 * @throws SettingsError for half of the settings, and for a key that an agent must not have
 */
function supabaseFrom(env: Env): SupabaseAccess | null {
  const { access, problem } = supabaseAccessIn(env);
  if (problem !== null) throw new SettingsError(problem);
  return access;
}

function modeFrom(env: Env, fromFile: Mode | null, venue: VenueSettings): Mode {
  const named = nonEmpty(env.BIGBROTHER_MODE);
  if (named === null) {
    // Play money may move at once; a real account first shows what it would do.
    return fromFile ?? (venue.kind === 'embedded' ? 'execute' : 'propose');
  }
  if (isMode(named)) return named;
  throw new SettingsError(wrong('BIGBROTHER_MODE', named, modes.join(', ')));
}

const dataDirectoryFrom = (env: Env, fromFile: string | null): string =>
  fromFile !== null && nonEmpty(env.BIGBROTHER_DATA_DIR) === null
    ? resolve(fromFile)
    : dataDirectoryPath(env);

function usualFileSettings(env: Env): FileSettings {
  const path = join(dataDirectoryPath(env), CONFIG_FILE);
  try {
    return fileSettingsIn(path, readTextFile(path));
  } catch (error) {
    if (error instanceof FileError && isAbsence(error.cause)) return fileSettings.parse({});
    throw error;
  }
}

const isAbsence = (cause: unknown): boolean =>
  cause instanceof Error &&
  'code' in cause &&
  (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');

/** @throws SettingsError for a strategy that is asked for and described nowhere */
function withKnownStrategies(path: string, settings: FileSettings): FileSettings {
  const missing = strategiesMissing(settings.strategies);
  if (missing.length === 0) return settings;
  const known = Object.keys(settings.strategies.named).join(', ') || 'none';
  throw new SettingsError(
    `${path}: strategies.inRegime asks for ${missing.join(', ')}, which strategies.named does ` +
      `not describe; described: ${known}.`,
  );
}

function fileSettingsIn(path: string, content: string): FileSettings {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (cause) {
    const because = cause instanceof Error ? cause.message : String(cause);
    throw new SettingsError(`The settings file ${path} is not JSON: ${because}.`, { cause });
  }
  const result = fileSettings.safeParse(parsed);
  if (result.success) return withKnownStrategies(path, result.data);
  throw new SettingsError(`${path}: ${settingsProblem(result.error, parsed).join(' ')}`);
}
