/** JSON as people keep it: comments and a comma after the last entry are let be. */
export type JsonNode = JsonObject | JsonArray | JsonScalar;

/** Where something stands in the text: from `start` up to, but without, `end`. */
type Span = { readonly start: number; readonly end: number };

export type JsonObject = Span & {
  readonly kind: 'object';
  readonly members: readonly JsonMember[];
};

export type JsonMember = {
  readonly key: string;
  /** Where the key begins. */
  readonly start: number;
  readonly value: JsonNode;
  /** Where the comma behind the value is; null without one. */
  readonly commaAt: number | null;
};

type JsonArray = Span & { readonly kind: 'array'; readonly items: readonly JsonNode[] };

type JsonScalar = Span & { readonly kind: 'scalar'; readonly text: string };

/** The text is not JSON, not even generously read; the message says where and what is wrong. */
export class JsonTextError extends Error {
  override readonly name = 'JsonTextError';
}

/** @throws JsonTextError for text that is not one JSON value */
export function parseJson(text: string): JsonNode {
  const reader = new Reader(text);
  const node = reader.value();
  reader.skipBlank();
  if (reader.at < text.length) reader.fail('something follows after the end');
  return node;
}

/** The same value without comments, blanks and odd commas: what any JSON parser can read. */
export function plainJson(node: JsonNode): string {
  switch (node.kind) {
    case 'scalar':
      return node.text;
    case 'array':
      return `[${node.items.map(plainJson).join(',')}]`;
    case 'object': {
      const members = node.members.map(
        ({ key, value }) => `${JSON.stringify(key)}:${plainJson(value)}`,
      );
      return `{${members.join(',')}}`;
    }
  }
}

/** Deeper than any configuration, and far from the end of the stack. */
const DEEPEST = 200;
const BLANK = /(?:[ \t\r\n\uFEFF]|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/)+/y;
const STRING = /"(?:[^"\\\r\n]|\\.)*"/y;
const WORD = /-?\d[\d.eE+-]*|true|false|null/y;

class Reader {
  at = 0;
  readonly #text: string;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): JsonNode {
    this.skipBlank();
    const next = this.#text[this.at];
    if (next === '{') return this.#nested(() => this.#object());
    if (next === '[') return this.#nested(() => this.#array());
    const start = this.at;
    const text = next === '"' ? this.#string() : this.#word();
    return { kind: 'scalar', start, end: this.at, text };
  }

  skipBlank(): void {
    this.#match(BLANK);
  }

  fail(what: string): never {
    const line = this.#text.slice(0, this.at).split('\n').length;
    const column = this.at - this.#text.lastIndexOf('\n', this.at - 1);
    throw new JsonTextError(`line ${line}, column ${column}: ${what}`);
  }

  #nested<Node>(read: () => Node): Node {
    this.#depth += 1;
    if (this.#depth > DEEPEST) this.fail(`more than ${DEEPEST} levels`);
    const node = read();
    this.#depth -= 1;
    return node;
  }

  #object(): JsonObject {
    const start = this.#step();
    const members: JsonMember[] = [];
    for (;;) {
      if (this.#closes('}')) return { kind: 'object', start, end: this.at, members };
      if (members.length > 0 && members.at(-1)?.commaAt === null) this.fail('a comma is missing');
      const keyAt = this.at;
      const key = this.#decoded(this.#string());
      this.skipBlank();
      if (this.#text[this.at] !== ':') this.fail(`a colon is missing after "${key}"`);
      this.#step();
      const value = this.value();
      members.push({ key, start: keyAt, value, commaAt: this.#comma() });
    }
  }

  #array(): JsonArray {
    const start = this.#step();
    const items: JsonNode[] = [];
    let isSeparated = true;
    for (;;) {
      if (this.#closes(']')) return { kind: 'array', start, end: this.at, items };
      if (!isSeparated) this.fail('a comma is missing');
      items.push(this.value());
      isSeparated = this.#comma() !== null;
    }
  }

  #closes(bracket: string): boolean {
    this.skipBlank();
    if (this.at >= this.#text.length) this.fail(`it ends where "${bracket}" is missing`);
    if (this.#text[this.at] !== bracket) return false;
    this.#step();
    return true;
  }

  #comma(): number | null {
    this.skipBlank();
    return this.#text[this.at] === ',' ? this.#step() : null;
  }

  #string(): string {
    const found = this.#match(STRING) ?? this.fail('a text in double quotes is missing');
    this.#decoded(found);
    return found;
  }

  #decoded(quoted: string): string {
    try {
      return String(JSON.parse(quoted));
    } catch {
      return this.fail('a text holds what JSON does not allow');
    }
  }

  #word(): string {
    const found = this.#match(WORD) ?? this.fail('a value is missing');
    try {
      JSON.parse(found);
    } catch {
      this.fail(`${found} is no value`);
    }
    return found;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found === undefined) return null;
    this.at += found.length;
    return found;
  }

  /** Past one character; where that was. */
  #step(): number {
    this.at += 1;
    return this.at - 1;
  }
}
