import { join, resolve } from 'node:path';
import { settingsProblem } from '../policies/settings.ts';
import { type SupabaseAccess, supabaseAccessIn } from './adapters/supabase/settings.ts';
import { dataDirectoryPath, type Env, FileError, readTextFile } from './adapters/system/files.ts';
import type { Environment, Mode } from './domain/environment.ts';
import { type FileSettings, fileSettings, isMode, modes, type Rules } from './settings-file.ts';

/** Where the account is. `embedded` is the paper exchange inside this process. */
type VenueSettings =
  | { readonly kind: 'embedded' }
  | {
      readonly kind: 'alpaca';
      readonly environment: Environment;
      readonly endpoint: 'paper' | 'live' | { readonly url: string };
      readonly keyId: string;
      readonly secretKey: string;
      /** The account that the keys must belong to; null when any will do. */
      readonly accountNumber: string | null;
    };

export type Settings = {
  readonly venue: VenueSettings;
  /** Null where no copy is kept outside this machine. */
  readonly supabase: SupabaseAccess | null;
  readonly dataDirectory: string;
  /** Where checkpoints of the journal are brought to; null for nowhere. */
  readonly anchorDirectory: string | null;
  /** What was deployed; null where nothing was declared. */
  readonly expected: { readonly settingsHash: string | null; readonly codeVersion: string | null };
  /** How far BigBrother goes, and by which rules: what may change while it runs. */
  readonly rules: Rules;
};

/** A setting that cannot be used: which one, what it holds, and what is allowed. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

const CONFIG_FILE = 'bigbrother.config.json';
const PAPER_URL = 'https://paper-api.alpaca.markets';
const LIVE_URL = 'https://api.alpaca.markets';
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

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
  const named = configPath ?? nonEmpty(env.BIGBROTHER_CONFIG);
  const file = named === null ? usualFileSettings(env) : fileSettingsIn(named, readTextFile(named));
  const venue = venueFrom(env, file.environment ?? null);
  return {
    venue,
    supabase: supabaseFrom(env),
    dataDirectory: dataDirectoryFrom(env, file.dataDirectory ?? null),
    anchorDirectory: file.anchors === undefined ? null : resolve(file.anchors.directory),
    expected: {
      settingsHash: file.expect?.settingsHash ?? null,
      codeVersion: file.expect?.codeVersion ?? null,
    },
    rules: rulesIn(file, modeFrom(env, file.mode ?? null, venue)),
  };
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

/** Settings with every default, for a run that reads neither file nor environment. */
export const defaultSettings = (mode: Mode, dataDirectory: string): Settings => ({
  venue: { kind: 'embedded' },
  supabase: null,
  dataDirectory,
  anchorDirectory: null,
  expected: { settingsHash: null, codeVersion: null },
  rules: rulesIn(fileSettings.parse({}), mode),
});

function rulesIn(file: FileSettings, mode: Mode): Rules {
  const { $schema, environment, dataDirectory, anchors, expect, ...rules } = file;
  return { ...rules, mode };
}

/** What may be shown and hashed: everything but the keys. */
export function withoutSecrets(settings: Settings): unknown {
  const { venue } = settings;
  const supabase = settings.supabase === null ? null : { url: settings.supabase.url };
  if (venue.kind === 'embedded') return { ...settings, supabase };
  const { environment, endpoint, accountNumber } = venue;
  const shown = { kind: venue.kind, environment, endpoint, accountNumber };
  return { ...settings, supabase, venue: shown };
}

/** Values that must never leave the process. */
export function secretsOf({ venue, supabase }: Settings): readonly string[] {
  return [
    ...(venue.kind === 'alpaca' ? [venue.keyId, venue.secretKey] : []),
    ...(supabase === null ? [] : [supabase.accountKey, supabase.key]),
  ];
}

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

function venueFrom(env: Env, wanted: Environment | null): VenueSettings {
  const keyId = nonEmpty(env.APCA_API_KEY_ID);
  const secretKey = nonEmpty(env.APCA_API_SECRET_KEY);
  const baseUrl = nonEmpty(env.APCA_API_BASE_URL);
  const liveAccount = nonEmpty(env.BIGBROTHER_LIVE_ACCOUNT);

  if ((keyId === null) !== (secretKey === null)) {
    const [given, missing] =
      keyId === null
        ? ['APCA_API_SECRET_KEY', 'APCA_API_KEY_ID']
        : ['APCA_API_KEY_ID', 'APCA_API_SECRET_KEY'];
    throw new SettingsError(
      `${given} is set but ${missing} is not; set both to use Alpaca, or neither to use the ` +
        'built-in paper exchange.',
    );
  }
  if (keyId === null || secretKey === null) {
    refuseWithoutKeys(wanted, baseUrl, liveAccount);
    return { kind: 'embedded' };
  }
  const target = targetFrom(baseUrl, wanted);
  if (target === 'embedded') return { kind: 'embedded' };
  refuseHalfALiveKey(target.environment, liveAccount);
  return { kind: 'alpaca', ...target, keyId, secretKey, accountNumber: liveAccount };
}

