import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import type { PaperExchangeOptions } from '../../../src/paper-exchange/exchange.ts';
import { ProbeRefused } from '../../../src/paper-exchange/probe/account.ts';
import { notObservable, probeCases } from '../../../src/paper-exchange/probe/cases.ts';
import { knownSwitches } from '../../../src/paper-exchange/probe/findings.ts';
import type { Link } from '../../../src/paper-exchange/probe/link.ts';
import {
  type ProbeOptions,
  type ProbeResult,
  probe,
} from '../../../src/paper-exchange/probe/probe.ts';
import {
  jsonReport,
  markdownReport,
  switchesText,
} from '../../../src/paper-exchange/probe/report.ts';
import {
  parseSwitches,
  type SwitchSettings,
} from '../../../src/paper-exchange/probe/switches-file.ts';
import { HastyClock, keys, type ProbedOptions, probedExchange, SUNDAY } from './given.ts';

const NONE: SwitchSettings = { switches: {}, rest: {}, streams: {} };
let runs = 0;

async function probed(given: ProbedOptions = {}): Promise<ProbeResult> {
  const target = await probedExchange(given);
  try {
    const result = await probe(optionsFor(target.link));
    const [accountId = ''] = target.exchange.core.accountIds;
    const held = target.exchange.core.positions(accountId).map(({ symbol }) => symbol);
    expect(held).not.toContain('SPY');
    return result;
  } finally {
    await target.close();
  }
}

