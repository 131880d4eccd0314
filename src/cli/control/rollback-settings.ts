import { join } from 'node:path';
import { SqliteEventReader } from '../../adapters/event-stores/sqlite-reader.ts';
import { fileExists } from '../../adapters/system/files.ts';
import { JOURNAL_FILE } from '../../composition/account-storage.ts';
import { defaultSettings, loadHaltSettings, loadSettings, type Settings } from '../../config.ts';
import type { Json } from '../../domain/canonical.ts';
import { isoTime } from '../../domain/time.ts';
import { rulesIn } from '../../runtime/settings/settings-keeper.ts';
import { type Rules, rulesFromJson } from '../../settings-file.ts';
import { placesFor } from '../owner/halt-account.ts';

/** What an account is taken back with, and in words what could not be read; null for nothing. */
type RollbackSettings = { readonly settings: Settings; readonly warning: string | null };

/**
 * The settings, or where their file is broken those that held last, out of the journal: whoever
 * wants an account back must mend no file first.
 *
 * @throws SettingsError only where not even the account can be told from the environment
 */
export function rollbackSettings(configPath: string | null): RollbackSettings {
  const { venue, dataDirectory, unusableBecause } = loadHaltSettings(configPath);
  if (unusableBecause === null) return { settings: loadSettings(configPath), warning: null };
  const last = lastRules({ venue, dataDirectory });
  const usual = defaultSettings('observe', dataDirectory);
  const settings = { ...usual, venue, rules: last?.rules ?? usual.rules };
  const by =
    last === null
      ? 'with the defaults, since no journal tells what held before'
      : `with the settings that held last, of ${isoTime(last.at)}`;
  const warning =
    `${unusableBecause}\nThe account is taken back all the same, ${by}. Nothing is copied to ` +
    `Supabase meanwhile. If its data is not kept in ${dataDirectory}, set BIGBROTHER_DATA_DIR.`;
  return { settings, warning };
}

type Known = { readonly at: number; readonly rules: Rules };

function lastRules(where: Pick<Settings, 'venue' | 'dataDirectory'>): Known | null {
  const known = placesFor(where).flatMap(({ name }) => {
    const path = join(where.dataDirectory, name, JOURNAL_FILE);
    return fileExists(path) ? (rulesInJournal(path) ?? []) : [];
  });
  return known.sort((a, b) => b.at - a.at)[0] ?? null;
}

function rulesInJournal(path: string): Known | null {
  const journal = new SqliteEventReader(path);
  try {
    const types = ['settings_loaded', 'settings_changed'] as const;
    const [record] = journal.query({ types, limit: 1 });
    const rules = record === undefined ? null : soundRules(rulesIn(record));
    return record === undefined || rules === null ? null : { at: record.at, rules };
  } finally {
    journal.close();
  }
}

/** Null for what an older version wrote and this one does not understand. */
function soundRules(json: Json | null): Rules | null {
  try {
    return json === null ? null : rulesFromJson(json);
  } catch {
    return null;
  }
}
