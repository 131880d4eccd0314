import { expect, it } from 'vitest';
import type { Mode } from '../../src/domain/environment.ts';
import type { HandOver } from '../../src/domain/hand-over.ts';
import type { PolicyRollout, RolloutSettings } from '../../src/domain/rollout.ts';
import type { Runtime } from '../../src/runtime/runtime-parts.ts';
import { type Guarded, guardedAccount, settle } from '../support/guarded-account.ts';

const SHARES = { AAPL: '10', KO: '20', MSFT: '5' } as const;
const SYMBOLS = Object.keys(SHARES) as readonly (keyof typeof SHARES)[];
const MINUTE = 60_000;
const POLICIES = ['excess-exit', 'gap-rescue', 'stop-loss', 'trailing-stop', 'partial-profit'];
/** Thursday 2026-10-08, 09:35 in New York. */
const MORNING = Date.UTC(2026, 9, 8, 13, 35);

/** As `stages` says for the policies it names; the others only watch. */
const rolloutOf = (
  stages: Readonly<Record<string, Pick<PolicyRollout, 'stage' | 'symbols'>>>,
): RolloutSettings =>
  Object.fromEntries(
    POLICIES.map((name) => [
      name,
      {
        ...{ stage: 'shadow' as const, symbols: [], ...stages[name] },
        ...{ maxActionsPerDay: null, maxPositionDollars: null },
      },
    ]),
  );
const everywhere = { stage: 'all', symbols: [] } as const;

type Listed = {
  readonly id: string;
  readonly symbol: string;
  readonly type: string;
  readonly side: string;
  readonly qty: string;
  readonly client_order_id: string;
};

