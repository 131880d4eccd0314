import { clientOrderId } from '../../domain/client-order-id.ts';
import type { Ticker } from '../../domain/ids.ts';
import { isOurs, type Order, type OrderChange, type OrderRequest } from '../../domain/order.ts';
import type { Step, StepPurpose } from '../../domain/plan.ts';
import type { IntentRecord, PositionContext } from '../../domain/portfolio.ts';
import type { RecipeName } from '../../domain/recipe.ts';
import { isLive } from '../account/flat-context.ts';
import type { OrderIdentity } from '../account/intents.ts';
import { isMilestone, keyFor, meaningOf, nextIdentity, whySpent } from '../account/intents.ts';

/** A step before it has an identity. `meaning` is the last part of its idempotency key. */
export type Draft =
  | {
      readonly kind: 'submit';
      readonly purpose: StepPurpose;
      readonly order: OrderRequest;
      readonly until: 'live' | 'filled';
      readonly meaning: string;
    }
  | {
      readonly kind: 'replace';
      readonly purpose: StepPurpose;
      readonly before: Order;
      readonly change: OrderChange;
      readonly meaning: string;
    }
  | { readonly kind: 'cancel'; readonly purpose: StepPurpose; readonly before: Order };

/** One way to reach the target; no recipe where nothing has to be done. */
export type Candidate = {
  readonly recipes: readonly RecipeName[];
  readonly drafts: readonly Draft[];
};

/** The steps with their identities, or the reason why one of them cannot have any. */
type Identified =
  | { readonly outcome: 'identified'; readonly steps: readonly Step[] }
  | { readonly outcome: 'spent'; readonly because: string };

/** How many orders may rest in one cover slot; more than this is nobody's intention. */
const SLOTS = 9;

/** Gives each draft its key, generation and client order id. */
export function identify(
  { drafts }: Pick<Candidate, 'drafts'>,
  context: PositionContext,
): Identified {
  // By the steps so far: until its own step comes, an order keeps its slot.
  const releasing = new Set<string>();
  const taken = new Set<string>();
  const steps: Step[] = [];
  for (const draft of drafts) {
    if (draft.kind !== 'submit') releasing.add(draft.before.clientOrderId);
    if (draft.kind === 'cancel') {
      steps.push(cancelStep(draft, context.position.symbol));
      continue;
    }
    const identity = identityFor(draft.meaning, context, releasing, taken);
    if (typeof identity === 'string') return { outcome: 'spent', because: identity };
    taken.add(identity.key);
    steps.push(stepOf(draft, identity, context.position.symbol));
  }
  return { outcome: 'identified', steps };
}

function identityFor(
  meaning: string,
  context: PositionContext,
  releasing: ReadonlySet<string>,
  taken: ReadonlySet<string>,
): OrderIdentity | string {
  const { account, episode, intents, orders } = context;
  const base = keyFor(account.accountNumber, episode.id, meaning);
  if (isMilestone(base)) {
    const identity = nextIdentity(base, intents);
    if (identity === null) return whySpent(base, intents) ?? `${meaning} is spent`;
    return orders.some(({ clientOrderId }) => clientOrderId === identity.clientOrderId)
      ? `the order for ${meaning} is on its way`
      : identity;
  }
  for (let slot = 1; slot <= SLOTS; slot += 1) {
    const key = slot === 1 ? base : `${base}/${slot}`;
    if (taken.has(key)) continue;
    // Where the doubt is reckoned with, the next slot will do.
    if (isInDoubt(key, intents) && context.isInDoubt) continue;
    if (isInDoubt(key, intents))
      return `what became of the last order in ${meaningOf(key)} is not known yet`;
    const identity = nextIdentity(key, intents, releasing);
    if (identity === null || isStillHeld(identity, context, releasing)) continue;
    return unusedBy(orders, identity);
  }
  return `every ${meaning} slot is in use`;
}

const isInDoubt = (key: string, intents: readonly IntentRecord[]): boolean =>
  intents.some(
    (intent) => intent.key === key && (intent.state === 'unknown' || intent.state === 'intended'),
  );

/** A change that came to nothing leaves the order that it was to change in the key. */
function isStillHeld(
  { key, generation }: OrderIdentity,
  { orders, intents }: PositionContext,
  releasing: ReadonlySet<string>,
): boolean {
  const unclaimed = orders.filter(
    (order) =>
      isLive(order) &&
      isOurs(order) &&
      !releasing.has(order.clientOrderId) &&
      !intents.some((intent) => intent.clientOrderId === order.clientOrderId),
  );
  if (unclaimed.length === 0) return false;
  for (let earlier = generation - 2; earlier >= 1; earlier -= 1) {
    const id = clientOrderId(key, earlier);
    if (unclaimed.some((order) => order.clientOrderId === id)) return true;
  }
  return false;
}

/** A journal that was lost does not know the generations that still live at the broker. */
function unusedBy(orders: readonly Order[], identity: OrderIdentity): OrderIdentity {
  let { generation, clientOrderId: id } = identity;
  while (orders.some((order) => order.clientOrderId === id)) {
    generation += 1;
    id = clientOrderId(identity.key, generation);
  }
  return { key: identity.key, generation, clientOrderId: id };
}

function stepOf(
  draft: Exclude<Draft, { kind: 'cancel' }>,
  identity: OrderIdentity,
  symbol: Ticker,
): Step {
  const { purpose } = draft;
  const { key, generation, clientOrderId: id } = identity;
  switch (draft.kind) {
    case 'submit':
      return {
        key,
        generation,
        clientOrderId: id,
        kind: 'submit',
        symbol,
        purpose,
        order: draft.order,
        until: draft.until,
      };
    case 'replace':
      return {
        key,
        generation,
        clientOrderId: id,
        kind: 'replace',
        symbol,
        purpose,
        orderId: draft.before.id,
        before: draft.before,
        change: draft.change,
        until: 'live',
      };
  }
}

const cancelStep = (draft: Extract<Draft, { kind: 'cancel' }>, symbol: Ticker): Step => ({
  kind: 'cancel',
  symbol,
  purpose: draft.purpose,
  orderId: draft.before.id,
  before: draft.before,
  until: 'terminal',
});
