import { join } from 'node:path';
import { SqliteEventReader } from '../../adapters/event-stores/sqlite-reader.ts';
import { directoriesIn, fileExists } from '../../adapters/system/files.ts';
import { JOURNAL_FILE } from '../../composition/account-storage.ts';
import { UsageError } from '../shared/failure.ts';

/**
 * The journal of the named account, or of the one that was active last.
 *
 * @throws UsageError when there is none; the message says which there are
 */
export function journalPath(dataDirectory: string, account: string | undefined): string {
  const accounts = accountsIn(dataDirectory);
  if (account !== undefined && !accounts.includes(account)) {
    const known = accounts.length === 0 ? 'none yet' : accounts.join(', ');
    throw new UsageError(
      `There is no journal of "${account}" in ${dataDirectory}; there: ${known}.`,
    );
  }
  const chosen = account ?? latestAccount(dataDirectory);
  if (chosen === null) {
    throw new UsageError(
      `There is no journal in ${dataDirectory} yet; run "bigbrother loop" or "bigbrother mcp" first, ` +
        'or set BIGBROTHER_DATA_DIR to where they ran.',
    );
  }
  return join(dataDirectory, chosen, JOURNAL_FILE);
}

const accountsIn = (dataDirectory: string): readonly string[] =>
  directoriesIn(dataDirectory).filter((name) =>
    fileExists(join(dataDirectory, name, JOURNAL_FILE)),
  );

/** The account whose journal was written last; null when there is none. */
export function latestAccount(dataDirectory: string): string | null {
  let newest: { readonly name: string; readonly at: number } | null = null;
  for (const name of accountsIn(dataDirectory)) {
    const store = new SqliteEventReader(join(dataDirectory, name, JOURNAL_FILE));
    const at = store.last()?.at ?? 0;
    store.close();
    if (newest === null || at > newest.at) newest = { name, at };
  }
  return newest?.name ?? null;
}
