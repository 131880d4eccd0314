import type { Json } from './canonical.ts';
import type { Verdict } from './guardrail.ts';
import { fieldAt } from './record-body.ts';

/** What a guardrail let pass, in words that it may have had for many symbols. */
type Said = Omit<Verdict, 'symbol'> & {
  /** Absent where it said this of all of them. */
  readonly symbols?: readonly string[];
};

/** What passed, in the order in which it was said first, and the symbols that were asked about. */
type Passes = { readonly symbols: readonly string[]; readonly said: readonly Said[] };

/** Verdicts as a record tells them: without `passes` they are all in the list. */
type ToldVerdicts = { readonly verdicts: readonly Verdict[]; readonly passes?: Passes };

/**
 * Verdicts for a record. Over one symbol they are a list; over several the list holds what was
 * denied, and what passed is told once for all symbols of which the same was said: of five
 * hundred names most guardrails have the same to say.
 */
export function toldVerdicts(verdicts: readonly Verdict[]): ToldVerdicts {
  const symbols = [...new Set(verdicts.map(({ symbol }) => symbol))];
  if (symbols.length < 2) return { verdicts };
  const words = new Words();
  const denied = verdicts.filter((verdict) => {
    if (verdict.outcome === 'pass') words.add(verdict);
    return verdict.outcome !== 'pass';
  });
  const said = words.all.map(({ verdict: { symbol: _, ...word }, heardBy }) =>
    heardBy.length === symbols.length ? word : { ...word, symbols: heardBy },
  );
  return { verdicts: denied, passes: { symbols, said } };
}

/** Every verdict in a record's body, one for each symbol, however the record tells them. */
export function verdictsAt(body: Json): readonly Json[] {
  const passes = fieldAt(body, 'passes') ?? null;
  const passed = listAt(passes, 'said').flatMap((word) => {
    const { symbols = fieldAt(passes, 'symbols'), ...verdict } = word as { symbols?: Json };
    return (symbols as readonly string[]).map((symbol): Json => ({ ...verdict, symbol }));
  });
  return [...passed, ...listAt(body, 'verdicts')];
}

function listAt(body: Json, name: string): readonly Json[] {
  const list = fieldAt(body, name);
  return Array.isArray(list) ? list : [];
}

type Word = { readonly verdict: Verdict; readonly heardBy: string[] };

/** Each word once. Most are as the guardrail's last one, which is looked at first. */
class Words {
  readonly all: Word[] = [];
  readonly #newest = new Map<string, Word>();
  readonly #others = new Map<string, Word>();

  add(verdict: Verdict): void {
    const { guardrail, symbol } = verdict;
    const newest = this.#newest.get(guardrail);
    const word =
      newest !== undefined && isSame(newest.verdict, verdict) ? newest : this.#find(verdict);
    word.heardBy.push(symbol);
    this.#newest.set(guardrail, word);
  }

  #find(verdict: Verdict): Word {
    const { guardrail, code, measured, limit, because, wouldPass } = verdict;
    const text = JSON.stringify([guardrail, code, measured, limit, because, wouldPass]);
    const known = this.#others.get(text);
    if (known !== undefined) return known;
    const word = { verdict, heardBy: [] };
    this.#others.set(text, word);
    this.all.push(word);
    return word;
  }
}

const isSame = (one: Verdict, other: Verdict): boolean =>
  one.because === other.because &&
  one.measured === other.measured &&
  one.limit === other.limit &&
  one.code === other.code &&
  one.wouldPass === other.wouldPass;
