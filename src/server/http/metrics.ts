import type { Alert, NakedTime, SystemStatus } from '../../domain/answers.ts';
import { type Decimal, decimal, text, ZERO } from '../../domain/decimal.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { type Ticker, ticker } from '../../domain/ids.ts';
import type { PortfolioSnapshot } from '../../domain/portfolio.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import type { Lane } from '../../ports/broker.ts';

type Sample = { readonly value: number | string } & { readonly [label: string]: number | string };

/** Figures of one kind, as Prometheus reads them. Labels are all but `value`. */
export type MetricFamily = {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
};

/** The text format of Prometheus, version 0.0.4. */
export const metricsText = (families: readonly MetricFamily[]): string =>
  families
    .map(({ name, type, help, samples }) =>
      [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples.map(lineOf(name)), ''].join(
        '\n',
      ),
    )
    .join('');

const lineOf =
  (name: string) =>
  ({ value, ...labels }: Sample): string => {
    const named = Object.entries(labels).map(([label, of]) => `${label}="${escaped(String(of))}"`);
    return `${name}${named.length === 0 ? '' : `{${named.join(',')}}`} ${value}`;
  };

const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/** What the figures are read from: the owner of the account. */
export type MeteredAccount = {
  status(): SystemStatus;
  snapshot(): PortfolioSnapshot | null;
  nakedTime(symbol: Ticker): NakedTime;
  alerts(): readonly Alert[];
  /** Null before the first cycle has ended. */
  lastCycleMs(): number | null;
  laneWaitMs(lane: Lane): number;
  journalLength(): number;
  isJournalBroken(): boolean;
};

const LANES: readonly Lane[] = ['kill', 'protect', 'reconcile', 'read'];

/** The figures of one account in this run. */
export class AccountMetrics {
  readonly #account: MeteredAccount;
  readonly #verdicts = new Map<string, number>();
  /** Also those that were held and are no more: what was naked stays counted. */
  readonly #symbols = new Set<Ticker>();
  #cycles = 0;
  #failures = 0;

  constructor(account: MeteredAccount) {
    this.#account = account;
  }

  /** Takes each record as it is written. */
  hear(record: JournalRecord): void {
    switch (record.type) {
      case 'snapshot_taken':
        this.#cycles += 1;
        this.#noteSymbols();
        break;
      case 'cycle_failed':
        this.#failures += 1;
        break;
      case 'naked_time_measured':
        if (record.symbol !== null) this.#symbols.add(ticker(record.symbol));
        break;
      case 'plan_reviewed':
        this.#countVerdicts(fieldAt(record.body, 'verdicts'));
        break;
      default:
    }
  }

  families(): readonly MetricFamily[] {
    this.#noteSymbols();
    const status = this.#account.status();
    return [
      ...this.#ofTheLoop(status),
      ...this.#ofTheBroker(status),
      ...this.#ofTheJournal(status),
      {
        ...{ name: 'bigbrother_alerts', type: 'gauge' },
        help: 'Alerts that stand, by code.',
        samples: [...countsOf(this.#account.alerts().map(({ code }) => code))].map(
          ([code, value]) => ({ value, code }),
        ),
      },
    ];
  }

  #ofTheLoop({ loopRunning }: SystemStatus): readonly MetricFamily[] {
    const cycleMs = this.#account.lastCycleMs();
    return [
      one('bigbrother_loop_running', 'gauge', '1 while the account is guarded.', +loopRunning),
      one('bigbrother_cycles_total', 'counter', 'Looks at the whole account.', this.#cycles),
      one('bigbrother_cycle_failures_total', 'counter', 'Looks that failed.', this.#failures),
      ...(cycleMs === null
        ? []
        : [one('bigbrother_cycle_seconds', 'gauge', 'The last look took.', cycleMs / 1_000)]),
      one(
        ...(['bigbrother_naked_share_seconds_total', 'counter'] as const),
        'Shares without a confirmed stop, times seconds, while a stop could trigger.',
        text(this.#nakedShareSeconds()),
      ),
      {
        ...{ name: 'bigbrother_verdicts_total', type: 'counter' },
        help: 'Verdicts of guardrails on plans that were to be executed; a pass has no code.',
        samples: [...this.#verdicts].map(([code, value]) => ({ value, code })),
      },
    ];
  }

  #ofTheBroker({ longestWaitMs, streams }: SystemStatus): readonly MetricFamily[] {
    const isLive = (stream: string): number => (stream === 'live' ? 1 : 0);
    return [
      {
        ...{ name: 'bigbrother_lane_wait_seconds', type: 'gauge' },
        help: 'How long a request to the broker waits now for its turn, by lane.',
        samples: LANES.map((lane) => ({ value: this.#account.laneWaitMs(lane) / 1_000, lane })),
      },
      one(
        ...(['bigbrother_order_wait_seconds', 'gauge'] as const),
        'The longest until the last order that waits now is sent.',
        longestWaitMs / 1_000,
      ),
      {
        ...{ name: 'bigbrother_stream_live', type: 'gauge' },
        help: '1 while a stream of the broker is live.',
        samples: [
          { value: isLive(streams.trading), stream: 'trading' },
          { value: isLive(streams.market), stream: 'market' },
        ],
      },
    ];
  }

  #ofTheJournal({ journalCopy }: SystemStatus): readonly MetricFamily[] {
    const behind = journalCopy?.behindRecords ?? null;
    return [
      one('bigbrother_journal_records', 'gauge', 'Records.', this.#account.journalLength()),
      one(
        ...(['bigbrother_journal_broken', 'gauge'] as const),
        '1 when the journal cannot be written, so that nothing is done.',
        +this.#account.isJournalBroken(),
      ),
      ...(behind === null
        ? []
        : [one('bigbrother_journal_copy_behind', 'gauge', 'Records not copied yet.', behind)]),
    ];
  }

  #noteSymbols(): void {
    for (const { symbol } of this.#account.snapshot()?.positions ?? []) this.#symbols.add(symbol);
  }

  #nakedShareSeconds(): Decimal {
    return [...this.#symbols]
      .map((symbol) => decimal(this.#account.nakedTime(symbol).shareSeconds))
      .reduce((sum, each) => sum.plus(each), ZERO);
  }

  #countVerdicts(verdicts: ReturnType<typeof fieldAt>): void {
    if (!Array.isArray(verdicts)) return;
    for (const verdict of verdicts) {
      const code = textAt(verdict, 'code') ?? 'pass';
      this.#verdicts.set(code, (this.#verdicts.get(code) ?? 0) + 1);
    }
  }
}

const one = (name: string, type: string, help: string, value: number | string): MetricFamily => ({
  name,
  type,
  help,
  samples: [{ value }],
});

function countsOf(codes: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}