function refuseWithoutKeys(
  wanted: Environment | null,
  baseUrl: string | null,
  liveAccount: string | null,
): void {
  const asks =
    (baseUrl !== null && 'APCA_API_BASE_URL is set') ||
    (liveAccount !== null && 'BIGBROTHER_LIVE_ACCOUNT is set') ||
    (wanted !== null && wanted !== 'simulated' && `environment is "${wanted}"`);
  if (asks === false) return;
  throw new SettingsError(
    `${asks} but there are no keys; set APCA_API_KEY_ID and APCA_API_SECRET_KEY to use Alpaca, ` +
      'or remove it to use the built-in paper exchange.',
  );
}

type Target = {
  readonly environment: Environment;
  readonly endpoint: 'paper' | 'live' | { readonly url: string };
};

function targetFrom(baseUrl: string | null, wanted: Environment | null): Target | 'embedded' {
  const said = baseUrl === null ? null : targetOf(baseUrl);
  if (said === null) {
    if (wanted === 'simulated') return 'embedded';
    const environment = wanted ?? 'paper';
    return { environment, endpoint: environment };
  }
  if (wanted !== null && wanted !== said.environment) {
    throw new SettingsError(
      `environment is "${wanted}" but APCA_API_BASE_URL is "${baseUrl}", which is ` +
        `${said.environment}; make them agree or remove one.`,
    );
  }
  return said;
}

function targetOf(baseUrl: string): Target {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  const bare = url !== null && url.username === '' && url.password === '';
  // The SDK's own samples write the address with /v2 behind it; it names the same host.
  const atRoot = url !== null && /^\/(v2\/?)?$/.test(url.pathname) && url.search === '';
  if (url !== null && bare && atRoot) {
    if (url.origin === PAPER_URL) return { environment: 'paper', endpoint: 'paper' };
    if (url.origin === LIVE_URL) return { environment: 'live', endpoint: 'live' };
    if (url.protocol === 'http:' && LOOPBACK.has(url.hostname)) {
      return { environment: 'simulated', endpoint: { url: url.origin } };
    }
  }
  const allowed = `${PAPER_URL}, ${LIVE_URL} or a loopback address such as http://127.0.0.1:7777`;
  throw new SettingsError(wrong('APCA_API_BASE_URL', withoutUserInfo(url, baseUrl), allowed));
}

/** Live takes two settings that nobody makes by accident: where, and whose account. */
function refuseHalfALiveKey(environment: Environment, liveAccount: string | null): void {
  if (environment === 'live' && liveAccount === null) {
    throw new SettingsError(
      'Live trading is asked for but BIGBROTHER_LIVE_ACCOUNT is not set; set it to the account ' +
        'number that may be traded, or use the paper address and paper keys.',
    );
  }
  if (environment !== 'live' && liveAccount !== null) {
    throw new SettingsError(
      `BIGBROTHER_LIVE_ACCOUNT is set but the environment is ${environment}; for live trading ` +
        `also set APCA_API_BASE_URL to ${LIVE_URL} (or environment to "live"), otherwise remove it.`,
    );
  }
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

function fileSettingsIn(path: string, content: string): FileSettings {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (cause) {
    const because = cause instanceof Error ? cause.message : String(cause);
    throw new SettingsError(`The settings file ${path} is not JSON: ${because}.`, { cause });
  }
  const result = fileSettings.safeParse(parsed);
  if (result.success) return result.data;
  throw new SettingsError(`${path}: ${settingsProblem(result.error, parsed).join(' ')}`);
}

const wrong = (setting: string, value: string, allowed: string): string =>
  `${setting} is ${JSON.stringify(value)}; allowed: ${allowed}.`;

const nonEmpty = (value: string | undefined): string | null =>
  value === undefined || value.trim() === '' ? null : value.trim();

/** An address may carry a password; the message must not repeat it. */
const withoutUserInfo = (url: URL | null, raw: string): string =>
  url === null ? raw.replace(/\/\/[^/@]*@/, '//') : `${url.protocol}//${url.host}${url.pathname}`;
