import { join } from 'node:path';
import { z } from 'zod';
import {
  directoriesIn,
  fileExists,
  readTextFile,
  replaceTextFile,
} from '../../adapters/system/files.ts';
import { keyMark } from '../../composition/account-storage.ts';
import type { Settings } from '../../config.ts';

const OWNER_FILE = 'owner.json';

const ownerFile = z.object({ address: z.string(), token: z.string(), pid: z.number().int() });

/** Where the owner of an account can be reached, and what to show there. */
export type OwnerFile = z.infer<typeof ownerFile>;

/** Only the user who owns the account's directory can read it: who knows the token is that user. */
export function writeOwnerFile(accountDirectory: string, content: OwnerFile): void {
  replaceTextFile(join(accountDirectory, OWNER_FILE), `${JSON.stringify(content)}\n`);
}

/** @returns null when there is none that can be read: the owner is only about to write it */
export function readOwnerFile(accountDirectory: string): OwnerFile | null {
  const path = join(accountDirectory, OWNER_FILE);
  if (!fileExists(path)) return null;
  try {
    return ownerFile.parse(JSON.parse(readTextFile(path)));
  } catch {
    return null;
  }
}

/**
 * Where the account of these keys lies, told without the network; null when they have not opened
 * it on this machine yet.
 */
export function accountDirectoryOf({ venue, dataDirectory }: Settings): string | null {
  if (venue.kind === 'embedded') return null;
  const { environment, accountNumber, keyId } = venue;
  const [name, ...others] = directoriesIn(dataDirectory).filter(
    (each) =>
      (accountNumber === null
        ? each.startsWith(`${environment}-`)
        : each === `${environment}-${accountNumber}`) &&
      fileExists(join(dataDirectory, each, keyMark(keyId))),
  );
  return name === undefined || others.length > 0 ? null : join(dataDirectory, name);
}
