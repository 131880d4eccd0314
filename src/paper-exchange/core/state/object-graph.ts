import { packRows, Rows, unpackRows } from '../basics/packed-rows.ts';
import type { JsonValue } from '../basics/types.ts';

/** A class whose objects may be part of what is saved. Only its plain fields are. */
type SavedClass = { readonly prototype: object };

/**
 * Objects that refer to each other, as JSON: each object once, whatever refers to it, so that
 * reading gives the same net of objects. Knows plain objects, arrays, maps, sets, byte and word
 * arrays, rows, bigint, undefined, and the classes it is given by the name they are saved under.
 */
export class ObjectGraph {
  readonly #classes: ReadonlyMap<string, SavedClass>;
  readonly #names: ReadonlyMap<object, string>;

  constructor(classes: Readonly<Record<string, SavedClass>>) {
    this.#classes = new Map(Object.entries(classes));
    this.#names = new Map(
      Object.entries(classes).map(([name, { prototype }]) => [prototype, name]),
    );
  }

  /** @throws when something is reached that cannot be saved, a function for example */
  write(root: object): JsonValue {
    const writer = new Writer(this.#names);
    writer.reference(root);
    return writer.finish();
  }

  /** @throws when the text was not made by `write` */
  read(json: JsonValue): object {
    const { shapes, nodes } = checked(json);
    const objects = nodes.map((node) => this.#empty(shapes, node));
    for (const [place, node] of nodes.entries()) fillIn(shapes, node, objects, objects[place]);
    const [root] = objects;
    if (root === undefined) throw new Error('the saved objects are empty');
    return root;
  }

  #empty(shapes: readonly Shape[], [tag, first]: Node): object {
    if (typeof tag === 'number') {
      const name = shapes[tag]?.[0];
      if (name === '') return {};
      const known = this.#classes.get(String(name));
      if (known === undefined) throw new Error(`saved objects of an unknown class ${name}`);
      return Object.create(known.prototype);
    }
    switch (tag) {
      case 'array':
        return [];
      case 'map':
        return new Map();
      case 'set':
        return new Set();
      case 'bytes':
        return bytesOf(first);
      case 'rows':
        return Object.assign(new Rows(), { items: unpackRows(bytesOf(first)) });
      case 'words':
        return new Uint32Array(bytesOf(first).buffer);
      default:
        throw new Error(`saved objects of an unknown kind ${tag}`);
    }
  }
}

/** The name of a class, empty for a plain object, and then the names of the fields. */
type Shape = readonly string[];
/** The place of a shape or the kind of a container, and then the values. */
type Node = readonly [number | string, ...JsonValue[]];

class Writer {
  readonly #names: ReadonlyMap<object, string>;
  readonly #places = new Map<object, number>();
  readonly #queue: object[] = [];
  readonly #shapes: Shape[] = [];
  readonly #shapePlaces = new Map<string, number>();

  constructor(names: ReadonlyMap<object, string>) {
    this.#names = names;
  }

  /** The place that the object has or will have among the nodes. */
  reference(value: object): number {
    const known = this.#places.get(value);
    if (known !== undefined) return known;
    const place = this.#queue.length;
    this.#places.set(value, place);
    this.#queue.push(value);
    return place;
  }

  finish(): JsonValue {
    const nodes: JsonValue[] = [];
    for (let place = 0; place < this.#queue.length; place += 1) {
      const value = this.#queue[place];
      if (value !== undefined) nodes.push(this.#node(value));
    }
    return { shapes: this.#shapes, nodes };
  }

  #node(value: object): JsonValue {
    if (Array.isArray(value)) return ['array', ...value.map((item) => this.#encode(item))];
    if (value instanceof Map) {
      return ['map', ...[...value].flat().map((item) => this.#encode(item))];
    }
    if (value instanceof Set) return ['set', ...[...value].map((item) => this.#encode(item))];
    if (value instanceof Uint8Array) return ['bytes', base64(value)];
    if (value instanceof Rows) return ['rows', base64(packRows(value.items, value.items))];
    if (value instanceof Uint32Array) return ['words', base64(value)];
    const prototype = Object.getPrototypeOf(value);
    const name = prototype === Object.prototype ? '' : this.#names.get(prototype);
    if (name === undefined) throw new Error(`cannot save a ${value.constructor.name}`);
    const fields = Object.entries(value);
    const shape = this.#shape([name, ...fields.map(([field]) => field)]);
    return [shape, ...fields.map(([, item]) => this.#encode(item))];
  }

  #shape(shape: Shape): number {
    const key = shape.join(' ');
    const known = this.#shapePlaces.get(key);
    if (known !== undefined) return known;
    this.#shapePlaces.set(key, this.#shapes.length);
    return this.#shapes.push(shape) - 1;
  }

  /** A reference is a list of one; text that begins with the mark of the others is marked. */
  #encode(value: unknown): JsonValue {
    switch (typeof value) {
      case 'string':
        return value.startsWith('~') ? `~~${value}` : value;
      case 'bigint':
        return `~${value}`;
      case 'undefined':
        return '~undefined';
      case 'boolean':
        return value;
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0)
          ? value
          : `~number ${Object.is(value, -0) ? '-0' : value}`;
      case 'object':
        return value === null ? null : [this.reference(value)];
      default:
        throw new Error(`cannot save a ${typeof value}`);
    }
  }
}

function base64(view: Uint8Array | Uint32Array): string {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('base64');
}

function bytesOf(text: JsonValue | undefined): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(String(text), 'base64'));
}

function checked(json: JsonValue) {
  if (typeof json === 'object' && json !== null && 'shapes' in json && 'nodes' in json) {
    const { shapes, nodes } = json;
    // Written by `write`, whose text nobody else changes: see the seal of a saved state.
    if (Array.isArray(shapes) && Array.isArray(nodes)) {
      return { shapes: shapes as readonly Shape[], nodes: nodes as readonly Node[] };
    }
  }
  throw new Error('the saved objects are not in a form that this program knows');
}

function fillIn(
  shapes: readonly Shape[],
  [tag, ...items]: Node,
  objects: readonly object[],
  target: object | undefined,
): void {
  if (tag === 'bytes' || tag === 'words' || tag === 'rows') return;
  const values = items.map((item) => decode(item, objects));
  if (target instanceof Map) {
    for (let next = 0; next < values.length; next += 2) target.set(values[next], values[next + 1]);
  } else if (target instanceof Set) {
    for (const value of values) target.add(value);
  } else if (Array.isArray(target)) {
    for (const value of values) target.push(value);
  } else if (target !== undefined && typeof tag === 'number') {
    const fields = (shapes[tag] ?? []).slice(1);
    for (const [place, field] of fields.entries()) Reflect.set(target, field, values[place]);
  }
}

function decode(item: JsonValue, objects: readonly object[]): unknown {
  if (Array.isArray(item)) {
    const found = objects[Number(item[0])];
    if (found === undefined) throw new Error('the saved objects refer to one that is not there');
    return found;
  }
  if (typeof item !== 'string' || !item.startsWith('~')) return item;
  if (item.startsWith('~~')) return item.slice(2);
  if (item === '~undefined') return undefined;
  if (item.startsWith('~number ')) return Number(item.slice('~number '.length));
  return BigInt(item.slice(1));
}