describe('the questions', () => {
  it('tell every switch, or it is said why none can', () => {
    const told = probeCases.flatMap(({ tells }) => (tells === undefined ? [] : [tells.name]));
    const all = knownSwitches.map(({ name }) => name);
    expect([...told, ...Object.keys(notObservable)].sort()).toEqual([...all].sort());
  });

  it('have names of their own', () => {
    const names = probeCases.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('probing an exchange like this one', () => {
  it('finds no difference while it is open, and leaves nothing', async () => {
    const result = await probed();
    expect(result.settings).toEqual(NONE);
    expect(result.differences).toEqual([]);
    expect(result.left).toBeNull();
    expect(notRun(result)).toEqual([
      ['cancel while the market is closed', 'the regular session is open'],
    ]);
  }, 60_000);

  it('finds no difference while it is closed, and says what it could not ask', async () => {
    const result = await probed({ at: SUNDAY });
    expect(result.settings).toEqual(NONE);
    expect(result.differences).toEqual([]);
    expect(result.left).toBeNull();
    expect(notRun(result).map(([name]) => name)).toEqual([
      'stop leg that goes with its take-profit',
      'one share and back',
      'shares available of a short',
    ]);
  }, 60_000);
});

/** What each switch that can be seen is turned to; more where more than two ways are seen. */
const turned: readonly (readonly [group: keyof SwitchSettings, name: string, value: unknown])[] = [
  ...knownSwitches.flatMap(({ group, name, values }) =>
    name in notObservable || ['dataConnections', 'symbolLimit', 'feeds'].includes(name)
      ? []
      : values.slice(1).map((value) => [group, name, value] as const),
  ),
  ['switches', 'priceAwayPercent', 7],
  ['streams', 'dataConnections', 3],
  ['streams', 'symbolLimit', 12],
  ['streams', 'feeds', ['iex', 'sip', 'test']],
];

describe('probing an exchange under another switch', () => {
  it.each(turned.filter(([, name]) => !['cancelOutsideHours', 'dailyProfitLoss'].includes(name)))(
    'finds %s.%s = %j, and only that',
    async (group, name, value) => {
      const settings = { [group]: { [name]: value } };
      const result = await probed({ settings });
      expect(result.settings).toEqual({ ...NONE, ...settings });
      expect(result.differences).toEqual([]);
      expect(result.left).toBeNull();
    },
    60_000,
  );

  it('finds a cancel that waits for the open, only that, and says what waits', async () => {
    const settings = { switches: { cancelOutsideHours: 'next_open' as const } };
    const result = await probed({ settings, at: SUNDAY });
    expect(result.settings).toEqual({ ...NONE, ...settings });
    expect(result.left).toMatch(/^order .* in SPY is pending_cancel/);
    expect(
      notRun(result)
        .map(([, because]) => because)
        .join(),
    ).toContain('stayed pending_cancel');
  }, 120_000);
});

describe('what a switch of the portfolio history does', () => {
  it.each([['from_day_before'], ['from_base']] as const)('is read: %s', async (dailyProfitLoss) => {
    const settings = { rest: { dailyProfitLoss } };
    const result = await probed({ settings, at: SUNDAY, days: 6 });
    const isUsual = dailyProfitLoss === 'from_day_before';
    expect(result.settings).toEqual(isUsual ? NONE : { ...NONE, ...settings });
    const history = result.answered.find(({ name }) => name === 'portfolio history');
    expect(history).toMatchObject({ finding: { kind: isUsual ? 'as_here' : 'differs' } });
  });

  it('is not told by a history in which nothing moved', async () => {
    const { answered } = await probed({ settings: { rest: { dailyProfitLoss: 'from_base' } } });
    const history = answered.find(({ name }) => name === 'portfolio history');
    expect(history).toMatchObject({ finding: { kind: 'says_nothing' } });
  });
});

describe('accounts that are not probed', () => {
  const refusal = (given: ProbedOptions) => probed(given).catch(({ message }) => message);
  const account = { ...keys, cash: '100000', multiplier: '4' } as const;

  it.each([
    ['whose number is not of a paper account', { accountNumber: '912345678' }, 'no paper account'],
    [
      'that hold the share already',
      { positions: [{ symbol: 'SPY', qty: '1', averageEntryPrice: '90' }] },
      'holds SPY or has open orders in it: choose another --symbol',
    ],
    ['that may not trade', { configuration: { suspendTrade: true } }, 'trade_suspended_by_user'],
    ['that are too small', { cash: '300' }, 'buying power'],
  ])('%s', async (_, change, because) => {
    const accounts: PaperExchangeOptions['accounts'] = [{ ...account, ...change }];
    const options = { accounts };
    const { exchange, link, close } = await probedExchange({ options });
    const told: unknown = await probe(optionsFor(link)).catch((error: unknown) => error);
    expect(told).toBeInstanceOf(ProbeRefused);
    expect(String(told)).toContain(because);
    const [accountId = ''] = exchange.core.accountIds;
    expect(ordersOf(exchange, accountId)).toEqual([]);
    await close();
  });

  it('that have open orders in the share', async () => {
    const { exchange, link, close } = await probedExchange();
    const [accountId = ''] = exchange.core.accountIds;
    exchange.core.submitOrder(accountId, {
      ...{ symbol: 'SPY', qty: '1', side: 'buy', type: 'limit', limit_price: '90' },
      time_in_force: 'gtc',
    });
    await expect(probe(optionsFor(link))).rejects.toThrow('has open orders in it');
    expect(ordersOf(exchange, accountId)).toHaveLength(1);
    await close();
  });

  it('that the keys do not open', async () => {
    expect(
      await refusal({ options: { accounts: [{ ...account, secretKey: 'another' }] } }),
    ).toContain('GET /v2/account was answered with 401 (unauthorized.)');
  });

  it('whose broker gives no answer', async () => {
    const { link, close } = await probedExchange();
    await close();
    await expect(probe(optionsFor(link))).rejects.toThrow(/no answer to GET .*ECONNREFUSED/);
  });
});

describe('leaving nothing behind', () => {
  it('after it was stopped with a share in hand', async () => {
    const { exchange, link, close } = await probedExchange();
    const stop = new AbortController();
    exchange.core.subscribe((event) => {
      if (event.kind === 'trade_update' && event.event === 'fill') stop.abort();
    });
    const result = await probe({ ...optionsFor(link), signal: stop.signal });
    expect(result).toMatchObject({ isStopped: true, left: null });
    expect(notRun(result).map(([, because]) => because)).toContain('it was stopped');
    expectNothingLeft(exchange);
    await close();
  }, 60_000);

  it('after answers were lost, orders that nobody heard of included', async () => {
    const { exchange, link, close } = await probedExchange();
    exchange.faults.add({
      where: { route: '/v2/orders', method: 'POST' },
      when: { every: 3 },
      what: { kind: 'apply_then_drop_reply' },
    });
    const result = await probe(optionsFor(link));
    expect(result.left).toBeNull();
    expect(notRun(result).some(([, because]) => because?.startsWith('no answer to POST'))).toBe(
      true,
    );
    expectNothingLeft(exchange);
    await close();
  }, 60_000);

  it('leaves alone what the account has in other symbols', async () => {
    const positions = [{ symbol: 'HARD', qty: '7', averageEntryPrice: '40' }];
    const { exchange, link, close } = await probedExchange({
      options: { accounts: [{ ...keys, cash: '100000', multiplier: '4', positions }] },
    });
    const [accountId = ''] = exchange.core.accountIds;
    const sale = { symbol: 'HARD', qty: '7', side: 'sell', type: 'limit', limit_price: '80' };
    exchange.core.submitOrder(accountId, { ...sale, time_in_force: 'gtc' });
    const result = await probe(optionsFor(link));
    expect(result.left).toBeNull();
    expect(notRun(result).map(([name]) => name)).toContain('short sale of what is hard to borrow');
    expect(exchange.core.positions(accountId).map(({ symbol }) => symbol)).toEqual(['HARD']);
    expect(ordersOf(exchange, accountId, 'open')).toHaveLength(1);
    await close();
  }, 60_000);

  it('leaves alone what another places and buys in the same symbol meanwhile', async () => {
    const { exchange, link, close } = await probedExchange();
    const [accountId = ''] = exchange.core.accountIds;
    const another = { symbol: 'SPY', side: 'buy', time_in_force: 'gtc' };
    let isPlaced = false;
    exchange.core.subscribe((event) => {
      if (isPlaced || event.kind !== 'trade_update' || event.event !== 'fill') return;
      isPlaced = true;
      exchange.core.submitOrder(accountId, { ...another, type: 'market', qty: '5' });
      exchange.core.submitOrder(accountId, {
        ...{ ...another, type: 'limit', qty: '1', limit_price: '60' },
      });
    });
    const { left } = await probe(optionsFor(link));
    expect(left).toMatch(/a position of \d SPY is open/);
    expect(ordersOf(exchange, accountId, 'open')).toHaveLength(1);
    expect(exchange.core.position(accountId, 'SPY')?.qty).toBeGreaterThanOrEqual(decimal('5'));
    await close();
  }, 60_000);

  it('says what it could not take back', async () => {
    const { exchange, link, close } = await probedExchange();
    exchange.faults.add({ where: {}, what: { kind: 'stick_cancel', ms: null } });
    const { left } = await probe(optionsFor(link));
    expect(left).toMatch(/^order \S+ in SPY is pending_cancel/);
    await close();
  }, 60_000);
});

describe('the pace', () => {
  it('stays below the limit of an account, and a refusal for haste is asked again', async () => {
    const { exchange, link, close } = await probedExchange();
    const clock = new HastyClock();
    const at: number[] = [];
    const counted: Link = {
      ...link,
      request: (...call) => {
        at.push(clock.now());
        return link.request(...call);
      },
    };
    exchange.faults.add({
      when: { nth: 20 },
      what: { kind: 'answer', status: 429, body: '{"message":"too many requests."}' },
    });
    const result = await probe({ ...optionsFor(counted), clock });
    expect(result.settings).toEqual(NONE);
    expect(result.requests).toBe(at.length);
    for (const [place, one] of at.entries()) {
      const before = at[place - 100];
      if (before !== undefined) expect(one - before).toBeGreaterThanOrEqual(60_000);
    }
    await close();
  }, 60_000);
});

describe('the report', () => {
  it('says what differs, what was not asked and why, and hides the account', async () => {
    const settings = { switches: { washTradeStatus: 422 as const } };
    const result = await probed({ settings, at: SUNDAY });
    const text = markdownReport(result);
    expect(text).toMatch(/\| washTradeStatus \| 403 \| 422 \|/);
    expect(text).toContain('Nothing is left');
    expect(text).toMatch(/\| one share and back \| {2}\| the regular session is not open/);
    for (const name of Object.keys(notObservable)) expect(text).toContain(`| ${name} |`);
    expect(text).not.toContain(result.accountNumber);
    expect(JSON.parse(jsonReport(result))).toMatchObject({ settings, left: null });
  });

  it('comes with a switches file that makes the exchange agree', async () => {
    const settings: SwitchSettings = {
      switches: { washTradeStatus: 422, cancelOfCanceled: 'refuse', priceAwayPercent: 40 },
      rest: { marketDataPlan: 'unlimited' },
      streams: { symbolLimit: 20, feeds: ['iex', 'sip', 'test'] },
    };
    const first = await probed({ settings });
    const read = parseSwitches('written', switchesText(first));
    expect(read).toEqual(settings);
    expect((await probed({ settings: read })).settings).toEqual(settings);
  }, 60_000);
});

type Exchange = Awaited<ReturnType<typeof probedExchange>>['exchange'];

const optionsFor = (link: Link): ProbeOptions => {
  runs += 1;
  return {
    ...{ link, keys, clock: new HastyClock(), symbol: 'SPY', prefix: `probe-${runs}` },
    ...{ signal: new AbortController().signal, onProgress: () => undefined },
  };
};

const ordersOf = ({ core }: Exchange, accountId: string, status: 'all' | 'open' = 'all') =>
  core.listOrders(accountId, {
    ...{ status, limit: 500, after: null, until: null, direction: 'asc', nested: false },
    ...{ afterOrderId: null, beforeOrderId: null, symbols: null, side: null },
  });

const expectNothingLeft = (exchange: Exchange): void => {
  const [accountId = ''] = exchange.core.accountIds;
  expect(exchange.core.positions(accountId)).toEqual([]);
  expect(ordersOf(exchange, accountId, 'open')).toEqual([]);
};

const notRun = ({ answered }: ProbeResult) =>
  answered.flatMap((one) => (one.kind === 'not_run' ? [[one.name, one.because]] : []));
