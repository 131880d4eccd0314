import { describe, expect, it } from 'vitest';
import { type Json, toJson } from '../../src/domain/canonical.ts';
import { price } from '../../src/domain/decimal.ts';
import type { JournalRecord } from '../../src/domain/event.ts';
import type { Order } from '../../src/domain/order.ts';
import {
  type EpisodeBook,
  type EpisodeEvent,
  episodesFromJournal,
  foldEpisodes,
} from '../../src/engine/account/episodes.ts';
import { type GivenHolding, NOW, snapshot, stopLimit } from '../support/given.ts';

const noEpisodes = episodesFromJournal([]);

const fold = (
  previous: EpisodeBook,
  holdings: readonly GivenHolding[],
  given: {
    orders?: readonly Order[];
    mark?: string;
    milestones?: readonly string[];
    traded?: boolean;
  } = {},
) => {
  const { positions } = snapshot({ holdings });
  const marks = new Map(
    given.mark === undefined
      ? []
      : positions.map(({ symbol }) => [symbol, price(given.mark ?? '')]),
  );
  return foldEpisodes(previous, {
    lastLookAt: 0,
    at: NOW,
    positions,
    orders: given.orders ?? [],
    marks,
    traded: new Set(given.traded === true ? positions.map(({ symbol }) => symbol) : []),
    splits: new Map(),
    milestonesOf: () => given.milestones ?? [],
  });
};

const only = ({ book }: { book: EpisodeBook }) => {
  const [episode] = book.open.values();
  if (episode === undefined) throw new Error('no episode is open');
  return episode;
};
const types = ({ events }: { events: readonly EpisodeEvent[] }) => events.map(({ type }) => type);

