import type {
  Alert,
  CopyStatus,
  HistoryPage,
  NakedTime,
  PlanStanding,
  Proposal,
  Supposition,
  SymbolEvaluation,
  SystemStatus,
  ToolCall,
} from '../../src/domain/answers.ts';
import type { Mode } from '../../src/domain/environment.ts';
import type { Actor, HistoryQuery } from '../../src/domain/event.ts';
import { type PlanId, type Ticker, ticker } from '../../src/domain/ids.ts';
import type { Intent, OpenIntent } from '../../src/domain/plan.ts';
import type { PortfolioSnapshot, PositionContext } from '../../src/domain/portfolio.ts';
import type { ExecutionReport } from '../../src/domain/report.ts';
import type { PortfolioRisk } from '../../src/domain/risk.ts';
import { contextFor } from '../../src/engine/account/context.ts';
import { assessRisk } from '../../src/engine/risk/assess.ts';
import { riskModelOf } from '../../src/engine/risk/risk-model.ts';
import type { BigBrotherFace } from '../../tools/tool.ts';
import { ACCOUNT_NUMBER, type GivenHolding, NOW, snapshot, stopLimit } from '../support/given.ts';

const COVERED: NakedTime = { shareSeconds: '0', dollarSeconds: '0', nakedSince: null };

/** What the tools are told, as plain data: no broker, no loop, nothing that moves by itself. */
export type GivenAnswers = {
  readonly snapshot?: PortfolioSnapshot | null;
  readonly mode?: Mode;
  readonly environment?: SystemStatus['environment'];
  readonly alerts?: readonly Alert[];
  readonly longestWaitMs?: number;
  readonly nakedTimes?: Readonly<Record<string, NakedTime>>;
  readonly evaluation?: SymbolEvaluation;
  readonly proposal?: Proposal;
  readonly supposition?: Supposition;
  readonly standing?: PlanStanding;
  readonly report?: ExecutionReport;
  readonly history?: (query: HistoryQuery) => HistoryPage;
  readonly journalCopy?: CopyStatus;
};

export class ToldAnswers implements BigBrotherFace {
  readonly #given: GivenAnswers;
  readonly #snapshot: PortfolioSnapshot | null;
  readonly calls: ToolCall[] = [];
  readonly intents: { readonly intent: Intent; readonly actor: Actor }[] = [];
  readonly executed: { readonly planId: PlanId; readonly hash: string }[] = [];
  readonly queries: HistoryQuery[] = [];

  constructor(given: GivenAnswers = {}) {
    this.#given = given;
    this.#snapshot = given.snapshot === undefined ? snapshot() : given.snapshot;
  }

  status(): SystemStatus {
    return {
      environment: this.#given.environment ?? 'simulated',
      mode: this.#given.mode ?? 'execute',
      tradingState: 'active',
      tradingStateCauses: [],
      accountNumber: ACCOUNT_NUMBER,
      loopRunning: false,
      longestWaitMs: this.#given.longestWaitMs ?? 0,
      streams: { trading: 'live', market: 'live' },
      ...(this.#given.journalCopy === undefined ? {} : { journalCopy: this.#given.journalCopy }),
      strategy: { active: null, regime: 'unknown', because: 'strategies are off' },
      settingsHash: '0'.repeat(64),
    };
  }

  snapshot(): PortfolioSnapshot | null {
    return this.#snapshot;
  }

  portfolioRisk(): PortfolioRisk | null {
    const snapshot = this.#snapshot;
    if (snapshot === null) return null;
    const contexts = snapshot.positions.flatMap(({ symbol }) => this.contextFor(symbol) ?? []);
    return assessRisk({
      ...{ positions: snapshot.positions, contexts, equity: snapshot.account.equity },
      ...{ peakEquity: null, sectorOf: () => null, gapPercent: '5' },
      model: riskModelOf(new Map(), { benchmark: ticker('SPY'), clusterCorrelation: 0.7 }),
    });
  }

  contextFor(symbol: Ticker): PositionContext | null {
    return this.#snapshot === null ? null : contextFor(this.#snapshot, symbol);
  }

  async suppose(intent: OpenIntent): Promise<Supposition> {
    this.intents.push({ intent, actor: 'host' });
    const { supposition } = this.#given;
    if (supposition === undefined) throw new Error('no supposition was given');
    return supposition;
  }

  evaluate(symbol: Ticker): SymbolEvaluation | null {
    return this.#given.evaluation?.decision.symbol === symbol ? this.#given.evaluation : null;
  }

  plan(planId: PlanId): PlanStanding | null {
    const { standing } = this.#given;
    return standing?.plan.id === planId ? standing : null;
  }

  propose(intent: Intent, actor: Actor): Promise<Proposal> {
    this.intents.push({ intent, actor });
    return Promise.resolve(
      this.#given.proposal ?? { outcome: 'nothing_to_do', because: ['nothing was given'] },
    );
  }

  execute(planId: PlanId, hash: string): Promise<ExecutionReport> {
    this.executed.push({ planId, hash });
    return Promise.resolve(
      this.#given.report ?? {
        planId,
        outcome: 'denied',
        refusal: 'plan_unknown',
        parts: [],
        verdicts: [],
        startedAt: NOW,
        finishedAt: NOW,
        because: 'no plan has this handle',
      },
    );
  }

  history(query: HistoryQuery): HistoryPage {
    this.queries.push(query);
    return this.#given.history?.(query) ?? { records: [], nextBeforeSeq: null };
  }

  alerts(): readonly Alert[] {
    return this.#given.alerts ?? [];
  }

  nakedTime(symbol: Ticker): NakedTime {
    return this.#given.nakedTimes?.[symbol] ?? COVERED;
  }

  recordToolCall(call: ToolCall): void {
    this.calls.push(call);
  }
}

/** The `index`th of many tickers: AAA, AAB, ... */
export const manySymbols = (index: number): string =>
  [index / 676, index / 26, index]
    .map((letter) => String.fromCharCode(65 + (Math.floor(letter) % 26)))
    .join('');

/** As an account of that size looks: prices in cents, every share under a stop, every tenth short. */
export const manyHoldings = (count: number): GivenHolding[] =>
  Array.from({ length: count }, (_, index) => {
    const symbol = manySymbols(index);
    const side = index % 10 === 9 ? 'short' : 'long';
    const entry = (37.13 + index * 3.37).toFixed(2);
    const mark = (Number(entry) * (0.97 + (index % 7) / 100)).toFixed(2);
    const stop = (Number(entry) * (side === 'long' ? 0.95 : 1.05)).toFixed(2);
    const limit = (Number(stop) * (side === 'long' ? 0.995 : 1.005)).toFixed(2);
    const quantity = String(10 + ((index * 37) % 400));
    return {
      symbol,
      side,
      quantity,
      entry,
      price: mark,
      initialStop: stop,
      orders: [
        stopLimit({
          id: `stop-${symbol}`,
          symbol,
          side: side === 'long' ? 'sell' : 'buy',
          quantity,
          stop,
          limit,
        }),
      ],
    };
  });
