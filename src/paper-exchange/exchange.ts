import type { Clock } from '../ports/clock.ts';
import { assembleWire, type Wire } from './assembly.ts';
import { NyseCalendar } from './calendar/nyse.ts';
import { besideControl, ControlApi } from './control/api.ts';
import { type Controlled, stateOf, whenSessionBegins } from './control/controlled.ts';
import type { Done } from './control/done.ts';
import { Journal } from './control/journal.ts';
import { Operator } from './control/operator.ts';
import { PriceShift } from './control/price-shift.ts';
import type {
  Calendar,
  ExchangeEvent,
  JsonValue,
  Milliseconds,
  Resumable,
} from './core/basics/types.ts';
import { ExchangeCore } from './core/exchange-core.ts';
import { exchangeParts } from './core/state/saved-state.ts';
import {
  assetsOf,
  checkControl,
  type MarketOptions,
  marketFrom,
  type PaperExchangeOptions,
} from './exchange-options.ts';
import { EventFaults } from './faults/event-faults.ts';
import { FaultBook } from './faults/fault-book.ts';
import { feed } from './market/feed.ts';
import type { MarketInput, MarketSource } from './market/source.ts';
import type { Oracle } from './oracle/oracle.ts';
import { type Oversight, oversee } from './oracle/oversight.ts';
import { OracleViolation } from './oracle/rules.ts';
import type { Command } from './protocol/command.ts';
import type { Answer } from './protocol/outcome.ts';
import type { RestRequest, RestResponse } from './protocol/request.ts';
import {
  type RequestListener,
  requestListener,
  type UpgradeListener,
  upgradeListener,
} from './wire/http.ts';
import {
  type FetchApi,
  inProcessFetch,
  inProcessSockets,
  type WsFactory,
} from './wire/in-process.ts';

export type { MarketOptions, PaperExchangeOptions };

/** No timer of the platform may be longer than about 24 days. */
const LONGEST_SLEEP_MS = 86_400_000;
const JOURNAL_ENTRIES = 10_000;

/**
 * A paper exchange that speaks Alpaca's wire. It begins at the clock's instant, plays its
 * market and answers: in-process through `fetchApi` and `wsFactory`, or on the network when
 * something listens with `requestListener` and `upgradeListener`.
 */
export class PaperExchange implements Resumable {
  readonly core: ExchangeCore;
  readonly calendar: Calendar;
  readonly credentials: { readonly keyId: string; readonly secretKey: string };
  readonly fetchApi: FetchApi;
  readonly wsFactory: WsFactory;
  readonly requestListener: RequestListener;
  readonly upgradeListener: UpgradeListener;
  /** What goes wrong: rules can be added and taken away at any time. */
  readonly faults: FaultBook;
  readonly #oversight: Oversight | null;
  readonly #clock: Clock;
  readonly #market: MarketSource | null;
  readonly #shift = new PriceShift();
  readonly #wire: Wire;
  readonly #operator: Operator;
  readonly #onCarriedOut: PaperExchangeOptions['onCarriedOut'];
  #timer: { readonly dueAt: Milliseconds; readonly cancel: () => void } | null = null;
  #isRunning = false;

