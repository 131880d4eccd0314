import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadHaltSettings, loadSettings, SettingsError } from '../../src/config.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bigbrother-halt-settings-'));
  file = join(directory, 'settings.json');
});
afterEach(() => rmSync(directory, { recursive: true }));

const KEYS = { APCA_API_KEY_ID: 'AK1', APCA_API_SECRET_KEY: 'secret' };
const given = (more: Record<string, string> = {}) => ({
  ...KEYS,
  BIGBROTHER_DATA_DIR: directory,
  ...more,
});
const halting = (content: string, env: Record<string, string> = given()) => {
  writeFileSync(file, content);
  return loadHaltSettings(file, env);
};

describe('the settings of a halt', () => {
  it('are those of every run where these can be used', () => {
    const content = JSON.stringify({ environment: 'paper', mode: 'execute' });
    const settings = halting(content);
    const { venue, dataDirectory } = loadSettings(file, given());
    expect(settings).toEqual({ venue, dataDirectory, unusableBecause: null });
  });

  it.each([
    ['half a file', '{ "environment": "pa'],
    ['no file', null],
    ['a list', '[]'],
  ])('come from the environment where there is %s', (_, content) => {
    if (content !== null) writeFileSync(file, content);
    const settings = loadHaltSettings(file, given());
    expect(settings.venue).toMatchObject({ environment: 'paper', keyId: 'AK1' });
    expect(settings.dataDirectory).toBe(directory);
    expect(settings.unusableBecause).toContain(file);
  });

  it('keep what a broken file still says of the account and its place', () => {
    const elsewhere = join(directory, 'elsewhere');
    const content = JSON.stringify({
      ...{ environment: 'live', dataDirectory: elsewhere, loopIntervalMs: 'often' },
    });
    const env = { ...KEYS, HOME: directory, BIGBROTHER_LIVE_ACCOUNT: 'LIVE1' };
    expect(halting(content, env)).toMatchObject({
      venue: { environment: 'live', endpoint: 'live', accountNumber: 'LIVE1' },
      dataDirectory: elsewhere,
    });
    const wrong = JSON.stringify({ environment: 'moon', dataDirectory: 7 });
    expect(halting(wrong)).toMatchObject({
      venue: { environment: 'paper' },
      dataDirectory: directory,
    });
  });

  it('mean the live account that the environment names, where the file cannot say so any more', () => {
    expect(halting('{', given({ BIGBROTHER_LIVE_ACCOUNT: 'LIVE1' })).venue).toMatchObject({
      environment: 'live',
      accountNumber: 'LIVE1',
    });
  });

  it.each([
    ['a mode that is none', { BIGBROTHER_MODE: 'go' }],
    ['half of a copy', { SUPABASE_URL: 'https://example.com' }],
  ])('need no other part of the environment: %s stops nothing', (_, more) => {
    expect(() => loadSettings(null, given(more))).toThrow(SettingsError);
    const settings = loadHaltSettings(null, given(more));
    expect(settings.venue).toMatchObject({ environment: 'paper', keyId: 'AK1' });
    expect(settings.unusableBecause).not.toBeNull();
  });

  it('cannot do without keys that belong together', () => {
    expect(() => loadHaltSettings(null, { APCA_API_KEY_ID: 'AK1' })).toThrow(/is not; set both/);
  });
});
