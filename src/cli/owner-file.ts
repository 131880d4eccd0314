import { join } from 'node:path';
import { z } from 'zod';
import { fileExists, readTextFile, replaceTextFile } from '../adapters/system/files.ts';

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
