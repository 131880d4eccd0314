import { describe, expect, it } from 'vitest';
import type { Halt, HaltLevel } from '../../src/domain/halt.ts';
import { orderId, ticker } from '../../src/domain/ids.ts';
import type { Order } from '../../src/domain/order.ts';
import type { Position } from '../../src/domain/portfolio.ts';
import { type Clearing, clearingFor, FlatLooks } from '../../src/runtime/halt/halt-orders.ts';
import { holding, NOW, oco, order, stopLimit } from '../support/given.ts';

const AAPL = ticker('AAPL');
const LEVELS: readonly HaltLevel[] = ['entries', 'everything', 'flatten'];
const long = holding().position;
const short = holding({ side: 'short' }).position;
const market = (given: Parameters<typeof order>[0] = {}) => order({ type: 'market', ...given });

type Given = Partial<Pick<Halt, 'level' | 'includesForeign'>> & {
  readonly positions?: readonly Position[];
  readonly isFlat?: boolean;
};

const clearing = (
  orders: readonly Order[],
  { level = 'entries', includesForeign = true, positions = [long], isFlat = false }: Given = {},
): Clearing => clearingFor({ level, includesForeign }, { positions, orders }, () => isFlat);

const ids = (orders: readonly Order[]) => orders.map(({ id }) => id as string);
const LISTS = ['unwanted', 'toCancel', 'foreign', 'undecided', 'kept'] as const;

/** The lists that hold something, each with the ids in it. */
const told = (found: Clearing) =>
  Object.fromEntries(
    LISTS.flatMap((name) => (found[name].length === 0 ? [] : [[name, ids(found[name])]])),
  );

describe('what a halt of each level does with an order of a position that is held', () => {
  const kept = (id: string) => ({ kept: [id] });
  const gone = (id: string) => ({ unwanted: [id], toCancel: [id] });
  const buy = order({ id: 'buy', side: 'buy', limit: '90' });
  const profit = order({ id: 'profit', limit: '120' });
  const exit = market({ id: 'exit' });
  const trailing = order({ id: 'trailing', type: 'trailing_stop' });

  it.each([
    ['a purchase more', buy, long, [gone('buy'), gone('buy'), gone('buy')]],
    ['a stop', stopLimit(), long, [kept('stop-1'), kept('stop-1'), gone('stop-1')]],
    ['a trailing stop', trailing, long, [kept('trailing'), kept('trailing'), gone('trailing')]],
    ['a take-profit alone', profit, long, [kept('profit'), gone('profit'), gone('profit')]],
    ['an exit at the market', exit, long, [kept('exit'), gone('exit'), kept('exit')]],
    ['a purchase that covers a short', buy, short, [kept('buy'), gone('buy'), gone('buy')]],
    [
      'a sale that adds to a short',
      profit,
      short,
      [gone('profit'), gone('profit'), gone('profit')],
    ],
    [
      'an exit at the market of a pair',
      { ...exit, orderClass: 'oco' as const },
      long,
      [kept('exit'), kept('exit'), gone('exit')],
    ],
    [
      'a purchase at the market',
      market({ id: 'more', side: 'buy' }),
      long,
      [gone('more'), gone('more'), gone('more')],
    ],
    [
      'a purchase at the market that covers a short',
      market({ id: 'cover', side: 'buy' }),
      short,
      [kept('cover'), gone('cover'), kept('cover')],
    ],
  ] as const)('%s', (_, one, position, expected) => {
    const found = LEVELS.map((level) => told(clearing([one], { level, positions: [position] })));
    expect(found).toEqual(expected);
  });

  it('a pair stays or goes as one, and goes by one cancel of the one that works', () => {
    const pair = oco({});
    const both = ['oco-1', 'oco-1-stop'];
    expect(told(clearing(pair, { level: 'everything' }))).toEqual({ kept: both });
    expect(told(clearing(pair, { level: 'flatten' }))).toEqual({
      unwanted: both,
      toCancel: ['oco-1'],
    });
    expect(told(clearing([pair[1], pair[0]], { level: 'flatten' })).toCancel).toEqual(['oco-1']);
  });

  it('a pair of which the broker lists the take-profit alone has its stop beside it', () => {
    const [profitOfPair] = oco({});
    expect(told(clearing([profitOfPair], { level: 'everything' }))).toEqual({ kept: ['oco-1'] });
  });

  it('an exit at the market that is one of several in a group closes nothing by itself', () => {
    const group = [market({ id: 'one' }), stopLimit({ id: 'two', replaces: 'one' })];
    expect(told(clearing(group, { level: 'flatten' }))).toMatchObject({
      unwanted: ['one', 'two'],
    });
  });

  it('a group of which two work goes by one cancel: the other ends with it', () => {
    const [profit, stop] = oco({});
    const both = [profit, { ...stop, status: 'new' as const }];
    expect(told(clearing(both, { level: 'flatten' })).toCancel).toEqual(['oco-1']);
  });

  it('an entry goes with the exits that hang on it', () => {
    const group = [
      order({ id: 'entry', side: 'buy', limit: '90', orderClass: 'bracket' }),
      stopLimit({ id: 'leg', status: 'held', parentId: 'entry' }),
    ];
    expect(told(clearing(group))).toEqual({ unwanted: ['entry', 'leg'], toCancel: ['entry'] });
  });

  it('a stop that steps into the place of a limit stays, and so does the limit until then', () => {
    const group = [
      order({ id: 'limit', limit: '120', status: 'pending_replace' }),
      stopLimit({ id: 'stop', replaces: 'limit' }),
    ];
    expect(told(clearing(group, { level: 'everything' }))).toEqual({ kept: ['limit', 'stop'] });
  });

  it('an order that has ended is not looked at any more', () => {
    const ended = (['filled', 'canceled', 'expired', 'rejected', 'replaced'] as const).map(
      (status) => order({ id: status, side: 'buy', limit: '90', status }),
    );
    expect(told(clearing(ended))).toEqual({});
  });

  it('what is being canceled has to end still, and is not canceled again', () => {
    const leaving = order({ id: 'leaving', side: 'buy', limit: '90', status: 'pending_cancel' });
    expect(told(clearing([leaving]))).toEqual({ unwanted: ['leaving'] });
  });
});

