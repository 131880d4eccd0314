import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSettings, SettingsError, withoutSecrets } from '../../src/config.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bigbrother-config-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const keys = { APCA_API_KEY_ID: 'PK1', APCA_API_SECRET_KEY: 'very-secret' };
const settingsFor = (env: Record<string, string>, file?: unknown) => {
  const path = join(directory, 'settings.json');
  if (file !== undefined) {
    writeFileSync(path, typeof file === 'string' ? file : JSON.stringify(file));
  }
  const given = { BIGBROTHER_DATA_DIR: directory, ...env };
  return loadSettings(file === undefined ? null : path, given);
};
const refusalOf = (env: Record<string, string>, file?: unknown): string => {
  try {
    settingsFor(env, file);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('where the account is', () => {
  it('is the built-in exchange without keys, and acts there', () => {
    expect(settingsFor({})).toMatchObject({
      venue: { kind: 'embedded' },
      rules: { mode: 'execute' },
    });
  });

  it('is Alpaca paper with keys, and only suggests there until told otherwise', () => {
    expect(settingsFor(keys)).toMatchObject({
      venue: { kind: 'alpaca', environment: 'paper', endpoint: 'paper', accountNumber: null },
      rules: { mode: 'propose' },
    });
  });

  it.each([
    ['http://127.0.0.1:7777', 'http://127.0.0.1:7777'],
    ['http://localhost:7777/', 'http://localhost:7777'],
    ['http://[::1]:7777/v2', 'http://[::1]:7777'],
  ])('is simulated at the loopback address %s', (address, url) => {
    const { venue } = settingsFor({ ...keys, APCA_API_BASE_URL: address });
    expect(venue).toMatchObject({ environment: 'simulated', endpoint: { url } });
  });

  it('is live only when the address and the account number both say so', () => {
    const live = {
      ...keys,
      APCA_API_BASE_URL: 'https://api.alpaca.markets',
      BIGBROTHER_LIVE_ACCOUNT: '123456789',
    };
    expect(settingsFor(live).venue).toMatchObject({
      environment: 'live',
      endpoint: 'live',
      accountNumber: '123456789',
    });
    const fromFile = { ...keys, BIGBROTHER_LIVE_ACCOUNT: '123456789' };
    expect(settingsFor(fromFile, { environment: 'live' }).venue).toMatchObject({
      environment: 'live',
      endpoint: 'live',
    });
  });

  it('is the built-in exchange when the file says simulated, even with keys', () => {
    expect(settingsFor(keys, { environment: 'simulated' }).venue).toEqual({ kind: 'embedded' });
  });

  it.each([
    ['the secret is missing', { APCA_API_KEY_ID: 'PK1' }, 'APCA_API_SECRET_KEY is not'],
    ['the key id is missing', { APCA_API_SECRET_KEY: 'x' }, 'APCA_API_KEY_ID is not'],
    [
      'live is asked for without an account number',
      { ...keys, APCA_API_BASE_URL: 'https://api.alpaca.markets' },
      'BIGBROTHER_LIVE_ACCOUNT is not set',
    ],
    [
      'a live account is named but paper is asked for',
      { ...keys, BIGBROTHER_LIVE_ACCOUNT: '123' },
      'BIGBROTHER_LIVE_ACCOUNT is set but the environment is paper',
    ],
    ['a live account is named without keys', { BIGBROTHER_LIVE_ACCOUNT: '1' }, 'there are no keys'],
    ['an address is given without keys', { APCA_API_BASE_URL: 'http://127.0.0.1:1' }, 'no keys'],
  ])('is refused when %s', (_, env, because) => {
    expect(refusalOf(env)).toContain(because);
  });

  it.each([
    'https://api.alpaca.markets.evil.example',
    'http://api.alpaca.markets',
    'https://user:pw@api.alpaca.markets',
    'http://127.0.0.1.evil.example:80',
    'http://192.168.0.9:7777',
    'https://paper-api.alpaca.markets/other',
    'not an address',
  ])('is refused at %s', (address) => {
    const message = refusalOf({ ...keys, APCA_API_BASE_URL: address });
    expect(message).toContain('APCA_API_BASE_URL is ');
    expect(message).toContain('allowed: https://paper-api.alpaca.markets');
    expect(message).not.toContain('pw');
  });

  it('is refused when the file and the address disagree', () => {
    const env = { ...keys, APCA_API_BASE_URL: 'https://paper-api.alpaca.markets' };
    expect(refusalOf(env, { environment: 'live' })).toContain('make them agree');
    expect(refusalOf({}, { environment: 'paper' })).toContain('there are no keys');
  });
});

describe('a setting that is wrong', () => {
  it('names an unknown mode and the modes there are', () => {
    expect(refusalOf({ BIGBROTHER_MODE: 'live' })).toBe(
      'BIGBROTHER_MODE is "live"; allowed: observe, propose, execute.',
    );
    expect(refusalOf({}, { mode: 'yolo' })).toContain(
      'mode is "yolo"; allowed: "observe", "propose", "execute".',
    );
  });

  it('names itself, its value and what is allowed', () => {
    expect(refusalOf({}, { loopIntervalMs: 5 })).toContain(
      'loopIntervalMs is 5; allowed: a whole number from 1000 to 600000.',
    );
    expect(refusalOf({}, { environment: 'prod' })).toContain(
      'environment is "prod"; allowed: "simulated", "paper", "live".',
    );
    expect(refusalOf({}, { dataDirectory: 7 })).toContain(
      'dataDirectory is 7; allowed: a value of type string.',
    );
  });

  it('is told apart from one that does not exist, whose value is not repeated', () => {
    const message = refusalOf({}, { modus: 'execute', apiKey: 'do-not-repeat' });
    expect(message).toContain('"modus", "apiKey": there is no such setting');
    expect(message).not.toContain('do-not-repeat');
  });

  it('lists every problem of a file at once', () => {
    const message = refusalOf({}, { loopIntervalMs: 5, mode: 'yolo' });
    expect(message).toContain('loopIntervalMs');
    expect(message).toContain('mode is');
  });

  it('says where a file that is not JSON is', () => {
    expect(refusalOf({}, '{ mode: ')).toMatch(/settings\.json is not JSON: /);
  });
});

describe('the settings file', () => {
  it('is found in the data directory, and the environment wins over it', () => {
    writeFileSync(
      join(directory, 'bigbrother.config.json'),
      JSON.stringify({ mode: 'observe', loopIntervalMs: 30_000 }),
    );
    expect(settingsFor({})).toMatchObject({
      rules: { mode: 'observe', loopIntervalMs: 30_000 },
    });
    expect(settingsFor({ BIGBROTHER_MODE: 'propose' }).rules.mode).toBe('propose');
  });

  it('says how many plans wait on the broker at a time, and how long a step waits', () => {
    expect(settingsFor({})).toMatchObject({
      rules: { plansInFlight: 8, longestTurnWaitMs: 10_000 },
    });
    const limits = { plansInFlight: 3, longestTurnWaitMs: 2_000 };
    writeFileSync(join(directory, 'bigbrother.config.json'), JSON.stringify(limits));
    expect(settingsFor({})).toMatchObject({ rules: limits });
  });

  it('must exist when it was named', () => {
    expect(() => loadSettings(join(directory, 'absent.json'), {})).toThrow(/does not exist/);
  });
});

it('never shows the keys', () => {
  const shown = JSON.stringify(withoutSecrets(settingsFor(keys)));
  expect(shown).not.toContain('very-secret');
  expect(shown).not.toContain('PK1');
  expect(shown).toContain('paper');
});
