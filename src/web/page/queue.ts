import { element, KeyedList, setAttribute, setText } from '../dom.ts';
import { duration } from '../figures.ts';
import type { Client } from './client.ts';
import type { QueuedPlan, QueueView } from './page-data.ts';

type Verb = 'approve' | 'reject';

/** The plans that wait for a person, each with everything that it does. */
export class QueuePanel {
  readonly root: HTMLElement;
  readonly #list: KeyedList<QueuedPlan, PlanCard>;
  readonly #status = element('p', 'queue-status', [], { role: 'status' });
  readonly #empty = element('p', 'note', ['No plan waits for you.']);
  readonly #only = element('p', 'note', [
    'This tab only looks. To answer, open a link of ',
    element('code', '', ['bigbrother page']),
    ', or use the terminal: ',
    element('code', '', ['bigbrother pending']),
    '.',
  ]);
  #skewMs = 0;

  constructor(client: Client, onAnswer: () => void) {
    const list = element('div', 'queue');
    const answer = async (plan: QueuedPlan, verb: Verb, code: string): Promise<void> => {
      const { planId, hash } = plan;
      const body = { plan: planId, hash, code, answer: verb };
      const told = await client.post<{ because: string | null }>('/page/answer', body);
      setText(this.#status, resultOf(told, verb, planId));
      onAnswer();
    };
    this.#list = new KeyedList(list, {
      keyOf: ({ hash }) => hash,
      create: (plan) => new PlanCard(plan, answer),
      update: (card, plan) => card.show(plan, Date.now() + this.#skewMs),
    });
    this.root = element('div', 'queue-panel', [this.#status, this.#only, list, this.#empty]);
  }

  /** @param now on the account's clock, which decides; it may be a simulated one */
  tellTime(now: number): void {
    this.#skewMs = now - Date.now();
  }

  show({ waiting, mayAnswer }: QueueView): void {
    this.#list.show(waiting);
    setAttribute(this.#empty, 'hidden', waiting.length === 0 ? null : '');
    setAttribute(this.#only, 'hidden', mayAnswer ? '' : null);
  }
}

function resultOf(told: Awaited<ReturnType<Client['post']>>, verb: Verb, planId: string): string {
  const done = verb === 'approve' ? 'Approved' : 'Rejected';
  if (told.outcome === 'failed') return `Not ${done.toLowerCase()}: ${told.because}.`;
  if (told.outcome !== 'told') return 'The login of this page has ended: open a new link.';
  const { because } = told.answer as { readonly because: string | null };
  return because === null ? `${done}: ${planId}.` : `Not ${done.toLowerCase()}: ${because}.`;
}

class PlanCard {
  readonly root: HTMLElement;
  readonly #left = element('span', 'plan-left figure');
  readonly #buttons: readonly HTMLButtonElement[];

  constructor(
    plan: QueuedPlan,
    answer: (plan: QueuedPlan, verb: Verb, code: string) => Promise<void>,
  ) {
    const [title = plan.planId, ...lines] = plan.lines;
    const typed = codeField(plan);
    const button = (verb: Verb, words: string, className: string): HTMLButtonElement => {
      const made = document.createElement('button');
      made.type = 'button';
      made.className = className;
      made.textContent = words;
      made.addEventListener('click', () => {
        this.#disable(true);
        const code = plan.tier === 'T3' ? (typed?.input.value ?? '') : (plan.code ?? '');
        void answer(plan, verb, code).finally(() => this.#disable(false));
      });
      return made;
    };
    const [approve, reject] = [
      button('approve', 'Approve', 'primary'),
      button('reject', 'Reject', 'danger'),
    ];
    this.#buttons = plan.code === null ? [] : [approve, reject];
    this.root = element('article', 'plan-card', [
      element('header', 'plan-head', [
        element('span', 'tier', [plan.tier]),
        element('h3', 'plan-title', [title]),
        this.#left,
      ]),
      ...lines.map((line) => element('p', 'plan-line', [line])),
      element('details', '', [
        element('summary', '', [`Every step and reason (${plan.details.length})`]),
        element(
          'ul',
          '',
          plan.details.map((line) => element('li', '', [line])),
        ),
      ]),
      ...(typed === null || plan.code === null ? [] : [typed.root]),
      element('div', 'plan-buttons', this.#buttons),
    ]);
  }

  show({ expiresAt }: QueuedPlan, now: number): void {
    setText(this.#left, `${duration((expiresAt - now) / 1_000)} left`);
  }

  #disable(isOff: boolean): void {
    for (const button of this.#buttons) button.disabled = isOff;
  }
}

/** What takes protection away is not approved with a click alone. */
function codeField({ tier, code, hash }: QueuedPlan) {
  if (tier !== 'T3' || code === null) return null;
  const input = document.createElement('input');
  input.id = `code-${hash.slice(0, 12)}`;
  input.autocomplete = 'off';
  const root = element('p', 'plan-code', [
    `Code ${code}. `,
    element('label', '', ['Type it to approve: '], { for: input.id }),
    input,
  ]);
  return { root, input };
}