describe('orders of others under a halt', () => {
  const theirs = order({ id: 'theirs', side: 'buy', limit: '90', foreign: true });
  const stop = stopLimit({ foreign: true });

  it('are told of and left alone where an agent halts, and canceled where a person does', () => {
    expect(told(clearing([theirs], { includesForeign: false }))).toEqual({ foreign: ['theirs'] });
    expect(told(clearing([theirs], { includesForeign: true }))).toEqual({
      unwanted: ['theirs'],
      toCancel: ['theirs'],
    });
  });

  it('are kept without a word where they may rest', () => {
    expect(told(clearing([stop], { includesForeign: false }))).toEqual({ kept: ['stop-1'] });
  });

  it('are ours where one of the group is: the broker names the legs itself', () => {
    const pair = oco({});
    const found = told(clearing(pair, { level: 'flatten', includesForeign: false }));
    expect(found).toEqual({ unwanted: ['oco-1', 'oco-1-stop'], toCancel: ['oco-1'] });
  });

  it('are ours where one stands in the place of an order of ours', () => {
    const group = [
      stopLimit({ id: 'ours', status: 'pending_replace' }),
      stopLimit({ id: 'edited', replaces: 'ours', foreign: true }),
    ];
    const found = told(clearing(group, { level: 'flatten', includesForeign: false }));
    expect(found).toEqual({ unwanted: ['ours', 'edited'], toCancel: ['ours'] });
  });

  it('go beside orders of ours, each by its own rule', () => {
    const ours = order({ id: 'ours', side: 'buy', limit: '80' });
    expect(told(clearing([theirs, ours], { includesForeign: false }))).toEqual({
      ...{ foreign: ['theirs'], unwanted: ['ours'], toCancel: ['ours'] },
    });
  });
});

describe('an order where nothing is held', () => {
  const flat = (one: Order, given: Given = {}) =>
    told(clearing([one], { ...given, positions: [] }));
  const sale = order({ id: 'sale', limit: '110' });

  it.each(LEVELS)(
    'waits under %s until it is sure that nothing is held, and then goes',
    (level) => {
      const undecided = level === 'flatten' ? {} : { undecided: ['sale'] };
      const gone = { unwanted: ['sale'], toCancel: ['sale'] };
      expect(flat(sale, { level })).toEqual(level === 'flatten' ? gone : undecided);
      expect(flat(sale, { level, isFlat: true })).toEqual(gone);
    },
  );

  it.each([
    ['buy_to_open', true],
    ['sell_to_open', true],
    ['buy_to_close', false],
    ['sell_to_close', false],
  ] as const)('that says it is %s is believed', (positionIntent, opens) => {
    const one: Order = { ...sale, positionIntent, side: 'buy' };
    expect(Object.keys(flat(one))).toEqual(opens ? ['unwanted', 'toCancel'] : ['undecided']);
  });

  it.each([
    ['buy', 'limit', true],
    ['buy', 'market', true],
    ['buy', 'stop', false],
    ['buy', 'stop_limit', false],
    ['sell', 'limit', false],
    ['sell', 'market', false],
  ] as const)('that says nothing: %s %s opens: %s', (side, type, opens) => {
    const one = order({ id: 'one', side, type });
    expect(Object.keys(flat(one))).toEqual(opens ? ['unwanted', 'toCancel'] : ['undecided']);
  });

  it('goes at the market, too, where a flatten did not send it to close something', () => {
    const one = market({ id: 'one' });
    expect(flat(one, { level: 'flatten' })).toEqual({ unwanted: ['one'], toCancel: ['one'] });
  });

  it('says what it is for in vain where something is held', () => {
    const adding: Order = {
      ...order({ side: 'buy', limit: '90' }),
      positionIntent: 'buy_to_close',
    };
    expect(Object.keys(told(clearing([adding])))).toEqual(['unwanted', 'toCancel']);
  });

  it('is asked about its own symbol', () => {
    const asked: string[] = [];
    const orders = [sale, order({ id: 'other', symbol: 'KO', limit: '60' })];
    const sure = (symbol: string) => {
      asked.push(symbol);
      return symbol === 'KO';
    };
    const found = clearingFor(
      { level: 'entries', includesForeign: true },
      { positions: [], orders },
      sure,
    );
    expect(asked).toEqual(['AAPL', 'KO']);
    expect(told(found)).toEqual({ undecided: ['sale'], unwanted: ['other'], toCancel: ['other'] });
  });
});

