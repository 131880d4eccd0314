/** An answer nobody sized stays small; one that was asked to be long stays readable. */
const BUDGET = { default: 1_900, asked: 8_000 } as const;

/**
 * Tokens that a model pays for `text`, leaning to too many. Measured against cl100k and
 * o200k on answers of these tools: 2 to 5 % above for rows of figures, 3 to 20 % for words.
 */
export const estimatedTokens = (text: string): number =>
  text.match(/[a-z]{1,6}|[A-Z]{1,2}|\d{1,3}|[^\w\s]{1,4}/g)?.length ?? 0;

/**
 * What is shown of `items`: the `limit` asked for or `usual` ones, as long as they fit
 * beside `frame`, which is all else in the answer; never none.
 */
export function pageOf<Item, Shown>(
  items: readonly Item[],
  page: { readonly limit: number | undefined; readonly usual: number; readonly frame: unknown },
  show: (item: Item) => Shown,
): Shown[] {
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
