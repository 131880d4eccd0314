/** An answer nobody sized stays small; one that was asked to be long stays readable. */
const BUDGET = { default: 1_900, asked: 8_000 } as const;

/**
 * Tokens that a model pays for `text`, leaning to too many. Measured against cl100k and
 * o200k on answers of these tools: 2 to 5 % above for rows of figures, 3 to 20 % for words.
 */
export function estimatedTokens(text: string): number {
  let tokens = 0;
  let kind: Kind = 'none';
  let room = 0;
  for (let index = 0; index < text.length; index += 1) {
    const next = kindOf(text.charCodeAt(index));
    if (next !== kind || room === 0) {
      kind = next;
      room = LONGEST[next];
      if (room === 0) continue;
      tokens += 1;
    }
    room -= 1;
  }
  return tokens;
}

type Kind = 'none' | 'small' | 'capital' | 'digit' | 'sign';

/** How many letters of a kind make one token; none of what separates words. */
const LONGEST: Readonly<Record<Kind, number>> = {
  none: 0,
  small: 6,
  capital: 2,
  digit: 3,
  sign: 4,
};

function kindOf(code: number): Kind {
  if (code >= 97 && code <= 122) return 'small';
  if (code >= 48 && code <= 57) return 'digit';
  if (code >= 65 && code <= 90) return 'capital';
  return code === 95 || code === 32 || (code >= 9 && code <= 13) ? 'none' : 'sign';
}

/** How much of a long list is shown whole, and how much of the rest in a line each. */
const SHORT_LIST = 8;
const OF_LONG_LISTS = { whole: 2, lines: 6 } as const;

/**
 * A list as an answer has room for it beside `frame`: all of a short one whole; of a long one
 * the first ones whole, some in a line each, and the count of the rest.
 */
export function shortened<Item, Whole>(
  items: readonly Item[],
  frame: unknown,
  words: { readonly whole: (item: Item) => Whole; readonly line: (item: Item) => string },
): { readonly whole: Whole[]; readonly lines: string[]; readonly leftOut: number } {
  const usual = items.length > SHORT_LIST ? OF_LONG_LISTS.whole : SHORT_LIST;
  const whole = pageOf(items, { limit: undefined, usual, frame }, words.whole);
  const page = { limit: undefined, usual: OF_LONG_LISTS.lines, frame: [frame, whole] };
  const lines = pageOf(items.slice(whole.length), page, words.line);
  return { whole, lines, leftOut: items.length - whole.length - lines.length };
}

/**
 * What is shown of `items`: the `limit` asked for or `usual` ones, as long as they fit
 * beside `frame`, which is all else in the answer; never none.
 */
export function pageOf<Item, Shown>(
  items: readonly Item[],
  page: { readonly limit: number | undefined; readonly usual: number; readonly frame: unknown },
  show: (item: Item) => Shown,
): Shown[] {
  // The first is shown whatever it takes, and of a single one there is nothing to weigh.
  const [first] = items;
  if (first !== undefined && items.length === 1) return [show(first)];
  let left = page.limit === undefined ? BUDGET.default : BUDGET.asked;
  left -= estimatedTokens(JSON.stringify(page.frame));
  const fitting: Shown[] = [];
  for (const item of items.slice(0, page.limit ?? page.usual)) {
    const shown = show(item);
    left -= estimatedTokens(JSON.stringify(shown));
    if (left < 0 && fitting.length > 0) break;
    fitting.push(shown);
  }
  return fitting;
}
