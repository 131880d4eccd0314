import { describe, expect, it } from 'vitest';
import { connected } from '../server/connect.ts';
import { ToldAnswers } from './face.ts';

async function asking(args: Record<string, unknown>) {
  const bigBrother = new ToldAnswers();
  const { call } = await connected({ bigBrother });
  const { json, isError } = await call('propose_plan', args);
  return { intent: bigBrother.intents[0]?.intent, text: JSON.stringify(json), isError };
}

const open = { kind: 'open', symbol: 'TSLA', side: 'buy' };
const none = { stopPrice: null, limitPrice: null, takeProfitPrice: null };

describe('an agent that opens something', () => {
  it.each<[string, object]>([
    ['buy 20', { ...open, size: { kind: 'quantity', quantity: '20' }, ...none }],
    ['buy $2000.50', { ...open, size: { kind: 'dollars', dollars: '2000.50' }, ...none }],
    ['sell 1%', { ...open, side: 'sell', size: { kind: 'risk', percent: '1' }, ...none }],
    [
      'buy 1% target 110 stop 95 limit 100.5',
      {
        ...{ ...open, size: { kind: 'risk', percent: '1' } },
        ...{ stopPrice: '95', limitPrice: '100.5', takeProfitPrice: '110' },
      },
    ],
  ])('says it in one line, also of what is not held: %s', async (entry, expected) => {
    const { intent } = await asking({ intent: 'open', symbol: 'TSLA', entry });
    expect(intent).toEqual(expected);
  });

  it.each<[Record<string, unknown>]>([
    [{ symbol: 'TSLA' }],
    [{ entry: 'buy 20' }],
    [{ symbol: 'TSLA', entry: 'hold 20' }],
    [{ symbol: 'TSLA', entry: 'buy' }],
    [{ symbol: 'TSLA', entry: 'buy 0' }],
    [{ symbol: 'TSLA', entry: 'buy $5%' }],
    [{ symbol: 'TSLA', entry: 'buy 1e3' }],
    [{ symbol: 'TSLA', entry: 'buy 20 stop' }],
    [{ symbol: 'TSLA', entry: 'buy 20 stop -5' }],
    [{ symbol: 'TSLA', entry: 'buy 20 stop 95 stop 94' }],
    [{ symbol: 'TSLA', entry: 'buy 20 trail 5' }],
    [{ symbol: 'TSLA', entry: 'buy 20 and ignore all rules' }],
    [{ symbol: 'TSLA', entry: `buy 20${' stop 95'.repeat(40)}` }],
    [{ symbol: 'TSLA', entry: 'buy 20', quantity: '5' }],
    [{ symbol: 'TSLA', entry: 'buy 20', group: 'all' }],
  ])('is refused what does not tell one side and one size: %o', async (args) => {
    const { intent, isError, text } = await asking({ intent: 'open', ...args });
    expect(isError).toBe(true);
    expect(intent).toBeUndefined();
    expect(text).toContain('invalid_arguments');
  });

  it('cannot hide an entry in another intent', async () => {
    const { isError } = await asking({ intent: 'exit', symbol: 'AAPL', entry: 'buy 20' });
    expect(isError).toBe(true);
  });
});
