import type { Advice, LearnedFigures, Severity } from '../domain/advice.ts';
import type { AdvisorStatus, SymbolBackground } from '../domain/answers.ts';
import { digestOf } from '../domain/canonical.ts';
import type { EventType, JournalEvent, JournalRecord } from '../domain/event.ts';
import { forgettingIn } from '../domain/forgetting.ts';
import type { Ticker } from '../domain/ids.ts';
import { sampleOf } from '../engine/learning/shrinkage.ts';
import { type LearningBounds, learnFrom } from '../engine/learning/track-record.ts';
import type { Clock } from '../ports/clock.ts';
import { reasonOf } from '../ports/deadline.ts';
import type { ScenarioPlayer } from '../ports/scenario-player.ts';
import type { MarketIntelligence } from './market-intelligence.ts';
import type { HistoricalContext, MemoryIntelligence } from './memory-intelligence.ts';
import { type ProposedScenario, proposedScenario } from './proposed-scenario.ts';
import { rememberedIn } from './remembered.ts';
import type { SecondOpinion } from './second-opinion.ts';
import type { ThinkingIntelligence } from './thinking-intelligence.ts';
import { TRADE_RECORDS, TradeBook, unbegunSince } from './trade-book.ts';
import { withPlayedWorst } from './worst-case.ts';

/** One symbol is looked at so often; with fifty held each has its turn within the hour. */
const LOOK_MS = 60_000;
const ADVICE_LIFE_MS = 24 * 3_600_000;
/** What holds on is said again before it expires, and not sooner. */
const SAY_AGAIN_MS = 6 * 3_600_000;
const ACTIONS = ['protect', 'reduce', 'exit'] as const;
const LEAST_OUTCOMES = 5;
const LATEST = 3;

type Journal = {
  log(event: JournalEvent): void;
  onRecord(listener: (record: JournalRecord, logged: unknown) => void): void;
  recall(
    types: readonly EventType[],
    among?: { readonly afterSeq?: number },
  ): readonly JournalRecord[];
};

/** What is held, as far as advice needs it. */
export type HeldSymbol = { readonly symbol: Ticker; readonly episodeId: string | null };

/**
 * Asks memory, market and the account's own record about what is held, one symbol after the
 * other, and writes down what comes of it as advice. Hears the journal and is waited for by
 * nobody: with all of it down the loop goes on as without it.
 */
export class Intelligence {
  readonly #memory: MemoryIntelligence | null;
  readonly #market: MarketIntelligence;
  readonly #thinking: ThinkingIntelligence;
  readonly #opinion: SecondOpinion;
  readonly #player: () => Promise<ScenarioPlayer>;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #held: () => readonly HeldSymbol[];
  readonly #bounds: () => LearningBounds;
  readonly #trades = new TradeBook();
  readonly #histories = new Map<string, HistoricalContext>();
  readonly #lookedAt = new Map<Ticker, number>();
  readonly #said = new Map<string, { readonly digest: string; readonly at: number }>();
  #cancel: () => void = () => {};
  #memoryProblem: string | null = null;
  #isStopped = false;

  /** @param parts `memory` is null where it is off */
  constructor(parts: {
    readonly memory: MemoryIntelligence | null;
    readonly market: MarketIntelligence;
    readonly thinking: ThinkingIntelligence;
    readonly opinion: SecondOpinion;
    /** Brings the model of the exchange when it is first asked for. */
    readonly player: () => Promise<ScenarioPlayer>;
    readonly journal: Journal;
    readonly clock: Clock;
    readonly held: () => readonly HeldSymbol[];
    readonly bounds: () => LearningBounds;
  }) {
    this.#memory = parts.memory;
    this.#market = parts.market;
    this.#thinking = parts.thinking;
    this.#opinion = parts.opinion;
    this.#player = parts.player;
    this.#journal = parts.journal;
    this.#clock = parts.clock;
    this.#held = parts.held;
    this.#bounds = parts.bounds;
  }

