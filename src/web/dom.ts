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

/** Writes only what changed: a write that changes nothing costs a layout all the same. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

export function setAttribute(node: Element, name: string, value: string | null): void {
  if (value === null) node.removeAttribute(name);
  else if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

export function setProperty(node: HTMLElement, name: string, value: string): void {
  if (node.style.getPropertyValue(name) !== value) node.style.setProperty(name, value);
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
