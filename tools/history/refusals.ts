import type { Json } from '../../src/domain/canonical.ts';
import type { EventType, HistoryQuery, JournalRecord } from '../../src/domain/event.ts';
import { fieldAt, textAt } from '../../src/domain/record-body.ts';
import { isoTime } from '../../src/domain/time.ts';
import { deniedIn, isRejection, policiesIn } from './filters.ts';
import { type HistorySource, readLast, readNewest } from './source.ts';
import { listAt } from './trail.ts';

const REFUSALS: readonly EventType[] = [
  'plan_refused',
  'plan_not_made',
  'approval_refused',
  'effect_vetoed',
];
/** So many are looked at, newest first; a longer time is asked for in parts. */
const MOST_REFUSALS = 2_000;
const MOST_ANSWERS = 2_000;
const MOST_DECISIONS = 300;
const MOST_LETTERS = 180;

/** What was wanted and not done, once for each cause, with how often. */
type RefusalRow = {
  readonly symbol?: string;
  readonly wanted: string;
  /** Who said no: a guardrail, the broker, the engine, a person or a policy. */
  readonly by: string;
  readonly code: string;
  readonly because: string;
  readonly would_pass?: string;
  readonly times: number;
  readonly first_at: string;
  readonly last_at: string;
  readonly plan_id?: string;
};

export type Refusals = {
  /** How often, by code. */
  readonly counts: Readonly<Record<string, number>>;
  /** Newest first. */
  readonly refused: readonly RefusalRow[];
  /** What policies recommended and others came before. */
  readonly overruled: readonly RefusalRow[];
  /** Each of them by itself. */
  readonly each: readonly Pick<No, 'symbol' | 'code' | 'policies' | 'record'>[];
  readonly isWhole: boolean;
};

type Asked = Omit<HistoryQuery, 'limit' | 'types'>;

/** One no, before those of the same cause are put together. */
type No = Omit<RefusalRow, 'times' | 'first_at' | 'last_at'> & {
  readonly record: JournalRecord;
  readonly policies: readonly string[];
};

/** @param policy only what this one wanted */
export async function refusalsIn(
  source: HistorySource,
  { symbol, ...asked }: Asked,
  policy: string | undefined,
): Promise<Refusals> {
  const plans = new PlanLookup(source);
  const read = await readNewest(source, { ...asked, types: REFUSALS }, MOST_REFUSALS);
  const refusals: No[] = [];
  for (const record of read.records) refusals.push(...(await nosIn(record, plans)));
  const types = ['step_answered', 'step_observed'] as const;
  const steps = await readNewest(source, { ...asked, symbol, types }, MOST_ANSWERS);
  for (const record of steps.records) {
    if (isRejection(record)) refusals.push(await byBroker(record, plans));
  }
  const decisions = await readNewest(
    source,
    { ...asked, symbol, types: ['decision_made'] },
    MOST_DECISIONS,
  );
  const isAsked = (no: No): boolean =>
    (symbol === undefined || no.symbol === symbol) &&
    (policy === undefined || no.policies.includes(policy));
  const nos = withoutRepeats(refusals).filter(isAsked);
  return {
    counts: countsOf(nos),
    refused: grouped(nos),
    overruled: grouped(decisions.records.flatMap(overruledIn).filter(isAsked)),
    each: nos,
    isWhole: read.isWhole && steps.isWhole && decisions.isWhole,
  };
}

/** A plan that is denied at its proposal is denied anew when it is executed: told of once. */
function withoutRepeats(nos: readonly No[]): readonly No[] {
  const seen = new Set<string>();
  return [...nos]
    .sort((one, other) => other.record.seq - one.record.seq)
    .filter(({ plan_id, symbol, code, record }) => {
      const order = textAt(record.body, 'clientOrderId') ?? record.seq;
      const key = `${plan_id ?? order} ${symbol} ${code}`;
      return !seen.has(key) && seen.add(key);
    });
}

/** Each plan is looked up once. */
class PlanLookup {
  readonly #source: HistorySource;
  readonly #proposals = new Map<string, JournalRecord | null>();
  readonly #reviews = new Map<string, JournalRecord | null>();

  constructor(source: HistorySource) {
    this.#source = source;
  }

  async proposal(planId: string): Promise<JournalRecord | null> {
    return this.#find(this.#proposals, planId, 'plan_proposed');
  }

  async review(planId: string): Promise<JournalRecord | null> {
    return this.#find(this.#reviews, planId, 'plan_reviewed');
  }

  async #find(known: Map<string, JournalRecord | null>, planId: string, type: EventType) {
    const found = known.get(planId);
    if (found !== undefined) return found;
    const record = await readLast(this.#source, { planId, types: [type] });
    known.set(planId, record);
    return record;
  }
}

