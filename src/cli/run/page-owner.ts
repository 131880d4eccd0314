import { userName } from '../../adapters/system/terminal.ts';
import type { GuestWord, OwnerWord } from '../../server/attach/attach-words.ts';
import type { PageOwner } from '../../server/page/local-page.ts';
import { askOwner } from '../owner/ask-owner.ts';
import { readOwnerFile } from '../owner/owner-file.ts';

/**
 * Whoever owns the account at the moment, this process or another one, asked as a terminal of
 * this machine asks it: what a person says on the page goes the same way as from a terminal.
 *
 * @param accountDirectory where the account lies; null while that is not known
 */
export function pageOwner(accountDirectory: () => string | null): PageOwner {
  const by = `${userName()} on the page`;
  const ask = async (word: (token: string) => GuestWord): Promise<OwnerWord> => {
    const directory = accountDirectory();
    const owner = directory === null ? null : readOwnerFile(directory);
    return owner === null
      ? { kind: 'refused', because: 'no process owns the account at the moment' }
      : askOwner(owner, word(owner.token));
  };
  const taken = (word: OwnerWord): string | null => {
    if (word.kind === 'taken') return word.because;
    return word.kind === 'refused' ? word.because : 'the owner said what is no answer';
  };
  return {
    async read(view, query) {
      const word = await ask((token) => ({ kind: 'read_page', token, view, query }));
      if (word.kind === 'page_view') {
        const { json, because, isWrong } = word;
        if (json !== null) return { outcome: 'read', json };
        const refused = { outcome: 'refused', because: because ?? 'nothing to show' } as const;
        return isWrong ? { ...refused, isWrong } : refused;
      }
      return { outcome: 'refused', because: word.kind === 'refused' ? word.because : word.kind };
    },
    async waiting() {
      const word = await ask((token) => ({ kind: 'list_approvals', token }));
      return word.kind === 'approvals' ? word.approvals : null;
    },
    approve: async (said) =>
      taken(await ask((token) => ({ kind: 'approve', token, by, channel: 'page', ...said }))),
    reject: async (said) => {
      const because = 'on the page';
      return taken(
        await ask((token) => ({ kind: 'reject', token, by, because, channel: 'page', ...said })),
      );
    },
  };
}
