import { digestOf, type Json } from '../domain/canonical.ts';
import type { JournalRecord } from '../domain/event.ts';
import { type Forgetting, forgets, forgettingIn } from '../domain/forgetting.ts';
import { fieldAt, fieldOf, textAt } from '../domain/record-body.ts';
import type { Trade, TradeGroup } from '../engine/learning/track-record.ts';

/**
 * Records that trades are made of, few and small for each, all of which stay in the journal when
 * older ones are archived: the decisions, out of which a beginning is read once, do not.
 */
export const TRADE_RECORDS = [
  'settings_loaded',
  'settings_changed',
  'trade_begun',
  'episode_opened',
  'episode_closed',
  'outcome_measured',
  'learning_forgotten',
] as const;

/** Range of a day in percent of the price, below which a symbol is calm, and above which wild. */
const CALM_PERCENT = 1.5;
const WILD_PERCENT = 3;
const MOST_TRADES = 5_000;

type Terms = { readonly setting: string; readonly targetR: number; readonly fraction: number };
type Outcome = Forgetting & { readonly body: Json };
type Life = { readonly regime: string; readonly terms: Terms; readonly outcomes: Outcome[] };

/** What was known of a trade when it began, as the journal keeps it. */
export type TradeBegun = { readonly episodeId: string; readonly regime: string } & Terms;

const NO_TERMS: Terms = { setting: 'unknown', targetR: 0, fraction: 0 };

/**
 * The trades of the journal, one for each position that was closed whole, in units of its initial
 * risk. A trade is grouped by what was known when it began: by the policy that ended it losers
 * would only be compared with losers.
 */
export class TradeBook {
  readonly #lives = new Map<string, Life>();
  readonly #begun = new Set<string>();
  #unwritten: readonly TradeBegun[] = [];
  readonly #closed = new Set<string>();
  readonly #forgotten = new Set<string>();
  #terms = NO_TERMS;

  /**
   * @param logged the body before it was written, where it was this moment: of a trade that is
   *   known to have begun, what the record says need not be read out of its text
   */
  remember(record: JournalRecord, logged: unknown = null): void {
    const { type, seq, symbol } = record;
    const forgetting = forgettingIn(record);
    if (forgetting !== null) this.#forget(forgetting);
    switch (type) {
      case 'settings_loaded':
      case 'settings_changed':
        this.#terms = termsIn(fieldAt(record.body, 'rules') ?? null) ?? this.#terms;
        break;
      case 'decision_made':
        if (!this.#hasBegun(logged)) this.#decided(record.body);
        break;
      case 'trade_begun':
        this.#takeUp(record.body);
        break;
      case 'episode_closed': {
        const id = textAt(fieldAt(record.body, 'episode') ?? null, 'id');
        if (id !== null) this.#closed.add(id);
        break;
      }
      case 'outcome_measured': {
        const { body } = record;
        const id = textAt(body, 'episodeId');
        if (id === null || symbol === null) break;
        const policy = textAt(body, 'policy');
        this.#lifeOf(id).outcomes.push({ seq, symbol, policy, body });
        break;
      }
      default:
    }
  }

  /** Beginnings that were read out of decisions and stand nowhere yet; each is given once. */
  takeBegun(): readonly TradeBegun[] {
    const begun = this.#unwritten;
    this.#unwritten = [];
    return begun;
  }

  /** The group that a position which is held now belongs to. */
  groupOf(episodeId: string): TradeGroup | null {
    const life = this.#lives.get(episodeId);
    return life === undefined ? null : groupOf(episodeId, life);
  }

  trades(): readonly Trade[] {
    return [...this.#closed].slice(-MOST_TRADES).flatMap((id) => {
      const life = this.#lives.get(id);
      const isKnown = life !== undefined && !this.#forgotten.has(id);
      return isKnown ? (tradeFrom(id, life) ?? []) : [];
    });
  }

  /** A trade of which a part is forgotten would be another trade: it goes whole. */
  #forget(forgetting: Forgetting): void {
    for (const [id, { outcomes }] of this.#lives) {
      if (outcomes.some((outcome) => forgets(forgetting, outcome))) this.#forgotten.add(id);
    }
  }

  /** The first decision about a position tells in what market and by what rules it began. */
  #hasBegun(logged: unknown): boolean {
    const context = fieldOf(fieldOf(logged, 'inputs'), 'context');
    const id = fieldOf(fieldOf(context, 'episode'), 'id');
    return typeof id === 'string' && this.#begun.has(id);
  }

  #decided(body: Json): void {
    const context = fieldAt(fieldAt(body, 'inputs') ?? null, 'context') ?? null;
    const id = textAt(fieldAt(context, 'episode') ?? null, 'id');
    if (id === null || this.#begun.has(id)) return;
    const regime = regimeIn(context);
    this.#begin(id, regime, this.#terms);
    this.#unwritten = [...this.#unwritten, { episodeId: id, regime, ...this.#terms }];
  }

  #takeUp(body: Json): void {
    const [id, regime, setting] = ['episodeId', 'regime', 'setting'].map((name) =>
      textAt(body, name),
    );
    const [targetR, fraction] = [fieldAt(body, 'targetR'), fieldAt(body, 'fraction')];
    if (id == null || regime == null || setting == null || this.#begun.has(id)) return;
    if (typeof targetR !== 'number' || typeof fraction !== 'number') return;
    this.#begin(id, regime, { setting, targetR, fraction });
  }

  #begin(id: string, regime: string, terms: Terms): void {
    this.#begun.add(id);
    this.#lives.set(id, { regime, terms, outcomes: this.#lives.get(id)?.outcomes ?? [] });
  }

  #lifeOf(id: string): Life {
    const known = this.#lives.get(id);
    if (known !== undefined) return known;
    const life: Life = { regime: 'unknown', terms: this.#terms, outcomes: [] };
    this.#lives.set(id, life);
    return life;
  }
}

