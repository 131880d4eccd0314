import type { Env } from './adapters/system/files.ts';
import type { Environment } from './domain/environment.ts';

/** Where the account is. `embedded` is the paper exchange inside this process. */
export type VenueSettings =
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

/** A setting that cannot be used: which one, what it holds, and what is allowed. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

export const PAPER_URL = 'https://paper-api.alpaca.markets';
export const LIVE_URL = 'https://api.alpaca.markets';
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Where the account is, out of the environment and of what the settings file wants.
 *
 * @throws SettingsError for half of the keys, and for an address, keys and wish that disagree
 */
export function venueFrom(env: Env, wanted: Environment | null): VenueSettings {
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

export function targetOf(baseUrl: string): Target {
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

export const wrong = (setting: string, value: string, allowed: string): string =>
  `${setting} is ${JSON.stringify(value)}; allowed: ${allowed}.`;

export const nonEmpty = (value: string | undefined): string | null =>
  value === undefined || value.trim() === '' ? null : value.trim();

/** An address may carry a password; the message must not repeat it. */
const withoutUserInfo = (url: URL | null, raw: string): string =>
  url === null ? raw.replace(/\/\/[^/@]*@/, '//') : `${url.protocol}//${url.host}${url.pathname}`;
