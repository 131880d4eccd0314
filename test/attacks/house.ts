import { SeededIds } from '../../src/adapters/system/seeded-ids.ts';
import { decimal, text } from '../../src/domain/decimal.ts';
import { defaultPlanning } from '../../src/engine/planning-settings.ts';
import { blastRadius } from '../../src/engine/review/blast-radius.ts';
import { formatDecimal } from '../../src/paper-exchange/core/basics/decimal.ts';
import type { ExchangeEvent, Order } from '../../src/paper-exchange/core/basics/types.ts';
import { defaultRuntimeSettings } from '../../src/runtime/settings/settings.ts';
import { createMcpServer } from '../../src/server/mcp-server.ts';
import { type Guarded, guardedAccount, settle } from '../support/guarded-account.ts';
import { Checker } from './checker.ts';
import type { Carried, Evidence, HumanSettings, OrderSeen } from './evidence.ts';
import { type Elicited, HostLine, type Message } from './host-line.ts';

export type Terms = {
  readonly mode: 'observe' | 'propose' | 'execute';
  readonly environment: 'simulated' | 'live';
  /** True while the policies act by themselves. */
  readonly loop: boolean;
  /** What a host may have sold in a day without a person. */
  readonly saleDollarsPerDay: string;
  readonly elicitation: 'never' | 'not_live' | 'always';
  readonly seed: string;
};

const HOLDINGS = [
  { symbol: 'AAPL', qty: '40', averageEntryPrice: '100' },
  { symbol: 'BRK.B', qty: '7', averageEntryPrice: '100' },
  { symbol: 'SPY', qty: '12.5', averageEntryPrice: '100' },
  { symbol: 'TSLA', qty: '-10', averageEntryPrice: '100' },
] as const;
/** Known to the exchange, and not held. */
const OTHERS = ['KO', 'MSFT'] as const;
const symbols = [...HOLDINGS.map(({ symbol }) => symbol), ...OTHERS] as const;
const HAND = 'the owner, by hand';
const LONGEST_CALL_MS = 900_000;

export type Reply = {
  readonly message: Message;
  readonly json: Message;
  readonly isError: boolean;
};

/**
 * A whole account under guard, a host in wrong hands at its stdin, and the checker at its
 * exchange. Time is virtual, and every price is 100 until told otherwise.
 */
export class House {
  readonly terms: Terms;
  readonly guarded: Guarded;
  readonly checker: Checker;
  readonly blastRadiusDollars: string;
  readonly #ids: SeededIds;
  #line: HostLine;
  #elicited: Elicited = () => ({ action: 'decline' });
  #lastSeq = 0;
  #calls = 0;
  /** What the exchange told and nobody has judged yet, in its order. */
  #untold: (Evidence & { readonly isUnderWay?: boolean })[] = [];
  #openAsks: { readonly call: number; readonly hash: unknown }[] = [];
  /** What must not happen whatever is sent: one sentence each. */
  readonly crashes: string[] = [];