  /** What is known of a symbol without asking anybody now. */
  about(symbol: Ticker): SymbolBackground {
    const market = this.#market.known(symbol);
    const histories = ACTIONS.flatMap((action) => this.#histories.get(`${symbol} ${action}`) ?? []);
    const problem = this.#memoryProblem;
    return {
      history: histories.map(({ action, count, meanR, outcomes }) => ({
        ...{ action, count, meanR },
        latest: outcomes
          .slice(0, LATEST)
          .map(
            ({ policy, profit, rMultiple, seq }) =>
              `${policy} ${profit} USD, ${rMultiple ?? '?'} R (record ${seq})`,
          ),
      })),
      signals: market?.signals ?? [],
      quoted: market?.quoted ?? null,
      opinion: this.#opinion.about(symbol),
      because: [...(market?.because ?? []), ...(problem === null ? [] : [`memory: ${problem}`])],
    };
  }

  /** How the model of a host stands, where it may be asked at all. */
  model(): readonly AdvisorStatus[] {
    const status = this.#opinion.status();
    return status === null ? [] : [status];
  }

  /** Takes up what the journal has, and looks at what is held from time to time. */
  start(): void {
    this.#takeUpTrades();
    this.#memory?.start();
    this.#journal.onRecord((record, logged) => this.#hear(record, logged));
    this.#later();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
    this.#memory?.stop();
  }

  /** Looks at one symbol: what became of decisions in it, what is written of it, what was learned. */
  async look({ symbol, episodeId }: HeldSymbol): Promise<void> {
    this.#lookedAt.set(symbol, this.#clock.now());
    this.#sayLearned(symbol, episodeId);
    await Promise.all([this.#market.getMarketContext(symbol), this.#recall(symbol)]);
  }

  #takeUpTrades(): void {
    const records = this.#journal.recall(TRADE_RECORDS);
    const since = unbegunSince(records);
    const decisions =
      since === null ? [] : this.#journal.recall(['decision_made'], { afterSeq: since - 1 });
    const inOrder = [...records, ...decisions].sort((one, other) => one.seq - other.seq);
    for (const record of inOrder) this.#trades.remember(record);
    this.#writeBegun();
  }

  /** What a trade began with outlives the decision that it was read from. */
  #writeBegun(): void {
    for (const body of this.#trades.takeBegun()) {
      const symbol = body.episodeId.split('#')[0] ?? null;
      this.#journal.log({ type: 'trade_begun', actor: 'system', symbol, body });
    }
  }

  #hear(record: JournalRecord, logged: unknown): void {
    this.#trades.remember(record, logged);
    this.#writeBegun();
    if (forgettingIn(record) !== null) this.#forget();
    const outcome = rememberedIn(record);
    if (outcome !== null) this.#memory?.storeDecisionOutcome(outcome);
    const scenario = proposedScenario(record);
    if (scenario !== null) void this.#think(scenario, record.planId);
  }

  /** Ours first; whoever else is asked hears what we thought, and changes nothing of it. */
  async #think(scenario: ProposedScenario, planId: string | null): Promise<void> {
    const { context, constraints, symbols, playable } = scenario;
    // One run of the exchange at a time, and whatever else is due goes first.
    const rest = () => this.#clock.sleep(0);
    const options = await withPlayedWorst(scenario.options, playable, this.#player, rest);
    const analysis = await this.#thinking.analyzeScenario(context, options, constraints);
    const { chain, hash, best } = analysis;
    const names = options.map(({ id }) => id);
    await this.#opinion.askAbout({ chain, hash, best, options: names, symbols, planId });
  }

  /** What is left is learned anew, and may be said again at once. */
  #forget(): void {
    this.#said.clear();
    this.#histories.clear();
    void this.#memory?.rebuild().catch((error: unknown) => {
      this.#memoryProblem = reasonOf(error);
    });
  }

  #later(): void {
    this.#cancel = this.#clock.after(LOOK_MS, () => {
      const due = [...this.#held()].sort(
        (one, other) =>
          (this.#lookedAt.get(one.symbol) ?? 0) - (this.#lookedAt.get(other.symbol) ?? 0),
      );
      const [next] = due;
      const looking = next === undefined ? Promise.resolve() : this.look(next);
      void looking.finally(() => {
        if (!this.#isStopped) this.#later();
      });
    });
  }

  /** A record that is worse than nothing beyond its own error asks for a person; no more. */
  async #recall(symbol: Ticker): Promise<void> {
    if (this.#memory === null) return;
    try {
      for (const action of ACTIONS) {
        const history = await this.#memory.getHistoricalContext(symbol, action);
        this.#histories.set(`${symbol} ${action}`, history);
        const gains = history.outcomes.flatMap(({ rMultiple }) =>
          rMultiple === null ? [] : [Number(rMultiple)],
        );
        const { count, mean, variance } = sampleOf(gains);
        const isBad = count >= LEAST_OUTCOMES && mean + 2 * Math.sqrt(variance / count) < 0;
        if (isBad) this.#say(symbol, 'memory', 1, history.hash);
      }
      this.#memoryProblem = null;
    } catch (error) {
      this.#memoryProblem = reasonOf(error);
    }
  }

  #sayLearned(symbol: Ticker, episodeId: string | null): void {
    const group = episodeId === null ? null : this.#trades.groupOf(episodeId);
    if (group === null) return;
    const learned = learnFrom(this.#trades.trades(), this.#bounds());
    const own = learned.find((each) => digestOf(each.group) === digestOf(group));
    const lesson = own?.lesson ?? null;
    if (lesson === null) return;
    const { figures, from, trades, effectR, lowerR } = lesson;
    const evidence = {
      group,
      trades,
      effectR: effectR.toFixed(3),
      lowerR: lowerR.toFixed(3),
      from,
    };
    this.#say(symbol, 'outcomes', 0, digestOf(from), figures, evidence);
  }

  #say(
    symbol: Ticker,
    source: Advice['source'],
    severity: Severity,
    hash: string,
    learned?: LearnedFigures,
    evidence?: unknown,
  ): void {
    const now = this.#clock.now();
    const key = `${symbol} ${source}`;
    const digest = digestOf([severity, learned ?? null, hash]);
    const before = this.#said.get(key);
    if (before?.digest === digest && now - before.at < SAY_AGAIN_MS) return;
    this.#said.set(key, { digest, at: now });
    const advice: Advice = {
      ...{ symbol, signal: 'track_record', severity, source, hash },
      ...{ givenAt: now, expiresAt: now + ADVICE_LIFE_MS },
      ...(learned === undefined ? {} : { learned }),
    };
    const body = evidence === undefined ? advice : { ...advice, evidence };
    this.#journal.log({ type: 'advice_given', actor: 'system', symbol, body });
  }
}
