/** What the texts of the cases stand for with one broker. */
export type Words = {
  readonly symbol: string;
  /** The last price of the symbol. */
  readonly price: number;
  /** A share that is hard to borrow and its price; null when none is known. */
  readonly borrowed: { readonly symbol: string; readonly price: number } | null;
  /** How far away, in percent, prices are put that are not to execute. */
  readonly farPercent: number;
  /** Listed symbols, to subscribe to. */
  readonly names: readonly string[];
  readonly now: () => number;
};

type Lookups = Words & {
  readonly client: (name: string) => string;
  readonly id: (reference: string) => string;
};

const CENTS = 100;
/** No price is below this, however far away. */
const LEAST_PRICE = 1;

/** The text with every `{word}` replaced. @throws for one that means nothing */
export function filled(text: string, lookups: Lookups): string {
  return text.replaceAll(/\{([a-z_]+)(?::([^{}"]*))?\}/g, (_, word: string, rest = '') =>
    meaningOf(word, String(rest), lookups),
  );
}

function meaningOf(word: string, rest: string, lookups: Lookups): string {
  const { symbol, price, borrowed, farPercent, now } = lookups;
  switch (word) {
    case 'symbol':
      return symbol;
    case 'borrowed':
      return borrowed?.symbol ?? '';
    case 'borrowed_above':
      return above(borrowed?.price ?? 0, farPercent);
    case 'below':
      return below(price, Number(rest));
    case 'far_below':
      return below(price, farPercent);
    case 'far_above':
      return above(price, farPercent);
    case 'now':
      return new Date(now()).toISOString();
    case 'client':
      return lookups.client(rest);
    case 'id':
      return lookups.id(rest);
    default:
      throw new Error(`a case says {${word}}, which means nothing`);
  }
}

// Rounded towards the market, so that a distance that is allowed stays allowed.
const below = (price: number, percent: number): string =>
  Math.max(LEAST_PRICE, Math.ceil(inCents(price * (1 - percent / 100))) / CENTS).toFixed(2);
const above = (price: number, percent: number): string =>
  (Math.floor(inCents(price * (1 + percent / 100))) / CENTS).toFixed(2);

/** Free of the last bits of a product of floats. */
const inCents = (price: number): number => Number((price * CENTS).toFixed(6));
