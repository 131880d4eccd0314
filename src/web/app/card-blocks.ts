import { element, KeyedList, setAttribute, setText } from '../dom.ts';
import { duration } from '../figures.ts';
import type { CardPart, CardVerdict } from './card-view.ts';

/** The orders of one symbol before and after. */
export class PartBlock {
  readonly root: HTMLElement;
  readonly #symbol = element('h2', '');
  readonly #before = new OrderList('Orders before');
  readonly #after = new OrderList('Orders after');
  readonly #steps = element('ol', 'steps figure');
  readonly #naked = element('p', 'note');
  #shown = '';

  constructor() {
    const orders = element('div', 'orders', [this.#before.root, this.#after.root]);
    const steps = [element('h3', 'note', ['What is sent']), this.#steps];
    this.root = element('section', 'part', [this.#symbol, orders, ...steps, this.#naked]);
  }

  show({ symbol, ordersBefore, ordersAfter, steps, nakedSeconds }: CardPart): void {
    setText(this.#symbol, symbol);
    this.#before.show(ordersBefore, ordersAfter);
    this.#after.show(ordersAfter, ordersBefore);
    if (this.#shown !== steps.join('\n')) {
      this.#shown = steps.join('\n');
      this.#steps.replaceChildren(...steps.map((step) => element('li', '', [withShortIds(step)])));
    }
    const bare = `Without a stop for about ${duration(nakedSeconds)}`;
    setText(this.#naked, nakedSeconds === 0 ? 'Never without a stop' : bare);
  }
}

/** An order's id in full is among the details; here its beginning tells it from the others. */
const withShortIds = (step: string): string =>
  step.replace(/\b([0-9a-f]{8})(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '$1');

class OrderList {
  readonly root: HTMLElement;
  readonly #items: KeyedList<readonly [string, boolean], { readonly root: HTMLElement }>;
  readonly #none = element('p', 'note', ['none']);

  constructor(title: string) {
    const list = element('ul', 'plain order-list');
    this.#items = new KeyedList(list, {
      keyOf: ([line]) => line,
      create: ([line]) => ({ root: element('li', 'figure', [line]) }),
      // What is on one side only is what changes.
      update: ({ root }, [, isKept]) => setAttribute(root, 'data-kept', isKept ? '' : null),
    });
    this.root = element('div', 'order-side', [element('h3', 'note', [title]), list, this.#none]);
  }

  show(lines: readonly string[], others: readonly string[]): void {
    this.#items.show(lines.map((line) => [line, others.includes(line)]));
    setAttribute(this.#none, 'hidden', lines.length === 0 ? null : '');
  }
}

/** Every guardrail's word: the denials in sight, the rest to be unfolded. */
export class VerdictBlock {
  readonly root: HTMLElement;
  readonly #summary = element('summary', '');
  readonly #denials = element('ul', 'plain');
  readonly #passed = element('ul', 'detail-list');
  #shown = '';

  constructor() {
    const all = element('details', '', [this.#summary, this.#passed]);
    this.root = element('section', 'verdicts', [this.#denials, all]);
  }

  show(verdicts: readonly CardVerdict[]): void {
    const shown = JSON.stringify(verdicts);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const denied = verdicts.filter(({ passed }) => !passed);
    const passed = verdicts.filter((verdict) => verdict.passed);
    const names = new Set(passed.map(({ guardrail }) => guardrail));
    const count = `${names.size} ${names.size === 1 ? 'guardrail lets' : 'guardrails let'} it pass`;
    setText(this.#summary, denied.length === 0 ? count : `${count}, ${denied.length} denied`);
    this.#denials.replaceChildren(...denied.map(denial));
    this.#passed.replaceChildren(
      ...passed.map(({ guardrail, symbol, because }) =>
        element('li', '', [element('strong', '', [guardrail]), ` ${symbol} ${because}`]),
      ),
    );
    setAttribute(this.root, 'hidden', verdicts.length === 0 ? '' : null);
  }
}

const denial = ({ guardrail, symbol, because, wouldPass }: CardVerdict): HTMLElement =>
  element('li', 'denial', [
    element('strong', '', [`Denied by ${guardrail} `]),
    `${symbol}: ${because}`,
    ...(wouldPass === null ? [] : [element('span', 'note', [` It would pass: ${wouldPass}`])]),
  ]);
