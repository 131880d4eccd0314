/** Text from anywhere gets into a page only through here, and only as text. */

type Attributes = Readonly<Record<string, string>>;

export function element(
  tag: string,
  className: string,
  children: readonly (Node | string)[] = [],
  attributes: Attributes = {},
): HTMLElement {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** What was written last: to remember it costs less than to ask the document for it. */
const lastTexts = new WeakMap<Node, string>();
const lastProperties = new WeakMap<HTMLElement, Map<string, string>>();

/** Writes only what changed: a write that changes nothing costs a layout all the same. */
export function setText(node: Node, text: string): void {
  if (lastTexts.get(node) === text) return;
  lastTexts.set(node, text);
  const { firstChild } = node;
  if (firstChild instanceof Text && firstChild.nextSibling === null) firstChild.data = text;
  else node.textContent = text;
}

export function setAttribute(node: Element, name: string, value: string | null): void {
  if (value === null) node.removeAttribute(name);
  else if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

export function setProperty(node: HTMLElement, name: string, value: string): void {
  const last = lastProperties.get(node) ?? new Map<string, string>();
  if (last.get(name) === value) return;
  lastProperties.set(node, last.set(name, value));
  node.style.setProperty(name, value);
}

/** The children of `parent`, one for each item by its key, in the items' order. */
export class KeyedList<Item, Part extends { readonly root: HTMLElement }> {
  readonly #parent: HTMLElement;
  readonly #keyOf: (item: Item) => string;
  readonly #create: (item: Item) => Part;
  readonly #update: (part: Part, item: Item) => void;
  #parts = new Map<string, Part>();

  constructor(
    parent: HTMLElement,
    how: {
      readonly keyOf: (item: Item) => string;
      readonly create: (item: Item) => Part;
      readonly update: (part: Part, item: Item) => void;
    },
  ) {
    this.#parent = parent;
    this.#keyOf = how.keyOf;
    this.#create = how.create;
    this.#update = how.update;
  }

  show(items: readonly Item[]): void {
    const shown = new Map<string, Part>();
    let next = this.#parent.firstElementChild;
    for (const item of items) {
      const key = this.#keyOf(item);
      if (shown.has(key)) continue;
      const part = this.#parts.get(key) ?? this.#create(item);
      this.#update(part, item);
      shown.set(key, part);
      this.#parts.delete(key);
      if (part.root === next) next = next.nextElementSibling;
      else this.#parent.insertBefore(part.root, next);
    }
    for (const { root } of this.#parts.values()) root.remove();
    this.#parts = shown;
  }
}
