import { type Decimal, text, ZERO } from '../../domain/decimal.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { fieldAt } from '../../domain/record-body.ts';
import { type EpochMs, isoTime } from '../../domain/time.ts';
import { amountAt } from '../outcomes/outcome-records.ts';
import { Courses } from './course.ts';
import { type Deed, DeedBook, type DeedKind } from './deeds.ts';
import { type Score, type Scoring, scoreAll, usualScoring, type Verdict } from './score.ts';
import { type Wish, WishBook } from './wishes.ts';

/** Time without a confirmed stop, in a regular session; decimal text. */
type NakedFigures = { readonly shareSeconds: string; readonly dollarSeconds: string };

type PolicyRow = {
  readonly policy: string;
  readonly wishes: number;
  readonly matched: number;
  readonly missed: number;
  readonly conflicting: number;
  /** Of the matched: from the wish to what the other did. Null where none matched. */
  readonly medianDelaySeconds: number | null;
  /** Dollars that this policy would have left more than what was done; negative for less. */
  readonly money: string;
  /** What was naked while this policy wanted the stop. */
  readonly naked: NakedFigures;
  /** What its plans foresaw, had they been carried out. */
  readonly foreseen: NakedFigures;
};

export type ShadowReport = {
  readonly from: string | null;
  readonly until: string | null;
  /** Without anybody else's orders, or without a decision beside them, there is no score. */
  readonly verdict: 'compared' | 'nothing_to_compare';
  readonly because: string;
  readonly seen: {
    readonly orders: number;
    readonly fills: number;
    readonly decisions: number;
    readonly wishes: number;
  };
  readonly policies: readonly PolicyRow[];
  /** What the other did that nobody here wanted, by kind. */
  readonly extra: Readonly<Record<DeedKind, number>>;
  readonly naked: NakedFigures;
  readonly foreseen: NakedFigures;
  readonly money: string;
  readonly conflicts: {
    readonly conflicting: number;
    /** Positions that the other sold beyond flat, or bought back beyond it. */
    readonly turnedPositions: number;
  };
  readonly scores: readonly ScoreLine[];
};

type ScoreLine = {
  readonly at: string;
  readonly symbol: string;
  readonly policy: string;
  readonly wanted: Wish['kind'];
  readonly verdict: Verdict;
  readonly orderId: string | null;
  readonly delaySeconds: number | null;
  readonly money: string;
  readonly because: string;
  readonly decisionSeq: number;
};

export type ShadowQuestion = {
  readonly from: EpochMs | null;
  readonly until: EpochMs | null;
  /** Only orders whose client order id begins with it; null for all that are not BigBrother's. */
  readonly idPrefix: string | null;
  readonly scoring?: Scoring;
};

type Stretch = {
  readonly symbol: string;
  readonly since: EpochMs;
  readonly until: EpochMs;
  readonly shareSeconds: Decimal;
  readonly dollarSeconds: Decimal;
};

/**
 * Scores what BigBrother wanted while it only looked on against what somebody else did with the
 * same account at the same time.
 *
 * @param records the journal, oldest first, from its beginning: what was held is read from it
 */
