import { Banner, Figures, StateLine } from './board-header.ts';
import type { BoardAlert, BoardPosition, BoardView, Cover, WaitingPlan } from './board-view.ts';
import { element, KeyedList, setAttribute, setProperty, setText } from './dom.ts';
import { timeOfDay } from './figures.ts';
import { POSITION_COLUMNS, PositionRow } from './position-row.ts';

/** What a person can do on the board; what is absent has no button. */
export type BoardActions = {
  /** Shows the plan, so that it can be answered. */
  readonly openPlan?: (plan: WaitingPlan) => void;
};

const boards = new WeakMap<Element, Board>();

/**
 * Draws `view` into `root`, the first time whole and from then on only what changed, so that
 * focus, scrolling and selection stay where they are.
 */
export function renderBoard(root: Element, view: BoardView, actions: BoardActions = {}): void {
  let board = boards.get(root);
  if (board === undefined) {
    board = new Board(root, actions);
    boards.set(root, board);
  }
  board.show(view);
}

class Board {
  readonly #banner = new Banner();
  readonly #state = new StateLine();
  readonly #figures = new Figures();
  readonly #cover = new CoverBar();
  readonly #alerts: Section<BoardAlert, AlertItem>;
  readonly #plans: Section<WaitingPlan, PlanItem>;
  readonly #rows: KeyedList<BoardPosition, PositionRow>;
  readonly #painter = new RowPainter();
  readonly #table: HTMLElement;
  readonly #leftOut = element('p', 'left-out');
  readonly #empty = element('p', 'left-out', ['No position is open.']);
  readonly #spoken = element('div', 'for-readers', [], { 'aria-live': 'polite' });

