import { join } from 'node:path';
import type { AlpacaClientOptions } from '../../adapters/alpaca/client.ts';
import { connectEmergency } from '../../adapters/alpaca/emergency-broker.ts';
import { FileHaltLatch } from '../../adapters/system/file-halt-latch.ts';
import { DataDirectory, directoriesIn, fileExists } from '../../adapters/system/files.ts';
import { askLine } from '../../adapters/system/terminal.ts';
import { keyMark } from '../../composition/account-storage.ts';
import type { Settings } from '../../config.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EmergencyBroker } from '../../ports/emergency-broker.ts';
import { latestAccount } from '../journal/account-journal.ts';
import type { Answer } from '../shared/answer.ts';
import { UsageError } from '../shared/failure.ts';

/** Where an account is, at its broker and on this machine. */
type Whereabouts = Pick<Settings, 'venue' | 'dataDirectory'>;

/** An account's place on this machine. */
export type AccountPlace = {
  /** Such as `paper-PA123`. */
  readonly name: string;
  readonly accountNumber: string;
  readonly latch: FileHaltLatch;
};

/** @throws FileError when its directory cannot be made or written to */
export function placeOf({ dataDirectory }: Whereabouts, name: string): AccountPlace {
  const directory = DataDirectory.open(dataDirectory).directory(name);
  const accountNumber = name.slice(name.indexOf('-') + 1);
  return { name, accountNumber, latch: new FileHaltLatch(directory) };
}

/**
 * The accounts that the settings may mean, told without the network: the one named, or the one
 * that ran with these keys; when these keys never ran here, all of their environment.
 */
export function placesFor(settings: Whereabouts): readonly AccountPlace[] {
  const { venue, dataDirectory } = settings;
  if (venue.kind === 'embedded') {
    const latest = latestAccount(dataDirectory);
    return latest === null ? [] : [placeOf(settings, latest)];
  }
  const { environment, accountNumber, keyId } = venue;
  if (accountNumber !== null) return [placeOf(settings, `${environment}-${accountNumber}`)];
  const ofKind = directoriesIn(dataDirectory).filter((name) => name.startsWith(`${environment}-`));
  const ofKeys = ofKind.filter((name) => fileExists(join(dataDirectory, name, keyMark(keyId))));
  return (ofKeys.length > 0 ? ofKeys : ofKind).map((name) => placeOf(settings, name));
}

/** A connection for the kill switch alone; null for the exchange inside another process. */
export function emergencyFor(
  { venue }: Pick<Settings, 'venue'>,
  clock: Clock,
): EmergencyBroker | null {
  if (venue.kind === 'embedded') return null;
  const { keyId, secretKey: secret, endpoint } = venue;
  const options: AlpacaClientOptions = { keyId, secret, endpoint };
  return connectEmergency(options, clock);
}

/**
 * A person's word: the account's number, typed now or passed with `--yes`; nobody is asked
 * where the answer is for a program.
 *
 * @throws UsageError when it is not that account's
 */
export async function confirm(
  what: string,
  { accountNumber }: AccountPlace,
  passed: string | undefined,
  { isJson }: Answer,
): Promise<void> {
  if (passed === undefined && (isJson || !process.stdin.isTTY)) {
    const where = isJson ? 'with --json' : 'without a terminal';
    throw new UsageError(
      `${what} takes a person's word; ${where} pass --yes with the account number.`,
    );
  }
  const typed = passed ?? (await askLine(`${what}: type the account number to confirm: `));
  if (typed === accountNumber) return;
  throw new UsageError(
    `"${typed}" is not the number of this account (${accountNumber}); nothing was changed.`,
  );
}