  /** @throws when the market, an account or a fault makes no sense; the message names it */
  constructor(options: PaperExchangeOptions, clock: Clock) {
    checkControl(options);
    const { seed, accounts, market, control } = options;
    const startAt = clock.now();
    this.#clock = clock;
    this.#onCarriedOut = options.onCarriedOut;
    this.calendar = new NyseCalendar();
    this.#market = marketFrom(market, seed, this.calendar, startAt);
    const { switches = {}, latencies = {}, jitter = {} } = options;
    const assets = assetsOf(options, this.#market);
    const { calendar } = this;
    this.core = new ExchangeCore({
      ...{ seed, startAt, calendar, accounts, assets, switches, latencies, jitter },
    });
    this.faults = new FaultBook(seed, options.faults);
    const { keyId, secretKey } = accounts[0];
    this.credentials = { keyId, secretKey };
    const entries = control?.journalEntries ?? JOURNAL_ENTRIES;
    const journal = control === undefined ? null : new Journal(() => clock.now(), entries);
    const { core, faults } = this;
    const process = (request: RestRequest): RestResponse => this.#process(request);
    this.#wire = assembleWire({ options, core, faults, clock, journal, process });
    this.#operator = new Operator({
      core,
      shift: this.#shift,
      feed: (input) => feed(core, input),
      dropStreams: () => this.dropStreams(),
    });
    core.loadHistory(this.#market?.history ?? []);
    for (const action of this.#market?.past ?? []) core.loadCorporateAction(action);
    // First of all listeners: what another one does in answer to an event comes after it.
    const stop = () => this.stop();
    this.#oversight =
      options.oracle === true ? oversee({ options, core, faults, clock, stop }) : null;
    const eventFaults = new EventFaults(faults, core, (command) => this.#operate(command));
    core.subscribe((event: ExchangeEvent) => {
      this.#wire.onEvent(event);
      journal?.event(event);
      eventFaults.onEvent(event);
    });

    this.#catchUp();
    this.#wire.begin();
    const answer = this.#answering(options, journal);
    this.fetchApi = inProcessFetch(answer);
    this.wsFactory = inProcessSockets(this.#wire.streams);
    this.requestListener = requestListener(answer);
    this.upgradeListener = upgradeListener(this.#wire.streams);
  }

  /** Null when no oracle was asked for. */
  get oracle(): Oracle | null {
    return this.#oversight?.oracle ?? null;
  }

  /** From now on time moves the market; what fell due meanwhile is played first, in order. */
  start(): void {
    this.#isRunning = true;
    this.#catchUp();
    this.#schedule();
  }

  /** Time stands still for the market, and every stream is closed. */
  stop(): void {
    this.#isRunning = false;
    this.#timer?.cancel();
    this.#timer = null;
    this.#wire.streams.close();
  }

  /** Accounts, orders, the market and the faults in force; clients are not part of it. */
  save(): JsonValue {
    return {
      core: this.core.save(),
      market: this.#market?.save() ?? null,
      faults: this.faults.save(),
      shift: this.#shift.save(),
    };
  }

  /**
   * Goes on from what an exchange with the same seed, accounts and market saved. To be called
   * before `start`, with a clock that has not gone back.
   *
   * @throws when the state is not of such an exchange
   */
  restore(state: JsonValue): void {
    const { core, market, faults, shift } = exchangeParts(state);
    this.core.restore(core);
    this.#market?.restore(market);
    this.faults.restore(faults);
    this.#shift.restore(shift);
    this.oracle?.rebase();
  }

  /** Lets the market do something now, beside what it does by itself. */
  tell(input: MarketInput): void {
    this.#catchUp();
    feed(this.core, input);
    if (this.#isRunning) this.#schedule();
  }

  /** What its operator does to it, or somebody else with access to an account. */
  run(command: Command): Done {
    this.#catchUp();
    const outcome = this.#operate(command);
    if (this.#isRunning) this.#schedule();
    return outcome;
  }

  /** Cuts every stream without a goodbye, as a failing network does. */
  dropStreams(): void {
    this.#wire.streams.drop();
  }

  #operate(command: Command): Done {
    const run = () => this.#operator.run(command);
    return this.#oversight === null ? run() : this.#oversight.during(command, run);
  }

  /** Requests go to the control API when there is one and they name it, all others to Alpaca's. */
  #answering({ control, onFault }: PaperExchangeOptions, journal: Journal | null): Answer {
    const { gate } = this.#wire;
    const alpaca: Answer = (request, settle) => gate.answer(request, settle);
    if (control === undefined || journal === null) return alpaca;
    const api = new ControlApi(control, this.#controlled(journal), () => this.#clock.now());
    return besideControl(api, alpaca, onFault);
  }

  #controlled(journal: Journal): Controlled {
    const { core, faults, calendar } = this;
    const opening = core.save();
    this.faults.onFired(({ rule, effect }) =>
      journal.note('fault', { id: rule.id, kind: effect.kind }),
    );
    return {
      faults,
      journal,
      run: (command) => {
        journal.note('command', command);
        return this.run(command);
      },
      state: () => {
        this.#catchUp();
        return stateOf(core, faults, this.#wire.streams);
      },
      reset: () => {
        this.#reset(opening);
        journal.clear();
      },
      nextSession: (session) => whenSessionBegins(calendar, session, this.#clock.now()),
    };
  }

  /** Accounts and orders as in the beginning; the market goes on from where it is. */
  #reset(opening: JsonValue): void {
    const { core } = this;
    const quotes = core.assets.flatMap(({ symbol }) => core.latestQuote(symbol) ?? []);
    const trades = core.assets.flatMap(({ symbol }) => core.latestTrade(symbol) ?? []);
    this.faults.clear();
    this.#shift.clear();
    this.dropStreams();
    core.restore(opening);
    this.oracle?.rebase();
    const now = this.#clock.now();
    core.advanceTo(now);
    for (const quote of quotes) core.onQuote({ ...quote, at: now });
    for (const trade of trades) core.onTrade({ ...trade, at: now });
    if (this.#isRunning) this.#schedule();
  }

  #process(request: RestRequest): RestResponse {
    if (this.#isRunning) this.#catchUp();
    const response = this.#wire.rest.handle(request);
    this.#onCarriedOut?.(request, response);
    if (this.#isRunning) this.#schedule();
    return response;
  }

  /** Plays everything up to the clock's instant, in order of time. */
  #catchUp(): void {
    const now = this.#clock.now();
    for (;;) {
      const dueAt = this.#market?.nextDueAt() ?? null;
      if (dueAt === null || dueAt > now) break;
      this.core.advanceTo(dueAt);
      for (const input of this.#market?.next() ?? []) feed(this.core, this.#shift.applied(input));
    }
    this.core.advanceTo(now);
  }

  /** One timer at a time, for whatever falls due first. */
  #schedule(): void {
    const due = [this.#market?.nextDueAt() ?? null, this.core.nextDueAt()].filter(
      (at) => at !== null,
    );
    const dueAt = due.length === 0 ? null : Math.min(...due);
    if (this.#timer !== null && this.#timer.dueAt === dueAt) return;
    this.#timer?.cancel();
    this.#timer = null;
    if (dueAt === null) return;
    const delayMs = Math.min(LONGEST_SLEEP_MS, Math.max(0, dueAt - this.#clock.now()));
    const cancel = this.#clock.after(delayMs, () => {
      this.#timer = null;
      this.#wake();
    });
    this.#timer = { dueAt, cancel };
  }

  #wake(): void {
    try {
      this.#catchUp();
      this.#schedule();
    } catch (error) {
      // The oracle has stopped the run and told of it.
      if (!(error instanceof OracleViolation)) throw error;
    }
  }
}