/** What the exchange itself says, read by nobody's code but this test's. */
async function ask(guarded: Guarded, path: string, method = 'GET', body?: object) {
  const answer = await guarded.exchange.fetchApi(`http://127.0.0.1${path}`, {
    method,
    headers: {
      'APCA-API-KEY-ID': 'PK-TEST',
      'APCA-API-SECRET-KEY': 'secret',
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
  const text = await answer.text();
  return (text === '' ? null : JSON.parse(text)) as unknown;
}

const openOrders = async (guarded: Guarded) =>
  (await ask(guarded, '/v2/orders?status=open&limit=500')) as readonly Listed[];

async function bareSymbols(guarded: Guarded): Promise<readonly string[]> {
  const held = (await ask(guarded, '/v2/positions')) as readonly {
    readonly symbol: string;
    readonly qty: string;
  }[];
  const orders = await openOrders(guarded);
  return held.flatMap(({ symbol, qty }) => {
    const stops = orders.filter(
      (order) => order.symbol === symbol && order.side === 'sell' && order.type.includes('stop'),
    );
    return stops.reduce((sum, stop) => sum + Number(stop.qty), 0) < Number(qty) ? [symbol] : [];
  });
}

/** The bot that was there before: a manager of stops for each of its symbols, and no more. */
class OldBot {
  readonly #guarded: Guarded;
  readonly #symbols = new Set<string>();

  constructor(guarded: Guarded) {
    this.#guarded = guarded;
  }

  async takeOver(symbol: keyof typeof SHARES): Promise<void> {
    this.#symbols.add(symbol);
    for (const order of await openOrders(this.#guarded)) {
      if (order.symbol === symbol) await ask(this.#guarded, `/v2/orders/${order.id}`, 'DELETE');
    }
    await this.#guarded.clock.advanceBy(1_000);
    await ask(this.#guarded, '/v2/orders', 'POST', {
      ...{ symbol, qty: SHARES[symbol], side: 'sell', type: 'stop', stop_price: '92' },
      ...{
        time_in_force: 'gtc',
        client_order_id: `old-bot-${symbol}-${this.#guarded.clock.now()}`,
      },
    });
  }

  async letGo(symbol: string): Promise<void> {
    this.#symbols.delete(symbol);
    for (const order of await openOrders(this.#guarded)) {
      if (order.symbol === symbol) await ask(this.#guarded, `/v2/orders/${order.id}`, 'DELETE');
    }
  }
}

/** Prices wander up by a few cents a minute, and each minute every share is looked at. */
async function liveThrough(guarded: Guarded, minutes: number, from: number): Promise<number> {
  for (let minute = 0; minute < minutes; minute += 1) {
    const at = from + minute * 0.02 + (minute % 7) * 0.05;
    for (const symbol of SYMBOLS) guarded.price(symbol, at.toFixed(2));
    await guarded.clock.advanceBy(MINUTE);
    expect([minute, await bareSymbols(guarded)]).toEqual([minute, []]);
  }
  return from + minutes * 0.02;
}

const acted = (runtime: Pick<Runtime, 'logger'>) =>
  runtime.logger.recall(['step_intended']).map(({ symbol }) => symbol);

it('goes from observing to acting on one symbol, then on all, and back to the old bot', async () => {
  const guarded = await guardedAccount({
    startAt: MORNING,
    positions: SYMBOLS.map((symbol) => ({
      ...{ symbol, qty: SHARES[symbol], averageEntryPrice: '100' },
    })),
    latencies: { newMs: 200, replaceMs: 400, cancelMs: 300 },
    policies: { trailingStop: { triggerBy: 'percent', triggerPercent: '2', trailPercent: '3' } },
  });
  const { clock } = guarded;
  const oldBot = new OldBot(guarded);
  for (const symbol of SYMBOLS) await oldBot.takeOver(symbol);
  await clock.advanceBy(1_000);
  const start = async (mode: Mode, rollout: RolloutSettings) => {
    const runtime = guarded.boot({ mode, rollout, cycleMs: 30_000 });
    await settle(clock, runtime.start());
    runtime.orchestrator.start();
    return runtime;
  };

  // A day beside the old bot: everything is seen and written down, nothing is touched.
  const observer = await start('observe', {});
  let price = await liveThrough(guarded, 380, 100);
  expect(acted(observer)).toEqual([]);
  expect(observer.logger.recall(['decision_made']).length).toBeGreaterThan(0);
  expect((await openOrders(guarded)).map(({ client_order_id: id }) => id.slice(0, 8))).toEqual([
    'old-bot-',
    'old-bot-',
    'old-bot-',
  ]);
  await observer.stop();

  // The next morning one symbol is given over, to one policy.
  await clock.advanceTo(MORNING + 24 * 60 * MINUTE);
  for (const symbol of SYMBOLS) guarded.price(symbol, price.toFixed(2));
  const one = await start(
    'execute',
    rolloutOf({ 'stop-loss': { stage: 'symbols', symbols: ['AAPL'] } }),
  );
  await oldBot.letGo('AAPL');
  await clock.advanceBy(3_000);
  price = await liveThrough(guarded, 60, price);
  // Its stop is placed, and no other policy moves it although the price rises.
  expect(acted(one)).toEqual(['AAPL']);
  expect(Number(one.state.nakedTime('AAPL' as never).shareSeconds)).toBeLessThan(10 * 2);
  await one.stop();

  // Then all of them.
  const all = await start(
    'execute',
    rolloutOf(Object.fromEntries(POLICIES.map((name) => [name, everywhere]))),
  );
  for (const symbol of ['KO', 'MSFT']) await oldBot.letGo(symbol);
  await clock.advanceBy(3_000);
  price = await liveThrough(guarded, 60, price);
  expect(new Set(acted(all))).toEqual(new Set(SYMBOLS));
  for (const symbol of ['KO', 'MSFT'] as const) {
    const seconds = Number(all.state.nakedTime(symbol as never).shareSeconds);
    expect(seconds).toBeLessThan(Number(SHARES[symbol]) * 2);
  }

  // Every stop is on its way up when the account is taken back.
  for (const symbol of SYMBOLS) guarded.price(symbol, (price + 5).toFixed(2));
  const sent = acted(all).length;
  for (let tenth = 0; tenth < 600 && acted(all).length === sent; tenth += 1) {
    await clock.advanceBy(100);
  }
  expect(acted(all).length).toBeGreaterThan(sent);
  expect(all.logger.recall(['plan_spent']).length).toBeGreaterThan(
    all.logger.recall(['plan_finished']).length,
  );
  const work = all.rollback.run({ by: 'me', because: 'the walk is over', protect: false });
  let isOver = false;
  void work.finally(() => {
    isOver = true;
  });
  // Not oftener: these questions are from the same 200 requests a minute.
  while (!isOver) {
    expect(await bareSymbols(guarded)).toEqual([]);
    await clock.advanceBy(250);
  }
  const handOver: HandOver = await work;
  expect(handOver).toMatchObject({ isQuiet: true, isCovered: true, unsettled: [] });
  expect(handOver.tookMs).toBeLessThan(60_000);
  expect(await bareSymbols(guarded)).toEqual([]);

  // The old bot finds every order by the ids in the report, and nobody gets in its way.
  const before = acted(all).length;
  for (const symbol of SYMBOLS) await oldBot.takeOver(symbol);
  expect(handOver.orders.map(({ id }) => id)).toHaveLength(3);
  await liveThrough(guarded, 60, price);
  expect(acted(all)).toHaveLength(before);
  const ids = (await openOrders(guarded)).map(({ client_order_id: id }) => id.slice(0, 8));
  expect(new Set(ids)).toEqual(new Set(['old-bot-']));
  await all.stop();
}, 120_000);
