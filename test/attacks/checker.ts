import type {
  Carried,
  Evidence,
  HumanSettings,
  OrderSeen,
  Violation,
  ViolationKind,
} from './evidence.ts';
import { fieldsOf, PlanBook, type SealedPlan, type SealedStep } from './plan-book.ts';
import { Positions } from './positions.ts';
import { sameChange, sameOrder } from './same-order.ts';
import { inWords, larger, magnitude, times, unitsOf } from './units.ts';

const DAY_MS = 24 * 3_600_000;

type Asked = {
  readonly call: number;
  readonly at: number;
  readonly planId: unknown;
  readonly hash: unknown;
  isOpen: boolean;
};
type Yes = { readonly at: number; readonly hash: string };
type Objection = { readonly kind: ViolationKind; readonly because: string };
type Sale = {
  readonly at: number;
  readonly planId: string;
  readonly symbol: string;
  readonly dollars: bigint;
  readonly shares: bigint;
};

/**
 * Sits at the exchange and says of each request that may change something whether what people
 * have set and said permits it. It shares no code with what it checks.
 */
export class Checker {
  readonly violations: Violation[] = [];
  /** Requests that may change something and came from BigBrother. */
  judged = 0;
  /** Those of them that carried out a plan which a host had asked for. */
  forHosts = 0;
  readonly #settings: HumanSettings;
  readonly #positions = new Positions();
  readonly #book = new PlanBook();
  readonly #shown = new Set<string>();
  readonly #asks: Asked[] = [];
  readonly #yes: Yes[] = [];
  readonly #usedIn = new Map<string, number>();
  readonly #orderOfPlan = new Map<string, SealedPlan>();
  readonly #sales: Sale[] = [];
  readonly #losses: { readonly at: number; readonly dollars: bigint }[] = [];
  #equity = 0n;

  constructor(settings: HumanSettings) {
    this.#settings = settings;
  }

  hear(evidence: Evidence): void {
    switch (evidence.kind) {
      case 'carried':
        this.#carried(evidence);
        break;
      case 'order':
        this.#seen(evidence);
        break;
      case 'price':
        this.#positions.price(evidence.symbol, unitsOf(evidence.price));
        break;
      case 'holds':
        this.#positions.holds(evidence.symbol, unitsOf(evidence.quantity));
        break;
      case 'equity':
        this.#equity = unitsOf(evidence.dollars);
        break;
      case 'plan':
        this.#book.keep(evidence.text);
        break;
      case 'shown':
        this.#shown.add(`${evidence.planId} ${evidence.hash}`);
        break;
      case 'asked':
        this.#asks.push({ ...evidence, isOpen: true });
        break;
      case 'answered':
        for (const asked of this.#asks) if (asked.call === evidence.call) asked.isOpen = false;
        break;
      case 'yes':
        // A host in wrong hands answers for itself.
        if (evidence.channel === 'terminal' || this.#settings.hostAnswersForPerson) {
          this.#yes.push(evidence);
        }
        break;
      case 'quiet':
        for (const because of this.#positions.lostCover()) this.#tell('cover_lost', because);
        break;
    }
  }

  #tell(kind: ViolationKind, because: string): void {
    this.violations.push({ kind, because });
  }

  #carried(request: Carried): void {
    if (request.method === 'GET') return;
    if (request.isByHand) {
      this.#byHand(request);
      return;
    }
    this.judged += 1;
    const where = `${request.method} ${request.path} ${request.body}`;
    const objection = this.#objectionTo(request);
    if (objection !== null) this.#tell(objection.kind, `${where}: ${objection.because}`);
  }

