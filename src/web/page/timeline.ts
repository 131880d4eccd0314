import { element, KeyedList, setAttribute, setText } from '../dom.ts';
import type { Client } from './client.ts';
import type { TimelineEntry, TimelineView, WhyView } from './page-data.ts';

const KINDS = [
  ['', 'Everything that matters'],
  ['plans', 'Plans and approvals'],
  ['orders', 'Orders'],
  ['fills', 'Fills'],
  ['outcomes', 'Outcomes'],
  ['protection', 'Protection'],
  ['alerts', 'Alerts and halts'],
  ['decisions', 'Decisions'],
  ['system', 'System'],
] as const;

/** Which word stands before an entry, and in which colour. */
const TONES: Readonly<Record<string, 'good' | 'bad' | 'warn'>> = {
  fill_received: 'good',
  outcome_measured: 'good',
  approval_given: 'good',
  plan_refused: 'bad',
  approval_refused: 'bad',
  halt_latched: 'bad',
  cycle_failed: 'bad',
  alert_raised: 'warn',
  effect_vetoed: 'warn',
  control_latched: 'warn',
  policy_stepped_back: 'warn',
};

/** What happened, newest first, each with what led to it. */
export class TimelinePanel {
  readonly root: HTMLElement;
  readonly #client: Client;
  readonly #list: KeyedList<TimelineEntry, Entry>;
  readonly #kind = document.createElement('select');
  readonly #symbol = document.createElement('input');
  readonly #more = element('button', '', ['Older'], { type: 'button' });
  readonly #note = element('p', 'note');
  #older: readonly TimelineEntry[] = [];
  #newest: TimelineView | null = null;
  #cursor: string | null = null;

  /** @param kind of what alone is told; without it the reader chooses */
  constructor(client: Client, kind: string | null = null) {
    this.#client = client;
    this.#kind.append(...KINDS.map(([value, words]) => new Option(words, value)));
    if (kind !== null) this.#kind.value = kind;
    const list = element('ol', 'timeline plain', [], { 'aria-label': 'What happened' });
    this.#list = new KeyedList(list, {
      keyOf: ({ seq }) => String(seq),
      create: (entry) => new Entry(entry, client),
      update: () => undefined,
    });
    this.root = element('div', 'timeline-panel', [
      ...(kind === null ? [this.#filters()] : []),
      list,
      this.#note,
      element('p', '', [this.#more]),
    ]);
    this.#more.addEventListener('click', () => void this.#loadOlder());
  }

  async refresh(isWhole = false): Promise<void> {
    const told = await this.#client.read<TimelineView>(this.#path(null), isWhole);
    if (told.outcome === 'failed') setText(this.#note, told.because);
    if (told.outcome !== 'told') return;
    this.#newest = told.answer;
    if (this.#older.length === 0) this.#cursor = told.answer.nextCursor;
    this.#draw();
  }

  #filters(): HTMLElement {
    this.#kind.id = 'timeline-kind';
    this.#symbol.id = 'timeline-symbol';
    this.#symbol.size = 8;
    this.#symbol.maxLength = 16;
    const again = (): void => {
      this.#older = [];
      void this.refresh(true);
    };
    this.#kind.addEventListener('change', again);
    this.#symbol.addEventListener('change', again);
    return element('div', 'filters', [
      element('label', '', ['Show'], { for: this.#kind.id }),
      this.#kind,
      element('label', '', ['Symbol'], { for: this.#symbol.id }),
      this.#symbol,
    ]);
  }

  async #loadOlder(): Promise<void> {
    if (this.#cursor === null) return;
    const told = await this.#client.read<TimelineView>(this.#path(this.#cursor), true);
    if (told.outcome !== 'told') return;
    this.#older = [...this.#older, ...told.answer.entries];
    this.#cursor = told.answer.nextCursor;
    this.#draw();
  }

  #draw(): void {
    const entries = [...(this.#newest?.entries ?? []), ...this.#older];
    this.#list.show(entries);
    setText(this.#note, this.#newest?.note ?? '');
    setAttribute(this.#more, 'hidden', this.#cursor === null ? '' : null);
  }

  #path(cursor: string | null): string {
    const symbol = this.#symbol.value.trim().toUpperCase();
    const query = new URLSearchParams({
      ...(this.#kind.value === '' ? {} : { kind: this.#kind.value }),
      ...(symbol === '' ? {} : { symbol }),
      ...(cursor === null ? {} : { cursor }),
    });
    return `/page/view/timeline?${query}`;
  }
}

/** One thing that happened; the chain of causes is asked for when somebody opens it. */
class Entry {
  readonly root: HTMLElement;

  constructor(entry: TimelineEntry, client: Client) {
    const { at, type, symbol, text, planId, orderId } = entry;
    const when = element('time', 'entry-time figure', [clock(at)], { datetime: at });
    const line = [
      when,
      element('span', 'entry-symbol', [symbol ?? '']),
      element('span', 'entry-text', [text]),
    ];
    const attributes = { 'data-tone': TONES[type] ?? 'plain' };
    if (planId === null && orderId === null) {
      this.root = element('li', 'entry', [element('div', 'entry-line', line)], attributes);
      return;
    }
    const why = element('div', 'why');
    const summary = element('summary', 'entry-line', [
      ...line,
      element('span', 'entry-why', ['Why']),
    ]);
    const details = element('details', '', [summary, why]);
    details.addEventListener('toggle', () => {
      if (why.childElementCount === 0) void showWhy(client, why, entry);
    });
    this.root = element('li', 'entry', [details], attributes);
  }
}

async function showWhy(client: Client, into: HTMLElement, entry: TimelineEntry): Promise<void> {
  const { planId, orderId } = entry;
  const query = new URLSearchParams(orderId === null ? { plan: planId ?? '' } : { order: orderId });
  const told = await client.read<WhyView>(`/page/view/why?${query}`, true);
  if (told.outcome !== 'told') {
    into.replaceChildren(element('p', 'note', ['The journal did not answer. Open it again.']));
    return;
  }
  const { stories, note } = told.answer;
  into.replaceChildren(
    ...stories.flatMap(({ result, chain }) => [
      element('p', 'why-result', [result]),
      element(
        'ol',
        'chain',
        chain.map((link) => element('li', '', [onOwnClock(link)])),
      ),
    ]),
    ...(stories.length === 0 ? [element('p', 'note', [note ?? 'Nothing more is known.'])] : []),
  );
}

/** A link of a chain begins with its record's number and time. */
const onOwnClock = (link: string): string =>
  link.replace(
    /^(#\d+) (\d{4}-\d\d-\d\dT\S+Z)/,
    (_, seq: string, iso: string) => `${clock(iso)} ${seq}`,
  );

function clock(iso: string): string {
  const at = new Date(iso);
  const isToday = at.toDateString() === new Date().toDateString();
  const time = at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  return isToday
    ? time
    : `${at.toLocaleDateString([], { month: 'short', day: 'numeric' })} ${time}`;
}