/**
 * From where decisions have to be read for the beginnings of what is held that nobody wrote down,
 * out of the other records of trades; null where none is missing. A process writes a beginning
 * down when it hears of it, and only what it decides before it learns is missing.
 */
export function unbegunSince(records: readonly JournalRecord[]): number | null {
  const unbegun = new Map<string, number>();
  for (const { type, seq, body } of records) {
    const id = textAt(fieldAt(body, 'episode') ?? null, 'id') ?? textAt(body, 'episodeId');
    if (id === null) continue;
    if (type === 'episode_opened') unbegun.set(id, seq);
    if (type === 'trade_begun' || type === 'episode_closed') unbegun.delete(id);
  }
  return unbegun.size === 0 ? null : Math.min(...unbegun.values());
}

const groupOf = (episodeId: string, { regime, terms }: Life): TradeGroup => ({
  policy: 'all',
  symbolClass: episodeId.includes('/') ? 'crypto' : 'us_equity',
  regime,
  setting: terms.setting,
});

function regimeIn(context: Json): string {
  const range = numberAt(fieldAt(context, 'market') ?? null, 'averageTrueRange');
  const price = numberAt(context, 'price');
  if (range === null || price === null || price === 0) return 'unknown';
  const percent = (range / price) * 100;
  if (percent < CALM_PERCENT) return 'calm';
  return percent < WILD_PERCENT ? 'usual' : 'wild';
}

function termsIn(rules: Json): Terms | null {
  const policies = fieldAt(rules, 'policies') ?? null;
  const partial = fieldAt(policies, 'partialProfit') ?? null;
  const [targetR, fraction] = [numberAt(partial, 'targetR'), numberAt(partial, 'fraction')];
  if (targetR === null || fraction === null) return null;
  const stops = ['stopLoss', 'trailingStop'].map((name) => fieldAt(policies, name) ?? null);
  return { setting: digestOf([stops, partial]).slice(0, 12), targetR, fraction };
}

function tradeFrom(id: string, life: Life): Trade | null {
  const parts = life.outcomes.flatMap(({ body }) => partIn(body) ?? []);
  const [first] = parts;
  if (first === undefined || parts.length < life.outcomes.length) return null;
  const risk = first.riskPerShare;
  const shares = sum(parts.map(({ quantity }) => quantity));
  const partials = parts.filter(({ policy }) => policy === 'partial-profit');
  const rest = parts.filter(({ policy }) => policy !== 'partial-profit');
  const slips = parts.flatMap(({ slippage }) => slippage ?? []);
  const resultOf = (some: typeof parts) =>
    sum(some.map(({ profit }) => profit)) / (sum(some.map(({ quantity }) => quantity)) * risk);
  const resultR = resultOf(parts);
  const taken = sum(partials.map(({ quantity }) => quantity)) / shares;
  return {
    ...{ id, resultR, group: groupOf(id, life), targetR: life.terms.targetR },
    adverseR: Math.max(...parts.map(({ adverse }) => adverse)) / risk,
    favourableR: Math.max(...parts.map(({ favourable }) => favourable)) / risk,
    partialFraction: partials.length > 0 ? taken : life.terms.fraction,
    restR: rest.length > 0 ? resultOf(rest) : resultR,
    slippageR: slips.length === 0 ? null : sum(slips) / slips.length / risk,
  };
}

/** Statistics, not amounts: nothing of it becomes an order's figure. */
function partIn(body: Json) {
  const named = (name: string) => numberAt(body, name);
  const [quantity, profit, riskPerShare] = [
    named('quantity'),
    named('profit'),
    named('riskPerShare'),
  ];
  const [adverse, favourable] = [named('adverse'), named('favourable')];
  if (quantity === null || profit === null || riskPerShare === null) return null;
  if (adverse === null || favourable === null || riskPerShare <= 0 || quantity <= 0) return null;
  const slippage = textAt(body, 'expectedBy') === 'stop' ? named('slippage') : null;
  const policy = textAt(body, 'policy');
  return { quantity, profit, riskPerShare, adverse, favourable, slippage, policy };
}

function numberAt(body: Json, name: string): number | null {
  const value = Number(textAt(body, name) ?? Number.NaN);
  return Number.isFinite(value) ? value : null;
}

const sum = (values: readonly number[]): number => values.reduce((all, each) => all + each, 0);
