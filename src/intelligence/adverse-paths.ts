import { type Decimal, decimal, larger, text, tickDown, tickUp, ZERO } from '../domain/decimal.ts';
import type { MarketMoment, PlayedHolding, PlayedStep } from '../ports/scenario-player.ts';

/** One way in which the market may turn against what is held, in all symbols at once. */
export type AdversePath = {
  readonly name: 'gap' | 'gap_and_on' | 'overnight_gap' | 'slide' | 'halt' | 'thin';
  readonly opening: readonly MarketMoment[];
  readonly course: readonly MarketMoment[];
  readonly fillPercent: number;
};

/** So many prints lead from one price to another where the market slides. */
const SLIDE_PRINTS = 20;
const LEAST_PRICE = decimal('0.0001');

type Turn = {
  readonly symbol: string;
  readonly price: Decimal;
  /** One gap beyond the farthest stop, or beyond the market where there is none. */
  readonly beyond: Decimal;
  /** Two of them. */
  readonly farBeyond: Decimal;
};

/**
 * The paths that each option is played on. `gapPercent` is the owner's own figure for how far
 * past its price a stop may fill:
 *
 * - `gap`: the next print stands that far beyond the farthest stop.
 * - `gap_and_on`: from there it slides as far again. A stop-limit that was jumped does not sell.
 * - `overnight_gap`: the same two at the next open; orders for the day are gone by then.
 * - `slide`: there in twenty prints, so that stops fill near their prices.
 * - `halt`: trading stops before any stop is reached and resumes two gaps beyond: a reopening
 *   auction may be put off once, and its collar of 5 % then widens by as much (LULD plan).
 * - `thin`: the same slide with the far side of the quote half a gap away, before the steps as
 *   well, and of each order only half filling at a time.
 */
export function adversePaths(
  holdings: readonly PlayedHolding[],
  steps: readonly PlayedStep[],
  gapPercent: Decimal,
): readonly AdversePath[] {
  const turns = holdings.map((holding) => turnOf(holding, steps, gapPercent));
  const prices = (at: (turn: Turn) => Decimal, halfPercent: Decimal = ZERO) =>
    turns.map((turn) => priced(turn, at(turn), halfPercent));
  const slide = (
    from: (turn: Turn) => Decimal,
    to: (turn: Turn) => Decimal,
    halfPercent: Decimal = ZERO,
  ): readonly MarketMoment[] =>
    Array.from({ length: SLIDE_PRINTS }, (_, index) =>
      prices((turn) => {
        const way = to(turn)
          .minus(from(turn))
          .times(String(index + 1));
        return from(turn).plus(way.div(String(SLIDE_PRINTS)));
      }, halfPercent),
    ).flat();
  const opening = prices(({ price }) => price);
  const gap = prices(({ beyond }) => beyond);
  const gapAndOn = [...gap, ...slide(beyondOf, farBeyondOf)];
  const wide = gapPercent.div('2');
  const whole = { opening, fillPercent: 100 };
  const symbols = turns.map(({ symbol }) => symbol);
  return [
    { name: 'gap', ...whole, course: gap },
    { name: 'gap_and_on', ...whole, course: gapAndOn },
    { name: 'overnight_gap', ...whole, course: [{ kind: 'next_open' }, ...gapAndOn] },
    { name: 'slide', ...whole, course: slide(priceOf, beyondOf) },
    {
      ...{ name: 'halt', ...whole },
      course: [
        ...symbols.map((symbol) => ({ kind: 'halt' as const, symbol })),
        ...prices(farBeyondOf),
        ...symbols.map((symbol) => ({ kind: 'resume' as const, symbol })),
        ...prices(farBeyondOf),
      ],
    },
    {
      ...{ name: 'thin', opening: prices(priceOf, wide), fillPercent: 50 },
      course: slide(priceOf, beyondOf, wide),
    },
  ];
}

const priceOf = ({ price }: Turn): Decimal => price;
const beyondOf = ({ beyond }: Turn): Decimal => beyond;
const farBeyondOf = ({ farBeyond }: Turn): Decimal => farBeyond;

function turnOf(
  { symbol, side, price, resting }: PlayedHolding,
  steps: readonly PlayedStep[],
  gapPercent: Decimal,
): Turn {
  const market = decimal(price);
  const isLong = side === 'long';
  const levels = [
    ...resting.flat().map(({ stopPrice }) => stopPrice),
    ...steps.flatMap((step) => (step.symbol === symbol ? stopsIn(step) : [])),
  ].flatMap((level) => (level === null ? [] : decimal(level)));
  const farthest = levels.reduce(
    (far, level) => ((isLong ? level.lt(far) : level.gt(far)) ? level : far),
    market,
  );
  const gap = farthest.times(gapPercent).div('100');
  const at = (gaps: string): Decimal => {
    const way = gap.times(gaps);
    return isLong ? larger(farthest.minus(way), LEAST_PRICE) : farthest.plus(way);
  };
  return { symbol, price: market, beyond: at('1'), farBeyond: at('2') };
}

function stopsIn(step: PlayedStep): readonly (string | null)[] {
  switch (step.kind) {
    case 'submit':
      return [step.order.stopPrice, step.order.stopLoss?.stopPrice ?? null];
    case 'replace':
      return [step.stopPrice];
    case 'cancel':
      return [];
  }
}

/** A print, and a quote around it whose either side is so many percent away. */
function priced({ symbol }: Turn, raw: Decimal, awayPercent: Decimal): MarketMoment {
  const away = raw.times(awayPercent).div('100');
  const [bid, ask] = [tickDown(raw.minus(away)), tickUp(raw.plus(away))];
  return { kind: 'price', symbol, last: text(tickDown(raw)), bid: text(bid), ask: text(ask) };
}