export function shadowReport(
  records: Iterable<JournalRecord>,
  { from, until, idPrefix, scoring = usualScoring }: ShadowQuestion,
): ShadowReport {
  const { wishes, deeds, courses, stretches, foreseen, first, last } = readAll(
    records,
    until,
    idPrefix,
  );
  wishes.endAt(last ?? 0);
  const isIn = (at: EpochMs): boolean => from === null || at >= from;
  const done = deeds.deeds().filter(({ at }) => isIn(at));
  const wanted = wishes.all.filter((wish) => isIn(wish.from));
  const { scores, extra } = scoreAll(wanted, done, courses, scoring);
  const naked = stretches.flatMap((each) => (isIn(each.until) ? [since(each, from)] : []));
  const plans = foreseen.filter(({ at }) => isIn(at));
  const because = whyNothing(done, deeds.orders, wishes.decisions);
  const start = from ?? first;
  return {
    from: start === null ? null : isoTime(start),
    until: last === null ? null : isoTime(until ?? last),
    verdict: because === null ? 'compared' : 'nothing_to_compare',
    because: because ?? `${wanted.length} wishes against ${done.length} deeds`,
    seen: {
      ...{ orders: deeds.orders, fills: deeds.fills },
      ...{ decisions: wishes.decisions, wishes: wanted.length },
    },
    policies: because === null ? rowsOf(scores, naked, plans) : [],
    extra: byKind(because === null ? extra : []),
    naked: figuresOf(naked),
    foreseen: figuresOf(because === null ? answering(plans, scores) : []),
    money: text(because === null ? sum(scores.map(({ money }) => money)) : ZERO),
    conflicts: {
      conflicting: scores.filter(({ verdict }) => verdict === 'conflicting').length,
      turnedPositions: deeds.turned,
    },
    scores: because === null ? scores.map(lineOf) : [],
  };
}

function readAll(records: Iterable<JournalRecord>, until: EpochMs | null, idPrefix: string | null) {
  const wishes = new WishBook();
  const deeds = new DeedBook(idPrefix);
  const courses = new Courses();
  const stretches: Stretch[] = [];
  const foreseen: Foreseen[] = [];
  let first: EpochMs | null = null;
  let last: EpochMs | null = null;
  for (const record of records) {
    if (until !== null && record.at > until) break;
    wishes.read(record);
    deeds.read(record);
    courses.read(record);
    stretches.push(...stretchIn(record));
    foreseen.push(...foreseenIn(record));
    first ??= record.at;
    last = record.at;
  }
  return { wishes, deeds, courses, stretches, foreseen, first, last };
}

/** A comparison with nothing in it would look like agreement. */
function whyNothing(deeds: readonly Deed[], orders: number, decisions: number): string | null {
  if (decisions === 0) {
    return 'no decision was made here while BigBrother only looked on (mode observe or propose, or a policy in shadow)';
  }
  if (deeds.length > 0) return null;
  return orders === 0
    ? 'nobody else placed an order here, as far as the journal knows'
    : 'what others ordered here changed nothing in this time';
}

function rowsOf(
  scores: readonly Score[],
  naked: readonly Stretch[],
  plans: readonly Foreseen[],
): readonly PolicyRow[] {
  const policies = [...new Set(scores.map(({ wish }) => wish.policy))].sort();
  return policies.map((policy) => {
    const own = scores.filter(({ wish }) => wish.policy === policy);
    const count = (verdict: Verdict) => own.filter((score) => score.verdict === verdict).length;
    const wantedStop = own.filter(({ wish }) => wish.kind === 'protect' || wish.kind === 'exit');
    const bare = naked.map((stretch) => duringOne(stretch, wantedStop));
    return {
      ...{ policy, wishes: own.length },
      matched: count('matched'),
      missed: count('missed'),
      conflicting: count('conflicting'),
      medianDelaySeconds: median(own.flatMap(delayOfMatched)),
      money: text(sum(own.map(({ money }) => money))),
      naked: figuresOf(bare),
      foreseen: figuresOf(answering(plans, own)),
    };
  });
}

const delayOfMatched = ({ verdict, delayMs }: Score): readonly number[] =>
  verdict === 'matched' && delayMs !== null ? [delayMs / 1_000] : [];

/** What of a stretch lies after `from`. */
const since = (stretch: Stretch, from: EpochMs | null): Stretch =>
  from === null || stretch.since >= from ? stretch : partOf(stretch, stretch.until - from);

/** So many milliseconds of a stretch, as if it had been even. */
function partOf(stretch: Stretch, ms: number): Stretch {
  const whole = stretch.until - stretch.since;
  const part = (amount: Decimal): Decimal =>
    whole <= 0 ? ZERO : amount.times(String(ms)).div(String(whole)).round(6, 0);
  const { shareSeconds, dollarSeconds } = stretch;
  return { ...stretch, shareSeconds: part(shareSeconds), dollarSeconds: part(dollarSeconds) };
}

