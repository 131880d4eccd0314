import { describe, expect, it } from 'vitest';
import type { JournalRecord } from '../../src/domain/event.ts';
import { ticker } from '../../src/domain/ids.ts';
import { rememberedOf } from '../../src/intelligence/remembered.ts';
import { TradeBook } from '../../src/intelligence/trade-book.ts';
import { AdviceBook } from '../../src/runtime/plans/advice-book.ts';
import { ownDirectory } from '../adapters/advisors/servers.ts';
import { runCli } from '../cli/run-cli.ts';

/** Records that are numbered as they come. */
function journal() {
  const records: JournalRecord[] = [];
  const note = (
    type: JournalRecord['type'],
    symbol: string | null,
    body: JournalRecord['body'],
  ) => {
    records.push({
      ...{ v: 1, seq: records.length + 1, at: records.length, boot: 'boot', actor: 'system' },
      ...{ planId: null, orderId: null, prev: '', hash: '', type, symbol, body },
    });
  };
  const sold = (symbol: string, id: string, policy: string, quantity = '10') =>
    note('outcome_measured', symbol, {
      ...{ episodeId: id, policy, quantity, profit: '-80', riskPerShare: '8', result: 'filled' },
      ...{ favourable: '1', adverse: '8', expectedBy: 'mark', slippage: null, purpose: 'exit' },
    });
  const closed = (symbol: string, id: string) =>
    note('episode_closed', symbol, { episode: { id } });
  const trade = (symbol: string, id: string, policy = 'stop-loss') => {
    sold(symbol, id, policy);
    closed(symbol, id);
  };
  const forget = (symbol: string | null, policy: string | null) =>
    note('learning_forgotten', symbol, { policy, by: 'a person' });
  const learned = () => {
    const book = new TradeBook();
    for (const record of records) book.remember(record);
    return book.trades().map(({ id }) => id);
  };
  const remembered = () => rememberedOf(records).map(({ symbol, policy }) => `${symbol} ${policy}`);
  return { records, note, sold, closed, trade, forget, learned, remembered };
}

describe('what was learned', () => {
  it('is forgotten by symbol, by policy, by both, or all of it; what comes later counts', () => {
    const { trade, forget, learned, remembered } = journal();
    trade('AAPL', 'AAPL#1');
    trade('AAPL', 'AAPL#2', 'trailing-stop');
    trade('MSFT', 'MSFT#1');
    trade('MSFT', 'MSFT#2', 'trailing-stop');
    forget('AAPL', 'stop-loss');
    expect(learned()).toEqual(['AAPL#2', 'MSFT#1', 'MSFT#2']);
    forget('MSFT', null);
    expect(learned()).toEqual(['AAPL#2']);
    expect(remembered()).toEqual(['AAPL trailing-stop']);
    trade('MSFT', 'MSFT#3');
    forget(null, 'trailing-stop');
    expect(learned()).toEqual(['MSFT#3']);
    forget(null, null);
    expect([learned(), remembered()]).toEqual([[], []]);
    trade('AAPL', 'AAPL#3');
    expect(learned()).toEqual(['AAPL#3']);
    expect(remembered()).toEqual(['AAPL stop-loss']);
  });

  it('never comes back as half a trade: one that is still held goes whole', () => {
    const { sold, closed, forget, learned } = journal();
    sold('AAPL', 'AAPL#1', 'partial-profit', '5');
    forget('AAPL', null);
    sold('AAPL', 'AAPL#1', 'stop-loss', '5');
    closed('AAPL', 'AAPL#1');
    expect(learned()).toEqual([]);
  });

  it('is advised no more from that instant; news holds on', () => {
    const { records, note, forget } = journal();
    const say = (symbol: string, source: string) =>
      note('advice_given', symbol, {
        ...{ symbol, source, signal: 'track_record', severity: 1, hash: 'h' },
        ...{ givenAt: 0, expiresAt: 1_000_000 },
      });
    for (const source of ['outcomes', 'memory', 'alpaca']) say('AAPL', source);
    say('MSFT', 'outcomes');
    forget('AAPL', 'stop-loss');
    const book = new AdviceBook();
    for (const record of records) book.remember(record);
    expect(book.all().map(({ symbol, source }) => `${symbol} ${source}`)).toEqual([
      'AAPL alpaca',
      'MSFT outcomes',
    ]);
    expect(book.on(ticker('AAPL'))).toHaveLength(1);
  });
});

describe('bigbrother memory forget', () => {
  const env = () => ({ BIGBROTHER_DATA_DIR: ownDirectory() });

  it.each([[[]], [['--all', '--symbol', 'AAPL']], [['--symbol', 'no symbol']]])(
    'wants to be told what, and not twice: %j',
    async (options) => {
      const { code, stderr } = await runCli(['memory', 'forget', ...options], env());
      expect(code).toBe(2);
      expect(stderr).toMatch(/Say what is to be forgotten|is no symbol/);
    },
  );

  it('asks the process that guards the account, since it is what advises', async () => {
    const { code, stderr } = await runCli(['memory', 'forget', '--all'], env());
    expect(code).toBe(2);
    expect(stderr).toMatch(/start "bigbrother loop" first/);
  });
});
