import { policySettings } from '../../../policies/registry.ts';
import { SeededIds } from '../../adapters/system/seeded-ids.ts';
import { VirtualClock, whileTimePasses } from '../../adapters/system/virtual-clock.ts';
import { compose } from '../../compose.ts';
import { defaultSettings } from '../../config.ts';
import { PlainClient, Refusal } from '../../demo/plain-client.ts';
import { type Decimal, decimal, ZERO } from '../../domain/decimal.ts';
import { decimal as units } from '../../paper-exchange/core/basics/decimal.ts';
import type { PaperExchange } from '../../paper-exchange/exchange.ts';
import {
  type Exits,
  NO_EXITS,
  type Tape,
  type TapeEntry,
  TapeReader,
} from '../../runtime/replay-tape.ts';
import type { Rules } from '../../settings-file.ts';
import { madeUpAccount } from '../exchange/embedded-exchange.ts';
import { openExchange } from '../exchange/open-exchange.ts';

/** Prices stand in the journal as often as they were looked at, and are played as if fresh. */
const ANY_AGE = { quoteMs: 3_600_000, quoteForExitsMs: 86_400_000 };
/** The loop looks after each price; by itself it need not. */
const SELDOM_MS = 600_000;
const SPREAD = '0.0001';
const NOT_FOLLOWED = 'the journal holds its prices only of moments at which something was decided';
/** So far the average price of the exits may be off, in percent. */
const CLOSE_PERCENT = '1';

/** One symbol of a what-if. Dollars: what the exits brought and what is left is worth at the end. */
export type SymbolWhatIf = {
  readonly symbol: string;
  readonly prices: number;
  /** Whether the recorded settings lead to the recorded exits again, on these prices. */
  readonly suffices: boolean;
  readonly because: string;
  readonly recordedDollars: string;
  readonly againDollars: string;
  readonly wouldDollars: string;
};

/**
 * Plays what the journal tells of an account on a paper exchange, once under the recorded
 * settings and once under others. Where the first does not come to what is recorded, the prices
 * do not suffice to say what the second would have come to.
 */
export async function playedOnExchange(
  tape: Tape,
  recorded: Rules,
  other: Rules,
): Promise<readonly SymbolWhatIf[]> {
  const again = await play(tape, recorded);
  const would = await play(tape, other);
  const symbols = [...new Set(tape.entries.map(({ symbol }) => symbol))].sort();
  return symbols.map((symbol) => {
    const exits = (all: ReadonlyMap<string, Exits>) => all.get(symbol) ?? NO_EXITS;
    const [was, same] = [exits(tape.exits), exits(again)];
    const because = tape.followed.has(symbol) ? whyNotClose(was, same) : NOT_FOLLOWED;
    const held = openedIn(tape, symbol);
    const last = lastPrice(tape, symbol);
    const worth = ({ shares, dollars }: Exits): string =>
      dollars.plus(held.plus(shares).times(last)).round(2, 1).toFixed(2);
    return {
      ...{ symbol, prices: pricesOf(tape, symbol).length },
      ...{ suffices: because === null, because: because ?? 'it comes to the recorded exits again' },
      recordedDollars: worth(was),
      againDollars: worth(same),
      wouldDollars: worth(exits(would)),
    };
  });
}

