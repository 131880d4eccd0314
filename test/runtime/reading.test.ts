import { expect, it } from 'vitest';
import { loopedAccount } from '../support/guarded-account.ts';

/** A winner in a moving market; `looks` says how often somebody reads in between. */
async function journalOf(looks: (account: Awaited<ReturnType<typeof loopedAccount>>) => void) {
  const account = await loopedAccount();
  for (let step = 1; step <= 40; step += 1) {
    account.price('AAPL', `${100 + step * 0.3}`.slice(0, 6));
    looks(account);
    await account.clock.advanceBy(1_700);
    looks(account);
  }
  await account.stop();
  return account.logger.getHistory({ limit: 1_000 }).records.map(({ hash }) => hash);
}

it('leaves the journal as it is, however often anybody reads', async () => {
  const unread = await journalOf(() => undefined);
  const read = await journalOf((account) => {
    account.bigBrother.snapshot();
    account.context();
    account.bigBrother.status();
    account.bigBrother.alerts();
  });
  expect(unread.length).toBeGreaterThan(20);
  expect(read).toEqual(unread);
});
