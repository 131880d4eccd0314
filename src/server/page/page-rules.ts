import { type Decimal, larger, parseDecimal, text, worth, ZERO } from '../../domain/decimal.ts';
import type { JournalRecord } from '../../domain/event.ts';
import type { PortfolioSnapshot } from '../../domain/portfolio.ts';
import { textAt } from '../../domain/record-body.ts';
import type { Concentration, PortfolioRisk } from '../../domain/risk.ts';
import { verdictsAt } from '../../domain/told-verdicts.ts';
import type { GuardrailRow, LimitRow } from '../../web/page/page-data.ts';

/** The limits of the account as a whole; percent as decimal text. */
export type AccountLimits = {
  readonly exposureTotal: string;
  readonly exposureName: string;
  readonly sector: string;
  readonly unknownSector: string;
  readonly cluster: string;
  readonly dailyLoss: string;
  readonly drawdown: string;
  /** Of the maintenance margin, in percent of equity. */
  readonly maintenance: string;
  readonly entriesPerMinute: number;
};

export type LimitFacts = {
  readonly snapshot: PortfolioSnapshot | null;
  readonly risk: PortfolioRisk | null;
  readonly limits: AccountLimits;
  /** Changes of orders in the last minute. */
  readonly messages: number | null;
  /** Paid in less paid out since the last close; null where it is not known. */
  readonly paidInToday: Decimal | null;
};

/** What the account uses of each of its limits, by the figures that the guardrails go by. */
export function limitRows(facts: LimitFacts): readonly LimitRow[] {
  const { snapshot, risk, limits, messages } = facts;
  const percentOf = (value: Decimal | null): Decimal | null =>
    value === null || snapshot === null || snapshot.account.equity.lte(ZERO)
      ? null
      : value.times('100').div(snapshot.account.equity);
  const gross = risk === null ? null : percentOf(risk.exposure.gross);
  const [sector, unknownSector] = [known(risk?.sectors), unknown(risk?.sectors)];
  const maintenance = percentOf(snapshot?.account.margin?.maintenance ?? null);
  return [
    row('exposure-total', 'All positions together', gross, limits.exposureTotal, 'of equity'),
    row('exposure-name', ...largest('Largest name', risk?.names), limits.exposureName, 'of equity'),
    row('concentration', ...largest('Largest sector', sector), limits.sector, 'of equity'),
    row(
      'concentration',
      ...largest('Names of no known sector', unknownSector),
      limits.unknownSector,
      'of equity',
    ),
    row(
      'concentration',
      ...largest('Largest cluster', known(risk?.clusters)),
      limits.cluster,
      'of equity',
    ),
    row(
      'daily-loss',
      'Loss since the last close',
      lossPercent(facts),
      limits.dailyLoss,
      'of equity',
    ),
    row(
      'drawdown',
      'Below the highest equity',
      risk?.drawdown?.percent ?? null,
      limits.drawdown,
      'of the peak',
    ),
    row('margin', 'Maintenance margin', maintenance, limits.maintenance, 'of equity'),
    {
      ...{ guardrail: 'message-throttle', name: 'Changes of orders in the last minute' },
      measured: messages === null ? 'not known' : String(messages),
      limit: `${limits.entriesPerMinute} for entries`,
      usedPercent: messages === null ? null : (messages / limits.entriesPerMinute) * 100,
    },
  ];
}

const known = (all: readonly Concentration[] = []) => all.filter(({ bucket }) => bucket !== null);
const unknown = (all: readonly Concentration[] = []) => all.filter(({ bucket }) => bucket === null);

/** Told largest first; without any nothing is used. */
function largest(
  what: string,
  all: readonly Concentration[] | undefined,
): [name: string, percent: Decimal | null] {
  const [first] = all ?? [];
  if (first === undefined) return [what, all === undefined ? null : ZERO];
  return [first.bucket === null ? what : `${what}: ${first.bucket}`, first.percentOfEquity];
}

function row(
  guardrail: string,
  name: string,
  percent: Decimal | null,
  most: string,
  of: string,
): LimitRow {
  return {
    ...{ guardrail, name, limit: `${most} % ${of}` },
    // Up: what is used is never shown too small.
    measured: percent === null ? 'not known' : `${text(percent.round(1, 3))} %`,
    usedPercent: percent === null ? null : Number(percent.times('100').div(most).toFixed(1, 3)),
  };
}

/** The worse of the broker's figure and our own, as the guardrail counts it. */
function lossPercent({ snapshot, paidInToday }: LimitFacts): Decimal | null {
  if (snapshot === null || paidInToday === null) return null;
  const { account, positions } = snapshot;
  if (account.lastEquity.lte(ZERO)) return null;
  const own = positions.reduce<Decimal>((sum, { side, currentPrice, quantity }) => {
    const value = worth(currentPrice, quantity);
    return side === 'long' ? sum.plus(value) : sum.minus(value);
  }, account.cash);
  const base = account.lastEquity.plus(paidInToday);
  const loss = larger<Decimal>(base.minus(account.equity), base.minus(own));
  return larger<Decimal>(ZERO, loss).times('100').div(account.lastEquity);
}

type Word = NonNullable<GuardrailRow['last']>;
type Tally = { readonly asked: number; readonly denied: number; readonly last: Word };

const REVIEWS: ReadonlySet<string> = new Set(['plan_reviewed', 'plan_proposed']);

/** What each guardrail said last, and how often it said no. */
export class VerdictBook {
  readonly #tallies = new Map<string, Tally>();

  /** Takes each record in the order in which they were written. */
  hear(record: JournalRecord): void {
    if (!REVIEWS.has(record.type)) return;
    const { at, body } = record;
    for (const verdict of verdictsAt(body)) {
      const guardrail = textAt(verdict, 'guardrail');
      if (guardrail === null) continue;
      const before = this.#tallies.get(guardrail) ?? { asked: 0, denied: 0 };
      const outcome = textAt(verdict, 'outcome') === 'deny' ? 'deny' : 'pass';
      const said = (name: string): string => textAt(verdict, name) ?? '';
      this.#tallies.set(guardrail, {
        asked: before.asked + 1,
        denied: before.denied + (outcome === 'deny' ? 1 : 0),
        last: {
          ...{ at, outcome, symbol: said('symbol'), because: said('because') },
          ...{ measured: said('measured'), limit: said('limit') },
        },
      });
    }
  }

  rows(
    guardrails: readonly { readonly name: string; readonly promise: string }[],
  ): readonly GuardrailRow[] {
    return guardrails.map(({ name, promise }) => {
      const { asked = 0, denied = 0, last = null } = this.#tallies.get(name) ?? {};
      return { name, promise, asked, denied, last };
    });
  }
}

export const figureOf = (digits: string | null): number | null => {
  const value = parseDecimal(digits ?? '');
  return value === null ? null : Number(value.toFixed());
};