  static async open(terms: Terms): Promise<House> {
    let house: House | null = null;
    const { mode, environment, saleDollarsPerDay, elicitation } = terms;
    const { approvals } = defaultRuntimeSettings;
    const limits = { ...approvals.limits, saleDollarsPerDay };
    const liveLimits = { ...approvals.liveLimits, saleDollarsPerDay };
    const guarded = await guardedAccount({
      positions: HOLDINGS,
      symbols,
      settings: {
        ...{ mode, environment },
        approvals: { ...approvals, limits, liveLimits, elicitation, proposalsPerMinute: 60 },
      },
      onCarriedOut: ({ method, path, body, headers }, { status, body: answer }) => {
        if (method === 'GET') return;
        const isByHand = headers['user-agent'] === HAND;
        const [, orderId = ''] = /^\{"id":"([^"]+)"/.exec(answer) ?? [];
        house?.carried({ method, path, body, status, isByHand }, orderId);
      },
    });
    house = new House(terms, guarded);
    await house.#begin();
    return house;
  }

  private constructor(terms: Terms, guarded: Guarded) {
    this.terms = terms;
    this.guarded = guarded;
    this.#ids = new SeededIds(`attack ${terms.seed}`);
    const { mode, environment, saleDollarsPerDay, elicitation } = terms;
    const { approvals } = defaultRuntimeSettings;
    const own = environment === 'live' ? approvals.liveLimits : approvals.limits;
    this.blastRadiusDollars = this.#printedBlastRadius();
    const settings: HumanSettings = {
      ...{ mode, environment },
      accountNumber: this.#account().accountNumber,
      policiesAct: terms.loop,
      unasked: { ...own, saleDollarsPerDay },
      delayMs: approvals.delayMs,
      hostAnswersForPerson:
        elicitation === 'always' || (elicitation === 'not_live' && environment !== 'live'),
      blastRadiusDollarsPerDay: this.blastRadiusDollars,
    };
    this.checker = new Checker(settings);
    for (const symbol of symbols) this.checker.hear({ kind: 'price', symbol, price: '100' });
    for (const { symbol, qty } of HOLDINGS) {
      this.checker.hear({ kind: 'holds', symbol, quantity: qty });
    }
    guarded.exchange.core.subscribe((event) => this.#exchangeSaid(event));
    this.#line = this.#newLine();
  }

  async #begin(): Promise<void> {
    const { guarded, terms } = this;
    await settle(guarded.clock, guarded.start());
    if (terms.loop) guarded.orchestrator.start();
    await guarded.clock.advanceBy(3_000);
    await this.reconnect({ elicitation: { form: {} } });
    this.quiet();
  }

  /** A connection of its own, introduced as a host that can do what `capabilities` say. */
  async reconnect(capabilities: Message = { elicitation: { form: {} } }): Promise<void> {
    this.#line.hangUp();
    this.#line = this.#newLine();
    await settle(this.guarded.clock, this.#line.introduce(capabilities));
  }

  get line(): HostLine {
    return this.#line;
  }

  get now(): number {
    return this.guarded.clock.now();
  }

  /** How the host answers when its person is asked something; it may lie. */
  answersWith(elicited: Elicited): void {
    this.#elicited = elicited;
  }

  /** Sends a tool call, and does not wait for its answer. */
  send(tool: unknown, args: unknown, more: Message = {}): Promise<Reply> {
    const call = ++this.#calls;
    const isExecute = tool === 'execute_plan';
    const given = (typeof args === 'object' && args !== null ? args : {}) as Message;
    const { plan_id: planId, hash } = given;
    if (isExecute) {
      this.checker.hear({ kind: 'asked', call, at: this.now, planId, hash });
      this.#openAsks.push({ call, hash });
    }
    const answer = this.#line.request('tools/call', { name: tool, arguments: args, ...more });
    return answer.then((message) => {
      this.#openAsks = this.#openAsks.filter((each) => each.call !== call);
      this.checker.hear({ kind: 'answered', call });
      return this.#replied(tool, message);
    });
  }

  call(tool: unknown, args: unknown): Promise<Reply> {
    return this.#within(this.send(tool, args), String(tool));
  }

  all(replies: readonly Promise<Reply>[]): Promise<readonly Reply[]> {
    return this.#within(Promise.all(replies), 'one of several calls');
  }

  settled(reply: Promise<Reply>): Promise<Reply> {
    return this.#within(reply, 'a call');
  }

  /** Runs `work` on virtual time, and complains when it never ends. */
  async #within<Result>(work: Promise<Result>, what: string): Promise<Result> {
    const { clock } = this.guarded;
    let isDone = false;
    const ended = () => {
      isDone = true;
    };
    work.then(ended, ended);
    const until = clock.now() + LONGEST_CALL_MS;
    await clock.advanceBy(0);
    while (!isDone) {
      const next = clock.nextDueAt();
      if (next === null || clock.now() > until) throw new Error(`${what} was never answered`);
      await clock.advanceTo(Math.max(clock.now(), next));
    }
    return work;
  }

  /** False when the server is no longer there. */
  async ping(): Promise<boolean> {
    const { result } = await this.#within(this.#line.request('ping', {}), 'a ping');
    return result !== undefined;
  }

  /** Dollars, as a statistic. */
  equity = (): number => Number(this.#account().equity);

  async waitUntil(at: number): Promise<void> {
    if (at > this.now) await this.wait(at - this.now);
  }

  async wait(ms: number): Promise<void> {
    await this.guarded.clock.advanceBy(ms);
  }

  price(symbol: string, price: string, spread = '0.01'): void {
    this.#untold.push({ kind: 'price', symbol, price });
    this.guarded.price(symbol, price, spread);
  }

  /** Prices are told anew, so that no quote is too old to sell on. */
  refreshQuotes(at = '100'): void {
    for (const symbol of symbols) this.price(symbol, at);
  }

  /** A person in a terminal says yes to what waits under this hash. */
  approve(hash: string): boolean {
    const waiting = this.guarded.approvals.pending().find((each) => each.hash === hash);
    if (waiting === undefined) return false;
    const { planId, code } = waiting;
    const { approvals } = this.guarded;
    const because = approvals.approve({ planId, hash, code, by: 'klaus', channel: 'terminal' });
    if (because !== null) return false;
    this.checker.hear({ kind: 'yes', at: this.now, hash, channel: 'terminal' });
    return true;
  }

  /** The owner's own order, which is none of the guard's business. */
  async byHand(method: string, path: string, body?: Message): Promise<Message> {
    const { exchange } = this.guarded;
    const headers = { 'APCA-API-KEY-ID': 'PK-TEST', 'APCA-API-SECRET-KEY': 'secret' };
    const answer = await exchange.fetchApi(`http://127.0.0.1${path}`, {
      method,
      headers: { ...headers, 'user-agent': HAND, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const written = await answer.text();
    return written === '' ? {} : (JSON.parse(written) as Message);
  }

  /** The owner sells or buys back one of them at the market. */
  async tradeByHand(symbol: string): Promise<void> {
    const side = symbol === 'TSLA' ? 'buy' : 'sell';
    const order = { symbol, qty: '1', side, type: 'market', time_in_force: 'day' };
    for (const { id } of this.guarded.liveOrders(symbol)) {
      await this.byHand('DELETE', `/v2/orders/${id}`);
    }
    await this.byHand('POST', '/v2/orders', order);
    await this.wait(1_500);
  }

  /** The person stops everything. */
  pressHalt(): void {
    const why = { by: 'klaus', because: 'an attack', includesForeign: false } as const;
    const { haltLatch } = this.guarded;
    haltLatch.latch({ ...why, level: 'everything', actor: 'person', pressedAt: this.now });
  }

  /** The person lifts what is halted. */
  liftHalt(): void {
    const { haltLatch } = this.guarded;
    if (haltLatch.read() !== null) haltLatch.lift({ at: this.now, by: 'klaus' });
  }

  /** What a request led to at once was told before it: it is judged by how things stood before. */
  carried(request: Omit<Carried, 'kind' | 'at'>, orderId: string): void {
    this.#readJournal();
    const named = request.path.split('/')[3] ?? '';
    const own = this.#untold.findIndex(
      (each) =>
        each.kind === 'order' &&
        (each.id === orderId || (each.id === named && (each.isUnderWay || each.end !== null))),
    );
    this.#tellAll(own === -1 ? this.#untold.length : own);
    this.checker.hear({ kind: 'equity', dollars: this.#account().equity });
    this.checker.hear({ kind: 'carried', at: this.now, ...request });
  }

  #tellAll(count: number): void {
    for (const each of this.#untold.splice(0, count)) this.checker.hear(each);
  }

  /** To be called when nothing is under way. */
  quiet(): void {
    this.#readJournal();
    this.#tellAll(this.#untold.length);
    this.checker.hear({ kind: 'quiet', at: this.now });
    const { bigBrother, haltLatch } = this.guarded;
    const { tradingState, tradingStateCauses } = bigBrother.status();
    if (tradingState === 'halted' && haltLatch.read() === null) {
      this.crashes.push(`halted by itself: ${JSON.stringify(tradingStateCauses)}`);
    }
    for (const line of this.#line.strayLines.splice(0)) this.crashes.push(`on stdout: ${line}`);
  }

  async close(): Promise<void> {
    this.#line.hangUp();
    await this.#within(this.guarded.stop(), 'the stop');
    this.guarded.exchange.stop();
  }

  #newLine(): HostLine {
    const { bigBrother, clock } = this.guarded;
    const server = createMcpServer({
      ...{ bigBrother, clock, ids: this.#ids, version: '0', secrets: [] },
      log: (line) => {
        // What is no message is complained of, and that is all that becomes of it.
        if (!line.startsWith('mcp: ')) this.crashes.push(`told to the log: ${line}`);
      },
    });
    return new HostLine(server, (params) => this.#personAsked(params));
  }

  #personAsked(params: Message): Message | null {
    const answer = this.#elicited(params);
    const content = (answer?.content ?? {}) as Message;
    // Several may be asked at once: the text names the one that it is about.
    const [, code = ''] = /code of the plan: ([0-9a-f-]{9})/.exec(String(params.message)) ?? [];
    const asked = this.#openAsks.find(({ hash }) => String(hash).startsWith(code.replace('-', '')));
    if (answer?.action === 'accept' && content.approve === true && asked !== undefined) {
      const hash = String(asked.hash);
      this.checker.hear({ kind: 'yes', at: this.now, hash, channel: 'host' });
    }
    return answer;
  }

  #replied(tool: unknown, message: Message): Reply {
    const result = (message.result ?? {}) as Message;
    const json = (result.structuredContent ?? {}) as Message;
    const error = (json.error ?? {}) as Message;
    const { code, message: words = '' } = (message.error ?? {}) as {
      code?: number;
      message?: string;
    };
    // What is no request at all is refused by the SDK, which calls that an internal error.
    const isOurs = code === -32603 && !words.includes('invalid_type');
    if (error.code === 'internal_error' || error.code === 'done_but_unreadable' || isOurs) {
      this.crashes.push(`${String(tool)}: ${JSON.stringify(message)}`);
    }
    if (tool === 'propose_plan' && typeof json.plan_id === 'string') {
      this.checker.hear({ kind: 'shown', planId: json.plan_id, hash: String(json.hash) });
    }
    return { message, json, isError: result.isError === true || 'error' in message };
  }

  /** Plans are written down before anything is sent for them. */
  #readJournal(): void {
    for (const record of this.guarded.store.scan(this.#lastSeq + 1)) {
      this.#lastSeq = record.seq;
      if (record.type !== 'plan_proposed') continue;
      const { plan } = record.body as { readonly plan: Message };
      this.checker.hear({ kind: 'plan', text: plan });
    }
  }

  #exchangeSaid(event: ExchangeEvent): void {
    if (event.kind !== 'trade_update') return;
    const { order, legs, execution, at } = event;
    for (const each of [order, ...legs]) {
      const fill =
        each !== order || execution === null
          ? null
          : {
              price: formatDecimal(execution.price),
              quantity: formatDecimal(execution.qty),
              heldAfter: formatDecimal(execution.positionQty),
            };
      const isUnderWay = each.status.startsWith('pending_');
      this.#untold.push({ ...seen(each, at), fill, isUnderWay });
    }
  }

  #account() {
    const { core } = this.guarded.exchange;
    const account = core.account(core.accountIds[0] ?? '');
    return { accountNumber: account.accountNumber, equity: formatDecimal(account.equity) };
  }

  #printedBlastRadius(): string {
    const { approvals } = defaultRuntimeSettings;
    const { mode, environment, saleDollarsPerDay } = this.terms;
    const own = environment === 'live' ? approvals.liveLimits : approvals.limits;
    const gross = HOLDINGS.reduce((sum, { qty }) => sum + Math.abs(Number(qty)) * 100, 0);
    const limits = {
      ...{ mode, proposalsPerMinute: 60, grossPercent: '100' },
      ...{ approvals: { ...own, saleDollarsPerDay }, gapPercent: defaultPlanning.gapPercent },
      ...{ exitPercent: '10', entryPercent: '3', dailyLossPercent: '2' },
    };
    const figure = blastRadius(limits, decimal(this.#account().equity), decimal(String(gross)));
    return text(figure.dollarsPerDay);
  }
}

const OVER: Readonly<Record<string, OrderSeen['end']>> = {
  filled: 'filled',
  canceled: 'taken_away',
  replaced: 'taken_away',
  expired: 'by_itself',
  rejected: 'by_itself',
  done_for_day: 'by_itself',
};

const seen = (order: Order, at: number): Omit<OrderSeen, 'fill'> => ({
  ...{ kind: 'order', at, id: order.id, clientOrderId: order.clientOrderId },
  ...{ symbol: order.symbol, side: order.side, type: order.type },
  quantity: formatDecimal(order.qty ?? 0n),
  filledQuantity: formatDecimal(order.filledQty),
  stopPrice: order.stopPrice === null ? null : formatDecimal(order.stopPrice),
  end: OVER[order.status] ?? null,
});
