import { element, setAttribute, setText } from '../dom.ts';

const TABS = ['Board', 'Plans', 'Timeline', 'Charts', 'Rules', 'Tape'] as const;
export type Tab = (typeof TABS)[number];

const idOf = (tab: Tab): string => tab.toLowerCase();

/** One part of the page at a time; the address says which, so that a reload shows it again. */
export class Tabs {
  readonly root: HTMLElement;
  readonly panels: HTMLElement;
  readonly #buttons = new Map<Tab, HTMLElement>();
  readonly #panels = new Map<Tab, HTMLElement>();
  readonly #onShow: (tab: Tab) => void;
  #current: Tab = 'Board';

  constructor(contents: Readonly<Record<Tab, HTMLElement>>, onShow: (tab: Tab) => void) {
    this.#onShow = onShow;
    for (const tab of TABS) {
      const id = idOf(tab);
      const attributes = { type: 'button', role: 'tab', 'aria-controls': `panel-${id}` };
      const button = element('button', 'tab', [tab], { id: `tab-${id}`, ...attributes });
      button.addEventListener('click', () => this.show(tab));
      button.addEventListener('keydown', (event) => this.#move(event, tab));
      this.#buttons.set(tab, button);
      const panel = element('div', 'panel', [contents[tab]], {
        ...{ id: `panel-${id}`, role: 'tabpanel', 'aria-labelledby': `tab-${id}`, tabindex: '0' },
      });
      this.#panels.set(tab, panel);
    }
    this.root = element('div', 'tabs', [...this.#buttons.values()], {
      ...{ role: 'tablist', 'aria-label': 'Parts of the page' },
    });
    this.panels = element('div', 'panels', [...this.#panels.values()]);
  }

  get current(): Tab {
    return this.#current;
  }

  /** The one that the address names. */
  begin(): void {
    const named = TABS.find((tab) => `#${idOf(tab)}` === location.hash);
    this.show(named ?? 'Board');
  }

  show(tab: Tab): void {
    this.#current = tab;
    history.replaceState(null, '', `#${idOf(tab)}`);
    for (const [each, button] of this.#buttons) {
      setAttribute(button, 'aria-selected', String(each === tab));
      setAttribute(button, 'tabindex', each === tab ? '0' : '-1');
    }
    for (const [each, panel] of this.#panels) {
      setAttribute(panel, 'hidden', each === tab ? null : '');
    }
    this.#onShow(tab);
  }

  /** How many things wait there. */
  count(tab: Tab, count: number): void {
    const button = this.#buttons.get(tab);
    if (button === undefined) return;
    setText(button, count === 0 ? tab : `${tab} (${count})`);
    setAttribute(button, 'data-waiting', count === 0 ? null : '');
  }

  #move(event: KeyboardEvent, from: Tab): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(from) + step + TABS.length) % TABS.length] ?? from;
    this.show(next);
    this.#buttons.get(next)?.focus();
  }
}