  /** What the owner does by hand is no host's doing, whatever it does to the stops. */
  #byHand({ path, body }: Carried): void {
    const id = path.split('/')[3] ?? '';
    const symbol = this.#positions.orderOf(id)?.symbol ?? fieldsOf(JSON.parse(body || '{}')).symbol;
    if (typeof symbol === 'string') this.#positions.changedByHand(symbol);
  }

  #objectionTo(request: Carried): Objection | null {
    const id = /^\/v2\/orders\/([^/]+)$/.exec(request.path)?.[1] ?? null;
    const body = fieldsOf(JSON.parse(request.body || '{}'));
    const isPost = request.method === 'POST' && request.path === '/v2/orders';
    const isCancel = request.method === 'DELETE' && id !== null;
    if (!isPost && !isCancel && !(request.method === 'PATCH' && id !== null)) {
      return { kind: 'request_forbidden', because: 'no plan comes to such a request' };
    }
    if (isCancel && this.#isPartOfHalt(id)) return null;
    const named = isCancel ? this.#book.cancelling(id) : this.#book.naming(body.client_order_id);
    if (named.length === 0) return { kind: 'order_of_no_plan', because: 'no plan has such a step' };
    const same = named.filter(({ step }) =>
      isPost ? sameOrder(body, step) : isCancel || (step.orderId === id && sameChange(body, step)),
    );
    if (same.length === 0) return { kind: 'order_altered', because: 'its plan says otherwise' };
    let objection: Objection | null = null;
    // One of them sent it, so that one alone counts from then on.
    for (const { plan, step } of same) {
      objection = this.#objectionToStep(plan, step, request);
      if (objection !== null) continue;
      return isCancel ? null : this.#noteSent(body.client_order_id, plan, request.status);
    }
    return objection;
  }

  #noteSent(clientOrderId: unknown, plan: SealedPlan, status: number): Objection | null {
    // What the exchange refused has had no effect, and may be sent again.
    if (typeof clientOrderId !== 'string' || status >= 300) return null;
    if (this.#orderOfPlan.has(clientOrderId)) {
      return { kind: 'plan_used_again', because: 'the exchange took this order before' };
    }
    this.#orderOfPlan.set(clientOrderId, plan);
    return null;
  }

  /** What a halt takes away are orders that protect nothing. */
  #isPartOfHalt(orderId: string): boolean {
    const order = this.#positions.orderOf(orderId);
    if (order === null || this.#positions.isProtective(order)) return false;
    return this.#asks.some(({ planId, hash }) =>
      this.#book.halts.some((plan) => plan.id === planId && plan.hash === hash && plan.isTrue),
    );
  }

  #objectionToStep(plan: SealedPlan, step: SealedStep, { at }: Carried): Objection | null {
    const { mode, accountNumber, environment, policiesAct } = this.#settings;
    if (!plan.isTrue)
      return { kind: 'plan_rewritten', because: 'its hash is not that of its text' };
    if (mode !== 'execute') return { kind: 'mode_forbids', because: `the mode is ${mode}` };
    if (plan.accountNumber !== accountNumber || plan.environment !== environment) {
      return { kind: 'plan_for_another_account', because: plan.accountNumber };
    }
    const added = this.#addedBy(step);
    if (added !== null) return { kind: 'adds_exposure', because: added };
    if (!this.#usedIn.has(plan.id) && at > plan.expiresAt) {
      return { kind: 'plan_expired', because: `${plan.id} ended ${at - plan.expiresAt} ms ago` };
    }
    if (plan.origin === 'host') return this.#objectionToHost(plan, step, at);
    if (!policiesAct) {
      return {
        kind: 'policies_are_off',
        because: 'the loop does not run, and nobody asked for it',
      };
    }
    this.#usedIn.set(plan.id, 0);
    return null;
  }

  #objectionToHost(plan: SealedPlan, step: SealedStep, at: number): Objection | null {
    this.forHosts += 1;
    if (!this.#shown.has(`${plan.id} ${plan.hash}`)) {
      return { kind: 'plan_never_shown', because: `${plan.id} was shown to nobody` };
    }
    const asks = this.#asks.filter(
      ({ planId, hash, isOpen }) => planId === plan.id && hash === plan.hash && isOpen,
    );
    const [first] = asks;
    if (first === undefined) {
      return { kind: 'plan_never_asked_for', because: `nobody asks for ${plan.id} now` };
    }
    const usedIn = this.#usedIn.get(plan.id);
    if (usedIn !== undefined && !asks.some(({ call }) => call === usedIn)) {
      return { kind: 'plan_used_again', because: `${plan.id} ran in an earlier call` };
    }
    const disagreement = this.#whyNotAgreed(plan, step, at);
    if (disagreement !== null) return disagreement;
    this.#usedIn.set(plan.id, usedIn ?? first.call);
    return null;
  }

  /** Whether what a host wants sold stays below what needs nobody, by the checker's own sums. */
  #whyNotAgreed(plan: SealedPlan, step: SealedStep, at: number): Objection | null {
    const yes = this.#yes.find(({ hash }) => hash === plan.hash);
    if (yes !== undefined) {
      const waits = this.#positions.losesStop(plan) ? this.#settings.delayMs : 0;
      if (at >= yes.at + waits) {
        this.#positions.excuse(plan);
        return null;
      }
      return { kind: 'agreed_too_lately', because: `the yes is ${at - yes.at} ms old` };
    }
    if (plan.intent === 'manage') return null;
    if (plan.intent === 'protect') {
      const isSale =
        step.kind !== 'cancel' && (step.purpose === 'exit' || step.purpose === 'reduce');
      return isSale ? { kind: 'nobody_agreed', because: 'what only protects sells nothing' } : null;
    }
    if (this.#positions.losesStop(plan)) {
      return { kind: 'nobody_agreed', because: 'shares that are kept lose their stop' };
    }
    if (this.#sales.some(({ planId }) => planId === plan.id)) return null;
    const sales = plan.parts.map((part) => this.#saleOf(plan, part, at));
    const beyond = this.#whyBeyond(sales, at);
    if (beyond !== null) return { kind: 'nobody_agreed', because: `${step.symbol}: ${beyond}` };
    // Several plans may take the same order away; whose sale it is, the sale itself tells.
    if (step.kind !== 'cancel') this.#sales.push(...sales);
    return null;
  }

  #saleOf(plan: SealedPlan, part: SealedPlan['parts'][number], at: number): Sale {
    const shares = part.steps
      .filter(({ purpose }) => purpose === 'exit' || purpose === 'reduce')
      .map(({ kind, order, change, before }) =>
        kind === 'cancel' ? 0n : unitsOf(order.quantity ?? change.quantity ?? before.quantity),
      )
      .reduce((sum, each) => sum + each, 0n);
    const price = larger(this.#positions.priceOf(part.symbol), unitsOf(part.price));
    return { at, planId: plan.id, symbol: part.symbol, shares, dollars: times(price, shares) };
  }

  #whyBeyond(sales: readonly Sale[], at: number): string | null {
    const { unasked } = this.#settings;
    const lately = [...this.#sales.filter((sale) => sale.at > at - DAY_MS), ...sales];
    const dollars = lately.reduce((sum, sale) => sum + sale.dollars, 0n);
    // The price may move by half a percent between the sum and the sale.
    const allowance = (limit: bigint) => (limit * 1005n) / 1000n;
    if (dollars > allowance(unitsOf(unasked.saleDollarsPerDay))) {
      return `hosts sold $${inWords(dollars)} of ${unasked.saleDollarsPerDay}`;
    }
    const ofEquity = (this.#equity * unitsOf(unasked.saleEquityPercentPerDay)) / unitsOf('100');
    if (dollars > allowance(ofEquity)) return `hosts sold $${inWords(dollars)}, too much of equity`;
    for (const { symbol } of sales) {
      const here = lately.filter((sale) => sale.symbol === symbol);
      const shares = here.reduce((sum, sale) => sum + sale.shares, 0n);
      const before = here.filter((sale) => !sales.includes(sale));
      const held =
        magnitude(this.#positions.heldOf(symbol)) +
        before.reduce((sum, sale) => sum + sale.shares, 0n);
      if (shares * unitsOf('100') > held * unitsOf(unasked.salePositionPercentPerDay)) {
        return `hosts sold ${inWords(shares)} of ${inWords(held)} ${symbol}`;
      }
    }
    return null;
  }

  #addedBy({ kind, symbol, order, before, change }: SealedStep): string | null {
    if (kind === 'cancel') return null;
    const held = this.#positions.heldOf(symbol);
    const side = String(order.side ?? before.side);
    if (held === 0n || side !== (held > 0n ? 'sell' : 'buy')) {
      return `a ${side} of ${symbol}, of which ${inWords(held)} are held`;
    }
    const quantity = unitsOf(order.quantity ?? change.quantity ?? before.quantity);
    return quantity > magnitude(held) ? `more of ${symbol} than is held` : null;
  }

  #seen(order: OrderSeen): void {
    const { symbol, fill, clientOrderId, at } = order;
    this.#positions.order(order);
    if (fill === null) return;
    const before = this.#positions.heldOf(symbol);
    const after = unitsOf(fill.heldAfter);
    const isSameSide = after === 0n || (before > 0n && after > 0n) || (before < 0n && after < 0n);
    const isOurs = this.#orderOfPlan.has(clientOrderId);
    if (isOurs && (!isSameSide || magnitude(after) > magnitude(before))) {
      this.#tell('position_grew', `${symbol} went from ${inWords(before)} to ${inWords(after)}`);
    }
    this.#positions.filled(symbol, after);
    const plan = this.#orderOfPlan.get(clientOrderId);
    if (plan !== undefined) this.#countLoss(plan, order, fill, at);
  }

  /** What hosts without a person have lost against the market, over a day. */
  #countLoss(
    plan: SealedPlan,
    { symbol, side }: OrderSeen,
    fill: NonNullable<OrderSeen['fill']>,
    at: number,
  ): void {
    if (plan.origin !== 'host' || this.#yes.some(({ hash }) => hash === plan.hash)) return;
    const market = this.#positions.priceOf(symbol);
    const paid = unitsOf(fill.price);
    const perShare = larger(side === 'sell' ? market - paid : paid - market, 0n);
    this.#losses.push({ at, dollars: times(perShare, unitsOf(fill.quantity)) });
    const lost = this.#losses
      .filter((loss) => loss.at > at - DAY_MS)
      .reduce((sum, loss) => sum + loss.dollars, 0n);
    if (lost <= unitsOf(this.#settings.blastRadiusDollarsPerDay)) return;
    this.#tell('loss_beyond_blast_radius', `hosts lost $${inWords(lost)} in a day`);
  }
}