async function play(tape: Tape, rules: Rules): Promise<ReadonlyMap<string, Exits>> {
  const clock = new VirtualClock(tape.startsAt);
  const symbols = [...new Set(tape.entries.map(({ symbol }) => symbol))];
  const positions = tape.positions.map(({ symbol, side, quantity, averageEntryPrice }) => ({
    symbol,
    qty: (side === 'short' ? quantity.neg() : quantity).toFixed(),
    averageEntryPrice: averageEntryPrice.toFixed(),
  }));
  const exchange = openExchange(
    {
      seed: 'what-if',
      accounts: [{ ...madeUpAccount(positions), cash: tape.cash }],
      market: { kind: 'silent', symbols },
    },
    clock,
  );
  const tell = teller(exchange, clock);
  for (const symbol of symbols) tell(symbol, firstPrice(tape, symbol));
  const { freshData } = policySettings.parse({ freshData: ANY_AGE });
  const policies = { ...rules.policies, freshData };
  const settings = {
    ...defaultSettings('execute', ''),
    rules: { ...rules, policies, mode: 'execute' as const, loopIntervalMs: SELDOM_MS },
  };
  const system = { clock, ids: new SeededIds('what-if'), exchange, journal: 'memory' as const };
  const running = await whileTimePasses(clock, compose(settings, system));
  const client = new PlainClient(exchange);
  running.orchestrator.start();
  await clock.advanceBy(1_000);
  for (const entry of tape.entries) {
    await clock.advanceTo(Math.max(clock.now(), entry.at));
    if (entry.kind === 'price') tell(entry.symbol, entry.price);
    else void open(client, entry);
    await clock.advanceBy(0);
    void running.orchestrator.runCycle();
  }
  await clock.advanceTo(Math.max(clock.now(), tape.endsAt) + 1_000);
  await whileTimePasses(clock, running.stopGuarding());
  const reader = new TapeReader(Number.NEGATIVE_INFINITY);
  for (const record of running.logger.recordsAfter(0)) reader.see(record);
  running.close();
  return reader.tape()?.exits ?? new Map();
}

/** In words, how the exits that the recorded settings led to differ from those recorded. */
function whyNotClose(was: Exits, same: Exits): string | null {
  if (!was.shares.eq(same.shares)) {
    return `on these prices the recorded settings trade ${same.shares.toFixed()} shares, not ${was.shares.toFixed()}`;
  }
  const apart = was.dollars.minus(same.dollars).abs().times('100');
  if (apart.lte(was.dollars.abs().times(CLOSE_PERCENT))) return null;
  return `on these prices the recorded settings bring ${same.dollars.toFixed(2)} dollars, not ${was.dollars.toFixed(2)}`;
}

/** Shares that were there at first or that others opened, negative for a short. */
function openedIn({ positions, entries }: Tape, symbol: string): Decimal {
  const first = positions.filter((one) => one.symbol === symbol);
  const signed = [
    ...first.map(({ side, quantity }) => (side === 'short' ? quantity.neg() : quantity)),
    ...entries.flatMap((entry) => {
      if (entry.kind !== 'opened' || entry.symbol !== symbol) return [];
      const quantity = decimal(entry.quantity);
      return [entry.side === 'sell' ? quantity.neg() : quantity];
    }),
  ];
  return signed.reduce<Decimal>((sum, each) => sum.plus(each), ZERO);
}

const pricesOf = ({ entries }: Tape, symbol: string) =>
  entries.flatMap((entry) => (entry.kind === 'price' && entry.symbol === symbol ? [entry] : []));

const firstPrice = (tape: Tape, symbol: string): string => pricesOf(tape, symbol)[0]?.price ?? '1';
const lastPrice = (tape: Tape, symbol: string): string =>
  pricesOf(tape, symbol).at(-1)?.price ?? '0';

/** Tells a price as a trade with a narrow quote around it. */
function teller(exchange: PaperExchange, clock: VirtualClock) {
  let id = 0;
  return (symbol: string, price: string): void => {
    const [last, half] = [units(price), units(decimal(price).times(SPREAD).round(4, 2).toFixed())];
    const at = clock.now();
    const sizes = { bidSize: 1_000, askSize: 1_000 };
    const quote = { symbol, at, bidPrice: last - half, askPrice: last + half, ...sizes };
    exchange.tell({ kind: 'quote', quote });
    id += 1;
    exchange.tell({ kind: 'trade', trade: { symbol, at, price: last, size: 100, id } });
  };
}

/** Somebody else opens a position, as it stands in the journal. */
async function open(
  client: PlainClient,
  { symbol, side, quantity }: Extract<TapeEntry, { kind: 'opened' }>,
): Promise<void> {
  const order = { symbol, side, qty: quantity, type: 'market', time_in_force: 'day' };
  try {
    await client.order(order);
  } catch (error) {
    // Then its symbol comes to other exits than recorded, and is told so.
    if (!(error instanceof Refusal)) throw error;
  }
}
