import type { Order } from '../../domain/order.ts';
import type { OrderFamilies } from './families.ts';
import { endOfObject, idAt, isFoundAt, type Passage, valueIn } from './json-text.ts';
import { ordersFrom } from './mapping.ts';
import {
  jsonOf,
  ORDER_FIELDS,
  ordersAnswer,
  parseWire,
  type WireLeg,
  type WireOrder,
  wireOrder,
} from './wire.ts';

/** An order and its legs, and where they stood in the answer; null when that was not looked at. */
type Row = { readonly wire: WireOrder; readonly passage: Passage | null };

/**
 * Lists of orders, most of whose rows are as they were a moment ago: a row that tells nothing
 * new is neither checked nor mapped again, and one whose text is the same is not even parsed.
 */
export class KnownOrders {
  readonly #families: OrderFamilies;
  #before: ReadonlyMap<string, Row> = new Map();
  #rows = new Map<string, Row>();
  readonly #members = new WeakMap<WireOrder, readonly Order[]>();

  constructor(families: OrderFamilies) {
    this.#families = families;
  }

  /** To be called before the first page of a list: rows of none of its pages are forgotten. */
  begin(): void {
    this.#before = this.#rows;
    this.#rows = new Map();
  }

  /** @throws WireError when `body` is no JSON or a field is missing or malformed */
  rowsIn(body: string): readonly WireOrder[] {
    // The list as a whole tells which of its rows is malformed.
    const rows = this.#rowsOfText(body) ?? this.#rowsOfValue(jsonOf(body));
    for (const row of rows) this.#rows.set(row.wire.id, row);
    return rows.map(({ wire }) => wire);
  }

  /** An order and, after it, its legs: the same objects as before where nothing has changed. */
  membersOf(wire: WireOrder): readonly Order[] {
    const known = this.#members.get(wire);
    if (known !== undefined && this.#isTrueOf(wire, known)) return known;
    const members = ordersFrom(wire, this.#families);
    this.#members.set(wire, members);
    return members;
  }

  /** All but the parents stands in the row itself. */
  #isTrueOf(wire: WireOrder, known: readonly Order[]): boolean {
    return [wire, ...(wire.legs ?? [])].every(
      (member, place) => this.#families.parentOf(member) === known[place]?.parentId,
    );
  }

  /** Null where the text is not that of orders without a space between them. */
  #rowsOfText(body: string): readonly Row[] | null {
    const rows: Row[] = [];
    for (let from = 1; body[from - 1] === (rows.length === 0 ? '[' : ','); ) {
      const row = this.#rowAt(body, from);
      if (row === null) return null;
      rows.push(row);
      const { to } = row.passage;
      if (body[to] === ']') return /^[ \t\r\n]*$/.test(body.slice(to + 1)) ? rows : null;
      from = to + 1;
    }
    return null;
  }

  #rowAt(body: string, from: number): (Row & { readonly passage: Passage }) | null {
    const known = this.#before.get(idAt(body, from) ?? '');
    const before = known?.passage ?? null;
    if (known !== undefined && before !== null && isFoundAt(before, body, from)) {
      return { wire: known.wire, passage: { body, from, to: from + before.to - before.from } };
    }
    const to = endOfObject(body, from);
    const row = to === null ? null : valueIn(body.slice(from, to));
    const wire = this.#wireOf(row);
    return wire === null || to === null ? null : { wire, passage: { body, from, to } };
  }

  #rowsOfValue(parsed: unknown): readonly Row[] {
    if (!Array.isArray(parsed)) return parseWire(ordersAnswer, parsed).map(unplaced);
    const wires = parsed.map((row) => this.#wireOf(row));
    const known = wires.filter((wire) => wire !== null);
    return (known.length < wires.length ? parseWire(ordersAnswer, parsed) : known).map(unplaced);
  }

  /** Null when it is no order. */
  #wireOf(row: unknown): WireOrder | null {
    return this.#knownAs(row) ?? wireOrder.safeParse(row).data ?? null;
  }

  #knownAs(row: unknown): WireOrder | null {
    if (!isObject(row) || typeof row.id !== 'string') return null;
    const known = this.#before.get(row.id)?.wire;
    return known !== undefined && isSameGroup(row, known) ? known : null;
  }
}

const unplaced = (wire: WireOrder): Row => ({ wire, passage: null });

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** Whether a row tells of an order what is known of it; of its legs this says nothing. */
export const isSame = (row: Fields, known: WireLeg): boolean =>
  ORDER_FIELDS.every((name) => row[name] === known[name]);

export const isSameGroup = (row: Fields, known: WireOrder): boolean =>
  isSame(row, known) && hasLegs(row, known.legs);

function hasLegs({ legs }: Fields, known: WireOrder['legs']): boolean {
  if (!Array.isArray(legs)) return legs === known;
  return (
    legs.length === known?.length &&
    known.every((leg, place) => isObject(legs[place]) && isSame(legs[place], leg))
  );
}
