import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askOwner, refusalIn } from '../../src/cli/owner/ask-owner.ts';
import { useWorkplace } from './workplace.ts';

const { path } = useWorkplace('ask-owner');

describe('what a person hears of the BigBrother that owns an account', () => {
  it('is that none runs where it has left its file behind, and not that it said no', async () => {
    const gone = { pid: 4242, address: join(path(), 'gone.sock'), token: 'x' };
    const said = refusalIn(await askOwner(gone, { kind: 'list_approvals', token: 'x' }));
    expect(said).toMatch(/^No BigBrother runs this account: process 4242 does not listen; /);
    expect(said).toContain('Start "bigbrother loop"');
  });

  it('is its reason where it refused', () => {
    expect(refusalIn({ kind: 'refused', because: 'another code' })).toBe(
      'The BigBrother that owns the account said no: another code; nothing was changed.',
    );
  });
});
