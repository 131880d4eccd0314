import { join } from 'node:path';
import { connectLocally } from '../../adapters/system/local-socket.ts';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import type { Settings } from '../../config.ts';
import { askOwner as askOver } from '../../server/attach/attach.ts';
import type { GuestWord, OwnerWord } from '../../server/attach/attach-words.ts';
import { UsageError } from '../shared/failure.ts';
import { type AccountPlace, placesFor } from './halt-account.ts';
import { type OwnerFile, readOwnerFile } from './owner-file.ts';

/**
 * The process that owns the account of these settings.
 *
 * @throws UsageError when none runs here
 */
export function ownerOf(settings: Settings): {
  readonly place: AccountPlace;
  readonly owner: OwnerFile;
} {
  for (const place of placesFor(settings)) {
    const owner = readOwnerFile(join(settings.dataDirectory, place.name));
    if (owner !== null) return { place, owner };
  }
  throw new UsageError(
    'No BigBrother guards this account here; start "bigbrother loop" first, which looks at the orders.',
  );
}

const UNHEARD = 'does not listen';

/** Asks it one question; a process that does not listen has refused. */
export async function askOwner(
  owner: OwnerFile,
  question: GuestWord,
  timeoutMs?: number,
): Promise<OwnerWord> {
  const link = await connectLocally(owner.address);
  if (link === null) return { kind: 'refused', because: `process ${owner.pid} ${UNHEARD}` };
  return askOver(link, question, new SystemClock(), timeoutMs);
}

/** What a person is told of any answer but the one that was hoped for. */
export function refusalIn(word: OwnerWord): string {
  const because = word.kind === 'refused' ? word.because : word.kind;
  // It leaves its file behind when it ends.
  return because.endsWith(UNHEARD)
    ? `No BigBrother runs this account: ${because}; nothing was changed. Start "bigbrother loop" and try again.`
    : `The BigBrother that owns the account said no: ${because}; nothing was changed.`;
}