describe('the positions that a halt leaves', () => {
  it('are no matter of it but where it flattens', () => {
    expect(clearing([], { level: 'everything' })).toMatchObject({ held: [], toClose: [] });
  });

  it('are closed when nothing rests for them any more', () => {
    const ko = holding({ symbol: 'KO' }).position;
    const found = clearing([stopLimit()], { level: 'flatten', positions: [long, ko] });
    expect(found.held.map(({ symbol }) => symbol)).toEqual(['AAPL', 'KO']);
    expect(found.toClose.map(({ symbol }) => symbol)).toEqual(['KO']);
    const ended = clearing([stopLimit({ status: 'canceled' })], { level: 'flatten' });
    expect(ended.toClose.map(({ symbol }) => symbol)).toEqual(['AAPL']);
  });

  it('are told of where no stop protects them whole', () => {
    const uncovered = (orders: readonly Order[]) => clearing(orders).uncovered;
    expect(uncovered([])).toEqual(['AAPL: 10 of 10 shares']);
    expect(uncovered([stopLimit({ quantity: '4' })])).toEqual(['AAPL: 6 of 10 shares']);
    expect(uncovered([stopLimit()])).toEqual([]);
    expect(uncovered([stopLimit({ symbol: 'KO' })])).toEqual(['AAPL: 10 of 10 shares']);
  });
});

describe('which symbols are surely flat', () => {
  const rests = order({ id: 'rests' });
  const looked = (...looks: readonly (readonly [number, Parameters<FlatLooks['take']>[0]])[]) => {
    const flat = new FlatLooks();
    for (const [at, look] of looks) flat.take(look, NOW + at);
    return flat.isFlat(AAPL);
  };
  const empty = { positions: [], orders: [rests] };
  const held = { positions: [long], orders: [rests] };
  const filledAt = (at: number, filled = '3') => ({
    positions: [],
    orders: [rests, order({ id: orderId('f'), filled, status: 'filled', updatedAt: NOW + at })],
  });

  it('are those that looks of five seconds apart show without a position', () => {
    expect(looked([0, empty])).toBe(false);
    expect(looked([0, empty], [4_999, empty])).toBe(false);
    expect(looked([0, empty], [5_000, empty])).toBe(true);
    expect(looked([0, empty], [2_000, empty], [5_000, empty])).toBe(true);
    expect(looked()).toBe(false);
  });

  it('are not those that were held meanwhile: the count begins again', () => {
    expect(looked([0, empty], [2_000, held], [6_000, empty])).toBe(false);
    expect(looked([0, empty], [2_000, held], [6_000, empty], [11_000, empty])).toBe(true);
    expect(looked([0, held], [9_000, held])).toBe(false);
  });

  it('are not those in which an order filled so lately that the list may lag', () => {
    expect(looked([0, filledAt(0)], [5_000, filledAt(0)])).toBe(false);
    expect(looked([0, empty], [5_000, filledAt(4_000)])).toBe(false);
    // A fill of fifteen seconds ago is in every list by now.
    expect(looked([0, filledAt(-15_000)], [5_000, filledAt(-15_000)])).toBe(true);
    expect(looked([0, filledAt(-14_999)], [5_000, filledAt(-14_999)])).toBe(false);
    expect(looked([0, filledAt(-9_000)], [5_000, filledAt(-9_000)])).toBe(false);
    expect(looked([0, filledAt(0, '0')], [5_000, filledAt(0, '0')])).toBe(true);
  });

  it('are told by symbol', () => {
    const flat = new FlatLooks();
    const ko = order({ id: 'ko', symbol: 'KO' });
    const look = { positions: [long], orders: [rests, ko] };
    flat.take(look, NOW);
    flat.take(look, NOW + 5_000);
    expect([flat.isFlat(ticker('KO')), flat.isFlat(AAPL)]).toEqual([true, false]);
  });

  it('are not held up by a fill of another symbol', () => {
    const sold = order({ id: 'sold', symbol: 'KO', filled: '3', status: 'filled', updatedAt: NOW });
    const look = { positions: [], orders: [rests, sold] };
    expect(looked([0, look], [5_000, look])).toBe(true);
  });
});
