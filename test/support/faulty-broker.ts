import type { ApprovedPlan } from '../../src/domain/approved-plan.ts';
import type { OrderId, Ticker } from '../../src/domain/ids.ts';
import type { Order, RecordedExecution } from '../../src/domain/order.ts';
import type { CancelStep, ReplaceStep, Step, SubmitStep } from '../../src/domain/plan.ts';
import type { Account, Position } from '../../src/domain/portfolio.ts';
import type { RejectionClass } from '../../src/domain/report.ts';
import type { EpochMs } from '../../src/domain/time.ts';
import { type Broker, BrokerError, type Lane, type Turn } from '../../src/ports/broker.ts';

export type Mutation = 'submit' | 'replace' | 'cancel';

/**
 * What goes wrong with one call.
 *
 * loses_request: it never arrives, and no answer comes.
 * loses_answer: it is carried out, and the answer is lost.
 * arrives_late: no answer comes, and it is carried out when its time has come.
 * hangs: it is carried out, and the call never ends.
 * rejects: the broker says no.
 * after: something happens first, then the call goes on.
 */
export type Fault =
  | { readonly kind: 'loses_request' }
  | { readonly kind: 'loses_answer' }
  | { readonly kind: 'arrives_late'; readonly time: Promise<void> }
  | { readonly kind: 'hangs' }
  | { readonly kind: 'rejects'; readonly rejection: RejectionClass }
  | { readonly kind: 'after'; readonly happens: () => void | Promise<void> };

const never = (): Promise<never> => new Promise(() => {});

const lost = () => new BrokerError('the connection was reset', { outcome: 'unknown' });

/** A broker port over another one, with faults to be set, each for one call; counts reads. */
export class FaultyBroker implements Broker {
  readonly calls: string[] = [];
  readonly #inner: Broker;
  readonly #faults = new Map<Mutation, { symbol: string | null; fault: Fault }[]>();
  /** Called with each step before anything else becomes of it. */
  onStep: (step: Step) => void = () => {};
  /** While true, orders cannot be found one by one. */
  findsNothing = false;
  /** While set, every read fails with it. */
  readsFail: BrokerError | null = null;
  /** While true, the positions are told to be none. */
  losesPositions = false;
  /** While true, nothing is sent any more and no call ever ends: the process was killed. */
  isDead = false;

  constructor(inner: Broker) {
    this.#inner = inner;
  }

  /** The next call of this kind (in `symbol`, when given) goes wrong. */
  next(mutation: Mutation, fault: Fault, symbol: string | null = null): void {
    const waiting = this.#faults.get(mutation) ?? [];
    this.#faults.set(mutation, [...waiting, { symbol, fault }]);
  }

  mutations(): readonly string[] {
    return this.calls.filter((call) => /^(submit|replace|cancel)/.test(call));
  }

  readAccount(lane?: Lane): Promise<Account> {
    return this.#read('readAccount', () => this.#inner.readAccount(lane));
  }

  async readPositions(lane?: Lane): Promise<readonly Position[]> {
    const positions = await this.#read('readPositions', () => this.#inner.readPositions(lane));
    return this.losesPositions ? [] : positions;
  }

  readOrders(since: EpochMs, lane?: Lane): Promise<readonly Order[]> {
    return this.#read('readOrders', () => this.#inner.readOrders(since, lane));
  }

  async readOrder(id: OrderId, lane?: Lane): Promise<Order | null> {
    const order = await this.#read('readOrder', () => this.#inner.readOrder(id, lane));
    return this.findsNothing ? null : order;
  }

  async findOrder(clientOrderId: string, lane?: Lane): Promise<Order | null> {
    const order = await this.#read('findOrder', () => this.#inner.findOrder(clientOrderId, lane));
    return this.findsNothing ? null : order;
  }

  readExecutions(since: EpochMs, lane?: Lane): Promise<readonly RecordedExecution[]> {
    return this.#read('readExecutions', () => this.#inner.readExecutions(since, lane));
  }

  readPayments(since: EpochMs) {
    return this.#read('readPayments', () => this.#inner.readPayments(since));
  }

  readAsset(symbol: Ticker) {
    return this.#read('readAsset', () => this.#inner.readAsset(symbol));
  }

  readConfiguration() {
    return this.#read('readConfiguration', () => this.#inner.readConfiguration());
  }

  readCalendar(from: EpochMs, to: EpochMs) {
    return this.#read('readCalendar', () => this.#inner.readCalendar(from, to));
  }

  readClock() {
    return this.#read('readClock', () => this.#inner.readClock());
  }

  awaitTurn(maxWaitMs: number): Promise<Turn> {
    if (this.isDead) return never();
    return this.#inner.awaitTurn(maxWaitMs);
  }

  longestWaitMs(lane: Lane, requests?: number): number {
    return this.#inner.longestWaitMs(lane, requests);
  }

  submit(approved: ApprovedPlan, step: SubmitStep, turn?: Turn): Promise<Order> {
    const { side, type, quantity } = step.order;
    const words = `submit ${step.symbol} ${side} ${type} ${quantity}`;
    return this.#mutate('submit', step, words, () => this.#inner.submit(approved, step, turn));
  }

  replace(approved: ApprovedPlan, step: ReplaceStep, turn?: Turn): Promise<Order> {
    const { quantity, stopPrice } = step.change;
    const words = `replace ${step.symbol} ${quantity ?? '-'} ${stopPrice ?? '-'}`;
    return this.#mutate('replace', step, words, () => this.#inner.replace(approved, step, turn));
  }

  cancel(approved: ApprovedPlan, step: CancelStep, turn?: Turn): Promise<void> {
    const words = `cancel ${step.symbol}`;
    return this.#mutate('cancel', step, words, () => this.#inner.cancel(approved, step, turn));
  }

  async #read<Answer>(name: string, call: () => Promise<Answer>): Promise<Answer> {
    this.calls.push(name);
    if (this.isDead) return never();
    if (this.readsFail !== null) throw this.readsFail;
    const answer = await call();
    return this.isDead ? never() : answer;
  }

  async #mutate<Answer>(
    mutation: Mutation,
    step: Step,
    words: string,
    call: () => Promise<Answer>,
  ): Promise<Answer> {
    this.calls.push(words);
    this.onStep(step);
    if (this.isDead) return never();
    const answer = await this.#faulty(mutation, step, call);
    return this.isDead ? never() : answer;
  }

  async #faulty<Answer>(
    mutation: Mutation,
    step: Step,
    call: () => Promise<Answer>,
  ): Promise<Answer> {
    const { symbol } = step;
    const waiting = this.#faults.get(mutation) ?? [];
    const hit = waiting.find((each) => each.symbol === null || each.symbol === symbol);
    this.#faults.set(
      mutation,
      waiting.filter((each) => each !== hit),
    );
    switch (hit?.fault.kind) {
      case undefined:
        return call();
      case 'loses_request':
        throw lost();
      case 'loses_answer':
        await call();
        throw lost();
      case 'arrives_late':
        void hit.fault.time.then(call).catch(() => {});
        throw lost();
      case 'hangs':
        await call();
        return new Promise(() => {});
      case 'rejects': {
        const { rejection } = hit.fault;
        throw new BrokerError(`refused: ${rejection}`, {
          outcome: 'rejected',
          rejection,
          status: 422,
        });
      }
      case 'after':
        await hit.fault.happens();
        return call();
    }
  }
}
