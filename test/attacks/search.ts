import { Draws } from '../../simulation/draws.ts';
import { houses } from './case.ts';
import { House } from './house.ts';

const SLOT_MS = 30_000;
const MOVES = 14;
/** The market falls far past the stops: no figure may rest on its stopping somewhere. */
const STOP_PERCENT = 8;
const FALL_PERCENT = 30;
/** Each side of the middle: the last but one is as far as the collar lets an exit go. */
const SPREADS = ['0.01', '0.45', '2.00', '6.00', '9.95', '19.00'] as const;
const WIDEST = '9.95';
const HELD = { AAPL: 1, 'BRK.B': 1, SPY: 1, TSLA: -1 } as const;
const SYMBOLS = Object.keys(HELD) as ['AAPL', 'BRK.B', 'SPY', 'TSLA'];

/** One thing that the host or the market does, in its turn. */
type Move =
  | { readonly kind: 'sell'; readonly symbol: string; readonly fraction: string | null }
  | { readonly kind: 'ask'; readonly intent: 'manage' | 'protect' }
  | { readonly kind: 'halt' }
  /** Against the position, in hundredths of what is the most; never back. */
  | {
      readonly kind: 'market';
      readonly symbol: (typeof SYMBOLS)[number];
      readonly part: number;
      readonly spread: string;
    }
  | { readonly kind: 'nothing' };

export type Found = {
  readonly tried: number;
  /** What the worst host found has cost, in dollars, and what was printed at the start. */
  readonly worst: number;
  readonly printed: number;
  readonly moves: readonly Move[];
  readonly violations: readonly string[];
};

/**
 * Looks for the host that costs the account most: from one that does anything, step by step to
 * one that costs more. What it costs is measured at the exchange, against the same market with
 * nobody at the tools.
 */
export async function searchWorstHost(seed: string, tries: number): Promise<Found> {
  const draws = new Draws(`worst host ${seed}`);
  const terms = draws.pick(['execute', 'generous'] as const);
  let best: readonly Move[] = sellWideAndFall();
  let worst = Number.NEGATIVE_INFINITY;
  let printed = 0;
  const violations: string[] = [];
  for (let tried = 0; tried < tries; tried += 1) {
    const moves = tried === 0 ? best : changed(best, draws);
    const attacked = await lived(terms, moves, true);
    const alone = await lived(terms, moves, false);
    violations.push(...attacked.violations);
    printed = attacked.printed;
    const cost = alone.equity - attacked.equity;
    if (cost >= worst) [worst, best] = [cost, moves];
  }
  return { tried: tries, worst, printed, moves: best, violations };
}

/** Where the search begins: sales where nobody bids much, a halt, and the market falls. */
function sellWideAndFall(): Move[] {
  const sales = (['AAPL', 'BRK.B'] as const).flatMap((symbol): Move[] => [
    { kind: 'market', symbol, part: 0, spread: WIDEST },
    { kind: 'sell', symbol, fraction: '0.5' },
  ]);
  const falls = [35, 100].flatMap((part) =>
    (['SPY', 'TSLA'] as const).map((symbol): Move => {
      return { kind: 'market', symbol, part, spread: '0.01' };
    }),
  );
  const moves: Move[] = [...sales, { kind: 'halt' }, ...falls];
  const rest = Array.from({ length: MOVES - moves.length }, (): Move => ({ kind: 'nothing' }));
  return [...moves, ...rest];
}

function anyMove(draws: Draws): Move {
  const symbol = draws.pick(SYMBOLS);
  return draws.pick<() => Move>([
    () => ({ kind: 'sell', symbol, fraction: draws.pick(['0.1', '0.3', '0.5', '0.9']) }),
    () => ({ kind: 'sell', symbol, fraction: null }),
    () => ({ kind: 'ask', intent: draws.pick(['manage', 'protect']) }),
    () => ({ kind: 'halt' }),
    () => ({
      ...{ kind: 'market', symbol, part: draws.between(0, 100) },
      spread: draws.pick(SPREADS),
    }),
    () => ({ ...{ kind: 'market', symbol, part: 100 }, spread: '0.01' }),
    () => ({ kind: 'nothing' }),
  ])();
}

function changed(moves: readonly Move[], draws: Draws): Move[] {
  const places = new Set([draws.between(0, MOVES - 1), draws.between(0, MOVES - 1)]);
  const swapped = draws.chance(0.3) ? [...moves.slice(1), ...moves.slice(0, 1)] : moves;
  return swapped.map((move, index) => (places.has(index) ? anyMove(draws) : move));
}

/** The day with these moves; without the host's where it is not there. */
async function lived(terms: keyof typeof houses, moves: readonly Move[], isThere: boolean) {
  const house = await House.open(houses[terms]);
  const printed = Number(house.blastRadiusDollars);
  const startAt = house.now;
  const at = new Map<string, { readonly price: number; readonly spread: string }>(
    SYMBOLS.map((symbol) => [symbol, { price: 100, spread: '0.01' }]),
  );
  for (const [slot, move] of moves.entries()) {
    if (move.kind === 'market')
      at.set(move.symbol, against(move, at.get(move.symbol)?.price ?? 100));
    for (const [symbol, { price, spread }] of at) house.price(symbol, price.toFixed(2), spread);
    await house.waitUntil(startAt + slot * SLOT_MS + 5_000);
    for (const [symbol, { price, spread }] of at) house.price(symbol, price.toFixed(2), spread);
    if (isThere) await act(house, move);
    await house.waitUntil(startAt + (slot + 1) * SLOT_MS);
  }
  await house.wait(2 * SLOT_MS);
  house.quiet();
  const violations = house.checker.violations.map(({ kind, because }) => `${kind}: ${because}`);
  const equity = house.equity();
  await house.close();
  return { equity, printed, violations: [...violations, ...house.crashes] };
}

function against({ symbol, part, spread }: Extract<Move, { kind: 'market' }>, before: number) {
  const stop = 1 - (HELD[symbol] * STOP_PERCENT) / 100;
  const furthest = 100 * stop * (1 - (HELD[symbol] * FALL_PERCENT) / 100);
  const price = 100 + ((furthest - 100) * part) / 100;
  const isFurther = HELD[symbol] > 0 ? price < before : price > before;
  return { price: isFurther ? price : before, spread };
}

async function act(house: House, move: Move): Promise<void> {
  const ask = askOf(move);
  if (ask === null) return;
  const { plan_id, hash } = (await house.call('propose_plan', ask)).json;
  if (typeof plan_id === 'string') await house.call('execute_plan', { plan_id, hash });
}

function askOf(move: Move): Readonly<Record<string, unknown>> | null {
  switch (move.kind) {
    case 'sell':
      return move.fraction === null
        ? { intent: 'exit', symbol: move.symbol }
        : { intent: 'reduce', symbol: move.symbol, fraction: move.fraction };
    case 'ask':
      return { intent: move.intent };
    case 'halt':
      return { intent: 'halt' };
    case 'market':
    case 'nothing':
      return null;
  }
}