async function nosIn(record: JournalRecord, plans: PlanLookup): Promise<readonly No[]> {
  const { planId, type, body } = record;
  const proposal = planId === null ? null : await plans.proposal(planId);
  const refusal = textAt(body, 'refusal') ?? textAt(body, 'code') ?? textAt(body, 'outcome');
  const isVeto = type === 'effect_vetoed' || refusal === 'guardrails_denied';
  if (isVeto && planId !== null) {
    const review = await plans.review(planId);
    const denials = [...deniedIn(review?.body ?? null), ...deniedIn(proposal?.body ?? null)];
    if (denials.length > 0) return denials.map((denial) => vetoOf(denial, record, proposal));
  }
  return symbolsOf(record, proposal).map((symbol) => ({
    ...baseOf(record, proposal, symbol),
    by: byWhom(record),
    code: isVeto && type === 'effect_vetoed' ? 'person_refused' : (refusal ?? type),
    because: textAt(body, 'because') ?? '',
  }));
}

function byWhom({ type, actor, body }: JournalRecord): string {
  if (type === 'approval_refused') return textAt(body, 'by') ?? 'person';
  if (actor === 'person') return 'person';
  return type === 'plan_not_made' ? 'engine' : 'coordinator';
}

function vetoOf(denial: Json, record: JournalRecord, proposal: JournalRecord | null): No {
  const wouldPass = textAt(denial, 'wouldPass');
  return {
    ...baseOf(record, proposal, textAt(denial, 'symbol')),
    by: textAt(denial, 'guardrail') ?? 'guardrail',
    code: textAt(denial, 'code') ?? 'denied',
    because: textAt(denial, 'because') ?? '',
    ...(wouldPass === null ? {} : { would_pass: wouldPass }),
  };
}

async function byBroker(record: JournalRecord, plans: PlanLookup): Promise<No> {
  const { planId, symbol, body } = record;
  const proposal = planId === null ? null : await plans.proposal(planId);
  return {
    ...baseOf(record, proposal, symbol),
    by: 'broker',
    code: textAt(body, 'rejection') ?? 'rejected',
    because: textAt(body, 'because') ?? 'it was taken first, and rejected then',
  };
}

function overruledIn(record: JournalRecord): readonly No[] {
  const decision = fieldAt(record.body, 'decision') ?? null;
  return listAt(decision, 'overruled').map((each) => {
    const said = fieldAt(each, 'recommendation') ?? null;
    const policy = textAt(said, 'policy') ?? '';
    const kind = textAt(fieldAt(said, 'action') ?? null, 'kind');
    return {
      ...(record.symbol === null ? {} : { symbol: record.symbol }),
      wanted: `${policy}: ${kind}`,
      by: textAt(each, 'by') ?? 'engine',
      code: 'overruled',
      because: textAt(each, 'because') ?? '',
      policies: [policy],
      record,
    };
  });
}

function baseOf(record: JournalRecord, proposal: JournalRecord | null, symbol: string | null) {
  const { planId } = record;
  return {
    ...(symbol === null ? {} : { symbol }),
    wanted: wantedIn(record, proposal, symbol),
    ...(planId === null ? {} : { plan_id: planId }),
    policies: policiesIn(proposal?.body ?? null),
    record,
  };
}

/** What the plan would have done, or what was asked for where none was made. */
function wantedIn(record: JournalRecord, proposal: JournalRecord | null, symbol: string | null) {
  const plan = fieldAt(proposal?.body ?? null, 'plan') ?? record.body;
  const intent = textAt(fieldAt(plan, 'intent') ?? null, 'kind') ?? 'unknown';
  const part = listAt(plan, 'parts').find((each) => textAt(each, 'symbol') === symbol);
  if (part === undefined) return intent;
  const who = listAt(part, 'wantedBy').filter((each) => typeof each === 'string');
  return `${intent}: ${textAt(part, 'recipe')}${who.length === 0 ? '' : ` for ${who.join(', ')}`}`;
}

function symbolsOf(record: JournalRecord, proposal: JournalRecord | null): (string | null)[] {
  if (record.symbol !== null) return [record.symbol];
  const parts = listAt(fieldAt(proposal?.body ?? null, 'plan'), 'parts');
  return parts.length === 0 ? [null] : parts.map((part) => textAt(part, 'symbol'));
}

/** The same no with other figures is the same no. */
function grouped(nos: readonly No[]): readonly RefusalRow[] {
  const groups = new Map<string, RefusalRow>();
  for (const { record, policies: _, ...no } of nos) {
    const words = no.because.replace(/\d+(\.\d+)?/g, '#');
    const key = [no.symbol, no.wanted, no.by, no.code, words].join('\n');
    const known = groups.get(key);
    const when = isoTime(record.at);
    const row = known ?? {
      ...no,
      because: no.because.slice(0, MOST_LETTERS),
      ...{ times: 0, first_at: when, last_at: when },
    };
    groups.set(key, { ...row, times: row.times + 1, first_at: when });
  }
  return [...groups.values()];
}

function countsOf(nos: readonly No[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { code } of nos) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