  constructor(root: Element, { openPlan }: BoardActions) {
    this.#alerts = new Section('Alerts', {
      keyOf: ({ code, symbol }) => `${code} ${symbol}`,
      create: () => new AlertItem(),
      update: (item, alert) => item.show(alert),
    });
    this.#plans = new Section('Plans that wait for you', {
      keyOf: ({ hash }) => hash,
      create: (plan) => new PlanItem(plan, openPlan),
      update: (item, plan) => item.show(plan),
    });
    const body = element('div', 'rows', [], { role: 'rowgroup' });
    this.#rows = new KeyedList(body, {
      keyOf: ({ symbol }) => symbol,
      create: (position) => new PositionRow(position),
      update: (row, position) => this.#painter.take(row, position),
    });
    const headings = POSITION_COLUMNS.map((name) =>
      element('div', 'cell heading', [name], { role: 'columnheader', 'data-column': name }),
    );
    const head = element('div', 'row head', headings, { role: 'row' });
    this.#table = element(
      'div',
      'positions',
      [element('div', '', [head], { role: 'rowgroup' }), body],
      {
        role: 'table',
        'aria-label': 'Positions',
      },
    );
    root.replaceChildren(
      element('div', 'board', [
        ...[this.#banner.root, this.#state.root, this.#plans.root, this.#alerts.root],
        ...[this.#figures.root, this.#cover.root, this.#table, this.#empty, this.#leftOut],
        this.#spoken,
      ]),
    );
  }

  show(view: BoardView): void {
    this.#banner.show(view.environment, view.account.number, view.mode);
    this.#state.show(view);
    this.#figures.show(view);
    this.#cover.show(view.cover);
    this.#alerts.show(view.alerts, moreWords(view.alertsLeftOut, 'alerts'));
    this.#plans.show(view.plansWaiting, '');
    this.#rows.show(view.positions);
    this.#painter.paint();
    setAttribute(this.#table, 'hidden', view.positions.length === 0 ? '' : null);
    const isEmpty = view.positions.length + view.positionsLeftOut === 0;
    setAttribute(this.#empty, 'hidden', isEmpty ? null : '');
    setText(this.#leftOut, moreWords(view.positionsLeftOut, 'positions'));
    setText(this.#spoken, spokenWords(view));
  }
}

/** So long it may work at a time: what it takes with its layout is less than a frame. */
const PAINTS_MS = 3;

/** Tells rows what changed, a few in each frame: hundreds at once would hold up whoever scrolls. */
class RowPainter {
  readonly #waiting = new Map<PositionRow, BoardPosition>();
  #isScheduled = false;

  take(row: PositionRow, position: BoardPosition): void {
    this.#waiting.set(row, position);
  }

  paint(): void {
    const until = performance.now() + PAINTS_MS;
    for (const [row, position] of this.#waiting) {
      this.#waiting.delete(row);
      row.show(position);
      if (performance.now() > until) break;
    }
    if (this.#waiting.size === 0 || this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => {
      this.#isScheduled = false;
      this.paint();
    });
  }
}

/** What a screen reader says by itself; it has no prices, since those change all the time. */
function spokenWords({ alerts, cover, tradingState, plansWaiting }: BoardView): string {
  const uncovered = cover.naked + cover.partly + cover.unknown;
  return [
    ...(tradingState === 'active' ? [] : [`Trading is ${tradingState}`]),
    ...(uncovered === 0 ? [] : [`${uncovered} positions are not covered`]),
    ...(plansWaiting.length === 0 ? [] : [`${plansWaiting.length} plans wait for you`]),
    ...alerts.map(({ symbol, because }) => [symbol, because].filter(Boolean).join(': ')),
  ].join('. ');
}

const moreWords = (count: number, what: string): string =>
  count === 0 ? '' : `${count} more ${what} are not shown here.`;

/** A heading with a list that is there only while something is in it. */
class Section<Item, Part extends { readonly root: HTMLElement }> {
  readonly root: HTMLElement;
  readonly #list: KeyedList<Item, Part>;
  readonly #more = element('p', 'left-out');

  constructor(title: string, how: ConstructorParameters<typeof KeyedList<Item, Part>>[1]) {
    const list = element('ul', 'plain');
    this.#list = new KeyedList(list, how);
    this.root = element('section', '', [element('h2', '', [title]), list, this.#more]);
  }

  show(items: readonly Item[], more: string): void {
    this.#list.show(items);
    setText(this.#more, more);
    setAttribute(this.root, 'hidden', items.length === 0 ? '' : null);
  }
}

class AlertItem {
  readonly root: HTMLElement;
  readonly #what = element('strong', '');
  readonly #because = element('span', '');

  constructor() {
    this.root = element('li', 'alert', [this.#what, ' ', this.#because]);
  }

  show({ code, symbol, because }: BoardAlert): void {
    const name = code.replaceAll('_', ' ');
    setText(this.#what, symbol === null ? name : `${symbol} ${name}`);
    setText(this.#because, because);
  }
}

class PlanItem {
  readonly root: HTMLElement;
  readonly #title = element('span', 'plan-title');
  readonly #until = element('span', 'note');

  constructor(plan: WaitingPlan, openPlan: BoardActions['openPlan']) {
    this.root = element('li', 'waiting', [this.#title, this.#until]);
    if (openPlan === undefined) return;
    const open = element('button', 'primary', ['Review'], { type: 'button' });
    open.addEventListener('click', () => openPlan(plan));
    this.root.append(open);
  }

  show({ title, expiresAt }: WaitingPlan): void {
    setText(this.#title, title);
    setText(this.#until, `until ${timeOfDay(expiresAt)}`);
  }
}

const COVERS: readonly Cover[] = ['naked', 'partly', 'unknown', 'covered'];

/** How many positions are how well protected, as a bar and in words. */
class CoverBar {
  readonly root: HTMLElement;
  readonly #words = element('p', 'cover-words');
  readonly #parts = COVERS.map((cover) =>
    element('span', 'cover-part', [], { 'data-cover': cover }),
  );

  constructor() {
    const bar = element('div', 'cover-bar', this.#parts, { 'aria-hidden': 'true' });
    this.root = element('section', 'cover-section', [
      element('h2', '', ['Cover']),
      bar,
      this.#words,
    ]);
  }

  show(counts: Readonly<Record<Cover, number>>): void {
    COVERS.forEach((cover, index) => {
      const part = this.#parts[index];
      if (part === undefined) return;
      setProperty(part, '--count', String(counts[cover]));
      setAttribute(part, 'hidden', counts[cover] === 0 ? '' : null);
    });
    const words = COVERS.filter((cover) => counts[cover] > 0).map(
      (cover) => `${counts[cover]} ${cover === 'partly' ? 'partly naked' : cover}`,
    );
    setText(this.#words, words.length === 0 ? 'nothing to cover' : words.join(', '));
  }
}
