import { type Bench, isObject } from './bench.ts';
import type { Need } from './case.ts';
import type { Likeness } from './twin.ts';
import type { Words } from './words.ts';

/** An account that must not or cannot be probed; the message says why and what to do. */
export class ProbeRefused extends Error {
  override readonly name = 'ProbeRefused';
}

/** What is known of the account before anything is placed. */
export type Probed = {
  readonly accountNumber: string;
  /** The broker's clock at the start, in milliseconds. */
  readonly startAt: number;
  readonly isOpen: boolean;
  readonly closesAt: number;
  readonly price: number;
  readonly borrowed: Words['borrowed'];
  readonly likeness: Omit<Likeness, 'now'>;
  readonly names: readonly string[];
  /** What this account and these shares allow beside the session. */
  readonly allows: ReadonlySet<Need>;
};

/** Listed at Alpaca for long; only to count subscriptions. */
const NAMES = (
  'AAPL MSFT NVDA AMZN GOOGL META TSLA AVGO JPM V WMT XOM UNH MA PG JNJ HD COST ORCL MRK CVX ABBV ' +
  'KO PEP BAC ADBE CRM NFLX AMD TMO LIN MCD ACN CSCO ABT DIS WFC INTU TXN QCOM PM IBM GE CAT VZ ' +
  'AMGN NEE PFE UNP CMCSA RTX T LOW SPGI HON BKNG GS MS BLK SYK'
).split(' ');

const MINUTE_MS = 60_000;
const LEFT_MS = 5 * MINUTE_MS;
const CANDIDATES = 5;

type Json = Readonly<Record<string, unknown>>;

/** @throws ProbeRefused before anything is placed */
export async function lookAt(bench: Bench, symbol: string): Promise<Probed> {
  const account = await read(bench, '/v2/account');
  const accountNumber = String(account.account_number);
  if (!accountNumber.startsWith('PA')) {
    throw new ProbeRefused(
      `the account ${accountNumber} is no paper account, whose numbers begin with PA`,
    );
  }
  refuseBlocked(account);
  const busy = await busySymbols(bench);
  if (busy.has(symbol)) {
    throw new ProbeRefused(
      `the account holds ${symbol} or has open orders in it: choose another --symbol`,
    );
  }
  const clock = await read(bench, '/v2/clock');
  const configuration = await read(bench, '/v2/account/configurations');
  const asset = await read(bench, `/v2/assets/${symbol}`);
  const price = await priceOf(bench, symbol);
  if (price === null) throw new ProbeRefused(`no price of ${symbol} can be read`);
  if (Number(account.buying_power) < 20 * price) {
    throw new ProbeRefused(`the buying power is under twenty shares of ${symbol}: choose another`);
  }
  const borrowed = await hardToBorrow(bench, busy);
  const noShorting = configuration.no_shorting === true || account.shorting_enabled !== true;
  const fractionalTrading = configuration.fractional_trading !== false;
  const allows = new Set<Need>();
  if (!noShorting && asset.shortable === true && asset.easy_to_borrow === true) allows.add('short');
  if (!noShorting && borrowed !== null) allows.add('hard_to_borrow');
  if (fractionalTrading && asset.fractionable === true) allows.add('fractions');
  const multiplier = String(account.multiplier);
  return {
    ...{ accountNumber, price, borrowed, allows },
    startAt: Date.parse(String(clock.timestamp)),
    isOpen: clock.is_open === true,
    closesAt: Date.parse(String(clock.next_close)),
    names: [symbol, ...NAMES.filter((name) => name !== symbol)],
    likeness: {
      cash: String(account.equity),
      multiplier: multiplier === '4' || multiplier === '2' ? multiplier : '1',
      configuration: { noShorting: configuration.no_shorting === true, fractionalTrading },
      assets: [
        { ...flagsOf(asset), symbol, price },
        ...(borrowed === null
          ? []
          : [{ symbol: borrowed.symbol, price: borrowed.price, easyToBorrow: false }]),
      ],
    },
  };
}

/** Why a case cannot be run now; null when it can. */
export function hindrance(needs: readonly Need[], probed: Probed, now: number): string | null {
  for (const need of needs) {
    const isMet = need === 'open' || need === 'not_open' ? null : probed.allows.has(need);
    if (isMet === false) return WHY_NOT[need];
    const isOpen = probed.isOpen && now < probed.closesAt - LEFT_MS;
    if (need === 'open' && !isOpen) return WHY_NOT.open;
    if (need === 'not_open' && probed.isOpen) return WHY_NOT.not_open;
  }
  return null;
}

const WHY_NOT: Readonly<Record<Need, string>> = {
  open: 'the regular session is not open, or closes within five minutes',
  not_open: 'the regular session is open',
  short: 'this account cannot sell this symbol short',
  hard_to_borrow: 'no share is listed that is hard to borrow and can be sold short',
  fractions: 'this account cannot trade fractions of this symbol',
};

function refuseBlocked(account: Json): void {
  const blocks = ['account_blocked', 'trading_blocked', 'trade_suspended_by_user'];
  const block = blocks.find((name) => account[name] === true);
  if (block !== undefined) throw new ProbeRefused(`the account may not trade: ${block} is set`);
}

/** Symbols that the account holds or has open orders in: they are not touched. */
async function busySymbols(bench: Bench): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const path of ['/v2/positions', '/v2/orders?status=open&limit=500']) {
    const { status, body } = await bench.ask('trading', 'GET', path);
    if (status !== 200 || !Array.isArray(body)) {
      throw new ProbeRefused(`GET ${path} was answered with ${status}`);
    }
    for (const { symbol } of body.filter(isObject)) found.add(String(symbol));
  }
  return found;
}

async function read(bench: Bench, path: string): Promise<Json> {
  const { status, body } = await bench.ask('trading', 'GET', path);
  if (status === 200 && isObject(body)) return body;
  const message = isObject(body) ? String(body.message) : 'not JSON';
  throw new ProbeRefused(`GET ${path} was answered with ${status} (${message})`);
}

async function priceOf(bench: Bench, symbol: string): Promise<number | null> {
  const path = `/v2/stocks/trades/latest?symbols=${symbol}&feed=iex`;
  const { body } = await bench.ask('data', 'GET', path);
  const trades = isObject(body) && isObject(body.trades) ? body.trades[symbol] : null;
  const price = isObject(trades) ? Number(trades.p) : Number.NaN;
  return price > 0 ? price : null;
}

async function hardToBorrow(bench: Bench, busy: ReadonlySet<string>): Promise<Words['borrowed']> {
  const path = '/v2/assets?status=active&asset_class=us_equity';
  const { body } = await bench.ask('trading', 'GET', path);
  const assets = Array.isArray(body) ? body.filter(isObject) : [];
  const candidates = assets.filter(
    ({ symbol, tradable, shortable, easy_to_borrow }) =>
      tradable && shortable && easy_to_borrow === false && !busy.has(String(symbol)),
  );
  for (const { symbol } of candidates.slice(0, CANDIDATES)) {
    const price = await priceOf(bench, String(symbol));
    if (price !== null && price >= 2) return { symbol: String(symbol), price };
  }
  return null;
}

const flagsOf = (asset: Json) => ({
  shortable: asset.shortable === true,
  easyToBorrow: asset.easy_to_borrow === true,
  fractionable: asset.fractionable === true,
  marginable: asset.marginable === true,
});
