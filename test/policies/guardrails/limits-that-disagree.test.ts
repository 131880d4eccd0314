import { expect, it } from 'vitest';
import { policySettings } from '../../../policies/registry.ts';

/** Which setting is refused and why; nothing where all of them are taken. */
const refused = (given: object) =>
  policySettings
    .safeParse(given)
    .error?.issues.map(({ path, message }) => [path.join('.'), message]) ?? [];

it.each([
  {
    ...{
      name: 'freshData',
      lower: 'quoteForExitsMs',
      says: 'quoteForExitsMs',
      than: 'quoteMs',
      at: 5_000,
    },
    because: 'at least quoteMs: an exit may not wait for better prices than an entry',
  },
  {
    ...{
      name: 'freshData',
      lower: 'snapshotForExitsMs',
      says: 'snapshotForExitsMs',
      than: 'snapshotMs',
      at: 5_000,
    },
    because: 'at least snapshotMs: an exit may not wait for better data than an entry',
  },
  {
    ...{
      name: 'messageThrottle',
      lower: 'exitsPerSymbolPerMinute',
      says: 'exitsPerSymbolPerMinute',
      at: 20,
    },
    ...{ than: 'entriesPerSymbolPerMinute' },
    because: 'at least entriesPerSymbolPerMinute: an exit may not wait for an entry',
  },
  {
    ...{ name: 'concentration', lower: 'sectorPercent', than: 'unknownSectorPercent', at: 20 },
    says: 'unknownSectorPercent',
    because: 'at most sectorPercent: what nobody knows may not be allowed more',
  },
])('$name.$lower may equal $than and not be less', ({ name, lower, than, at, says, because }) => {
  const given = (less: number) => ({ [name]: { [lower]: at - less, [than]: at } });
  expect(refused(given(0))).toEqual([]);
  expect(refused(given(1))).toEqual([[`${name}.${says}`, because]]);
});

it('orders of others are respected or managed, and nothing else is done with them', () => {
  const given = (foreignOrders: string) => ({ competingExit: { foreignOrders } });
  expect(['respect', 'manage'].flatMap((word) => refused(given(word)))).toEqual([]);
  for (const word of ['', 'ignore']) {
    expect(refused(given(word))).toMatchObject([
      ['competingExit.foreignOrders', expect.anything()],
    ]);
  }
});

it('a stop may not stand both nearer than the least and farther than the greatest distance', () => {
  const given = (leastAtr: string) => ({ stopSanity: { leastAtr, mostAtr: '6' } });
  expect(refused(given('5.9'))).toEqual([]);
  expect(refused(given('6'))).toEqual([['stopSanity.leastAtr', 'under mostAtr']]);
});
