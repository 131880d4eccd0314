import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

type Fields = Readonly<Record<string, unknown>>;

export type SealedStep = {
  readonly kind: string;
  readonly symbol: string;
  readonly purpose: string;
  readonly clientOrderId: string | null;
  readonly orderId: string | null;
  readonly order: Fields;
  readonly change: Fields;
  readonly before: Fields;
};

type SealedPart = {
  readonly symbol: string;
  readonly price: string;
  readonly steps: readonly SealedStep[];
};

/** A plan as it was written down. */
export type SealedPlan = {
  readonly id: string;
  readonly hash: string;
  /** True when the hash is that of the rest, by arithmetic that BigBrother has no part in. */
  readonly isTrue: boolean;
  readonly origin: string;
  readonly intent: string;
  readonly accountNumber: string;
  readonly environment: string;
  readonly expiresAt: number;
  readonly parts: readonly SealedPart[];
};

type Named = { readonly plan: SealedPlan; readonly step: SealedStep };

/** Every plan that was written down, found by what its steps name. */
export class PlanBook {
  readonly halts: SealedPlan[] = [];
  readonly #byOrder = new Map<string, Named[]>();

  keep(text: Fields): void {
    const plan = sealedPlan(text);
    if (plan.intent === 'halt') this.halts.push(plan);
    for (const step of plan.parts.flatMap(({ steps }) => steps)) {
      const key = step.kind === 'cancel' ? `cancel ${step.orderId}` : `send ${step.clientOrderId}`;
      this.#byOrder.set(key, [...(this.#byOrder.get(key) ?? []), { plan, step }]);
    }
  }

  /** Steps that place or change an order under this id of ours. */
  naming = (clientOrderId: unknown): readonly Named[] =>
    typeof clientOrderId === 'string' ? (this.#byOrder.get(`send ${clientOrderId}`) ?? []) : [];

  cancelling = (orderId: string): readonly Named[] => this.#byOrder.get(`cancel ${orderId}`) ?? [];
}

function sealedPlan(text: Fields): SealedPlan {
  const { hash, ...rest } = text;
  const digest = createHash('sha256')
    .update(canonicalize(rest) ?? '')
    .digest('hex');
  return {
    id: String(text.id),
    hash: String(hash),
    isTrue: digest === hash,
    origin: String(text.origin),
    intent: String(fieldsOf(text.intent).kind),
    accountNumber: String(text.accountNumber),
    environment: String(text.environment),
    expiresAt: Number(text.expiresAt),
    parts: listOf(text.parts).map(partOf),
  };
}

function partOf(part: Fields): SealedPart {
  const basis = fieldsOf(part.basis);
  return {
    symbol: String(part.symbol),
    price: String(basis.price),
    steps: listOf(part.steps).map((step) => ({
      kind: String(step.kind),
      symbol: String(step.symbol),
      purpose: String(step.purpose),
      clientOrderId: textOf(step.clientOrderId),
      orderId: textOf(step.orderId),
      order: fieldsOf(step.order),
      change: fieldsOf(step.change),
      before: fieldsOf(step.before),
    })),
  };
}

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};
const listOf = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? value.map(fieldsOf) : [];
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