/** The part of a stretch in which one of the wishes was open; of each instant once. */
function duringOne(stretch: Stretch, scores: readonly Score[]): Stretch {
  const { since, until, symbol } = stretch;
  const spans = scores
    .filter(({ wish }) => wish.symbol === symbol && wish.from < until && wish.until > since)
    .map(({ wish }) => [Math.max(wish.from, since), Math.min(wish.until, until)] as const)
    .sort(([one], [other]) => one - other);
  let [ms, reached] = [0, since];
  for (const [from, to] of spans) {
    ms += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return partOf(stretch, ms);
}

type Foreseen = {
  readonly symbol: string;
  readonly at: EpochMs;
  readonly shareSeconds: Decimal;
  readonly dollarSeconds: Decimal;
};

/** Of the plans for a wish the first: the others would not have been made had it been done. */
function answering(plans: readonly Foreseen[], scores: readonly Score[]): readonly Foreseen[] {
  const first = scores.flatMap(({ wish }) => {
    const made = plans.find(
      ({ symbol, at }) => symbol === wish.symbol && at >= wish.from && at <= wish.until,
    );
    return made === undefined ? [] : [made];
  });
  return [...new Set(first)];
}

function foreseenIn({ type, at, actor, body }: JournalRecord): readonly Foreseen[] {
  if (type !== 'plan_proposed' || actor !== 'loop') return [];
  const parts = fieldAt(fieldAt(body, 'plan') ?? null, 'parts');
  return (Array.isArray(parts) ? parts : []).flatMap((part) => {
    const symbol = fieldAt(part, 'symbol');
    const estimate = fieldAt(part, 'naked') ?? null;
    return typeof symbol === 'string' ? [{ symbol, at, ...secondsIn(estimate) }] : [];
  });
}

function stretchIn({ type, symbol, body }: JournalRecord): readonly Stretch[] {
  const [since, until] = [fieldAt(body, 'since'), fieldAt(body, 'until')];
  if (type !== 'naked_time_measured' || symbol === null) return [];
  if (typeof since !== 'number' || typeof until !== 'number') return [];
  return [{ symbol, since, until, ...secondsIn(body) }];
}

const secondsIn = (body: JournalRecord['body']) => ({
  shareSeconds: amountAt(body, 'shareSeconds') ?? ZERO,
  dollarSeconds: amountAt(body, 'dollarSeconds') ?? ZERO,
});

const figuresOf = (
  all: readonly Pick<Stretch, 'shareSeconds' | 'dollarSeconds'>[],
): NakedFigures => ({
  shareSeconds: text(sum(all.map(({ shareSeconds }) => shareSeconds))),
  dollarSeconds: text(sum(all.map(({ dollarSeconds }) => dollarSeconds))),
});

const sum = (amounts: readonly Decimal[]): Decimal =>
  amounts.reduce((all, each) => all.plus(each), ZERO);

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor((sorted.length - 1) / 2);
  return sorted[middle] ?? null;
}

const byKind = (deeds: readonly Deed[]): ShadowReport['extra'] => {
  const count = (kind: DeedKind) => deeds.filter((deed) => deed.kind === kind).length;
  return {
    stop: count('stop'),
    unprotect: count('unprotect'),
    reduce: count('reduce'),
    exit: count('exit'),
    take_profit: count('take_profit'),
    entry: count('entry'),
  };
};

const lineOf = ({ wish, verdict, deed, delayMs, money, because }: Score): ScoreLine => ({
  at: isoTime(wish.from),
  ...{ symbol: wish.symbol, policy: wish.policy, wanted: wish.kind, verdict, because },
  orderId: deed?.orderId ?? null,
  delaySeconds: delayMs === null ? null : delayMs / 1_000,
  money: text(money),
  decisionSeq: wish.seq,
});