describe('an episode', () => {
  it('opens with the position and is counted up when it opens again', () => {
    const first = fold(noEpisodes, [{}]);
    expect(types(first)).toEqual(['episode_opened']);
    expect(only(first).id).toBe('AAPL#1');
    const flat = fold(first.book, []);
    expect(types(flat)).toEqual(['episode_closed']);
    expect(only(fold(flat.book, [{}])).id).toBe('AAPL#2');
  });

  it('ends when the position changes sides', () => {
    const long = fold(noEpisodes, [{}]);
    const short = fold(long.book, [{ side: 'short' }]);
    expect(types(short)).toEqual(['episode_closed', 'episode_opened']);
    expect(only(short)).toMatchObject({ id: 'AAPL#2', side: 'short' });
  });

  it('says nothing when nothing changed', () => {
    const first = fold(noEpisodes, [{}]);
    const again = fold(first.book, [{}]);
    expect(again.events).toEqual([]);
    expect(only(again)).toBe(only(first));
  });

  it.each([
    ['long', ['101', '105', '103'], '105'],
    ['short', ['99', '95', '97'], '95'],
  ] as const)('keeps the best price of a %s', (side, marks, best) => {
    let book = noEpisodes;
    for (const mark of marks) ({ book } = fold(book, [{ side }], { mark }));
    expect(only({ book }).highWaterPrice.toFixed()).toBe(best);
  });

  it('keeps the first stop, whatever follows it', () => {
    const first = fold(noEpisodes, [{}], { orders: [stopLimit({ stop: '95' })] });
    expect(only(first).initialStopPrice?.toFixed()).toBe('95');
    const raised = fold(first.book, [{}], { orders: [stopLimit({ stop: '98' })] });
    expect(only(raised).initialStopPrice?.toFixed()).toBe('95');
  });

  it('takes the oldest stop, and none that is past the entry', () => {
    const orders = [
      stopLimit({ id: 'b', stop: '97', createdAt: 2 }),
      stopLimit({ id: 'a', stop: '94', createdAt: 1 }),
      stopLimit({ id: 'c', stop: '104', createdAt: 0 }),
    ];
    expect(only(fold(noEpisodes, [{}], { orders })).initialStopPrice?.toFixed()).toBe('94');
  });

  it('does not take over the stop of the position before it', () => {
    const sold = stopLimit({ id: 'old', stop: '97', status: 'filled', updatedAt: NOW - 1 });
    const moved = stopLimit({ id: 'older', stop: '96', status: 'replaced', updatedAt: NOW - 9 });
    const again = fold(noEpisodes, [{}], { orders: [sold, moved] });
    expect(only(again).initialStopPrice).toBeNull();
    const first = fold(again.book, [{}], { orders: [sold, moved, stopLimit({ stop: '92' })] });
    expect(only(first).initialStopPrice?.toFixed()).toBe('92');
  });

  it('keeps a first stop that has ended since it opened', () => {
    const first = stopLimit({ stop: '95', status: 'replaced', createdAt: 1, updatedAt: NOW + 5 });
    const second = stopLimit({ id: 'b', stop: '97', createdAt: 2 });
    const opened = fold(noEpisodes, [{}], { orders: [first, second] });
    expect(only(opened).initialStopPrice?.toFixed()).toBe('95');
  });

  it.each([
    ['forward', { quantity: '40', entry: '25' }, ['40', '25', '23.75', '28']],
    ['reverse', { quantity: '1.25', entry: '800' }, ['1.25', '800', '760', '896']],
    ['odd, with a rounded entry', { quantity: '70', entry: '14.29' }, ['70', '14.29', null, '16']],
  ] as const)('goes on after a %s split, on the new scale', (_, after, expected) => {
    const opened = fold(noEpisodes, [{}], { orders: [stopLimit({ stop: '95' })], mark: '112' });
    const split = fold(opened.book, [{ ...after, price: '112' }], { mark: '999' });
    expect(types(split)).toEqual(['episode_changed']);
    expect(split.events[0]?.split?.from.toFixed()).toBe('10');
    const { id, quantity, entryPrice, initialStopPrice, highWaterPrice } = only(split);
    expect(id).toBe('AAPL#1');
    const [shares, entry, stop, best] = expected;
    expect([quantity, entryPrice, highWaterPrice].map(String)).toEqual([shares, entry, best]);
    if (stop !== null) expect(initialStopPrice?.toFixed()).toBe(stop);
    expect(types(fold(split.book, [after]))).toEqual([]);
  });

  it.each([
    ['a sale', { quantity: '9' }, false],
    ['a purchase', { quantity: '20', entry: '101' }, false],
    ['trades that left the cost as it was', { quantity: '40', entry: '25' }, true],
    ['a sale of one share in ten thousand', { quantity: '9.999' }, false],
  ] as const)('takes %s for no split', (_, after, traded) => {
    const opened = fold(noEpisodes, [{}], { orders: [stopLimit({ stop: '95' })] });
    const later = fold(opened.book, [after], { traded });
    expect(later.events[0]?.split).toBeNull();
    expect(only(later).initialStopPrice?.toFixed()).toBe('95');
  });

  it('remembers milestones for good', () => {
    const sold = fold(noEpisodes, [{}], { milestones: ['partial@2R'] });
    expect(only(fold(sold.book, [{}])).milestones).toEqual(['partial@2R']);
  });

  it('is read back from the journal as it was', () => {
    const first = fold(noEpisodes, [{}], { orders: [stopLimit()] });
    const changed = fold(first.book, [{}], { mark: '104', milestones: ['partial@2R'] });
    const closed = fold(changed.book, []);
    const records = [first, changed].flatMap(({ events }) => events.map(asRecord));
    expect(episodesFromJournal(records)).toEqual(changed.book);
    const early = records.map((record) => {
      const { quantity: _, ...episode } = (record.body as { episode: Record<string, Json> })
        .episode;
      return { ...record, body: { episode } };
    });
    expect(types(fold(episodesFromJournal(early), [{ quantity: '10' }]))).toEqual([
      'episode_changed',
    ]);
    const all = [...records, ...closed.events.map(asRecord)];
    expect(episodesFromJournal(all)).toEqual({
      open: new Map(),
      lastNumbers: new Map([['AAPL', 1]]),
    });
  });
});

const asRecord = ({ type, episode }: EpisodeEvent): JournalRecord => ({
  v: 1,
  seq: 1,
  at: NOW,
  boot: 'boot-1',
  type,
  actor: 'system',
  symbol: episode.symbol,
  planId: null,
  orderId: null,
  body: toJson({ episode }),
  prev: '',
  hash: '',
});
