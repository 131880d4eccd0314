import { expect, it } from 'vitest';
import { Dashboard } from '../../src/cli/run/dashboard.ts';
import { guardedAccount, settle } from '../support/guarded-account.ts';

it('the live view shows what is held, what is wrong and what was done', async () => {
  const guarded = await guardedAccount({
    positions: [{ symbol: 'AAPL', qty: '10', averageEntryPrice: '100' }],
  });
  const { clock, bigBrother, approvals, alerts } = guarded;
  await settle(clock, guarded.start());
  guarded.orchestrator.start();
  await clock.advanceBy(30_000);
  const dashboard = new Dashboard({ bigBrother, clock, approvals } as never);
  dashboard.add({ symbol: 'AAPL', at: clock.now(), text: 'stop placed at 92' } as never);
  const calm = dashboard.lines();
  expect(calm[0]).toMatch(
    /^BigBrother {2}simulated account \w+ {2}mode execute {2}trading active$/,
  );
  expect(calm.find((line) => line.startsWith('AAPL'))).toMatch(
    /^AAPL +long +10 +100\.00 +\+0\.00 +92\.00 +full +stop placed at 92$/,
  );
  expect(calm.join('\n')).not.toContain('ALERT');
  for (let index = 0; index < 8; index += 1) {
    alerts.raise({ code: `trouble_${index}`, symbol: null, because: 'it is not well' });
  }
  const alarmed = dashboard.lines().filter((line) => /^ALERT|^and/.test(line));
  expect(alarmed).toHaveLength(6);
  expect([alarmed[0], alarmed[5]]).toEqual(['ALERT  trouble_0: it is not well', 'and 3 more']);
  await settle(clock, guarded.stop());
});
