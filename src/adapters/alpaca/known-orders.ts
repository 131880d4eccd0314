import type { Order } from '../../domain/order.ts';
import type { OrderFamilies } from './families.ts';
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

/**
 * Lists of orders, most of whose rows are as they were a moment ago: a row that tells nothing
 * new is neither checked nor mapped again.
 */
export class KnownOrders {
  readonly #families: OrderFamilies;
  #before: ReadonlyMap<string, WireOrder> = new Map();
  #rows = new Map<string, WireOrder>();
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
    const parsed = jsonOf(body);
    if (!Array.isArray(parsed)) return parseWire(ordersAnswer, parsed);
    const rows: WireOrder[] = [];
    for (const row of parsed) {
      const wire = this.#knownAs(row) ?? wireOrder.safeParse(row).data;
      // The list as a whole tells which of its rows is malformed.
      if (wire === undefined) return parseWire(ordersAnswer, parsed);
      this.#rows.set(wire.id, wire);
      rows.push(wire);
    }
    return rows;
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

  #knownAs(row: unknown): WireOrder | null {
    if (!isObject(row) || typeof row.id !== 'string') return null;
    const known = this.#before.get(row.id);
    return known !== undefined && isSame(row, known) && hasLegs(row, known.legs) ? known : null;
  }
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const isSame = (row: Fields, known: WireLeg): boolean =>
  ORDER_FIELDS.every((name) => row[name] === known[name]);

function hasLegs({ legs }: Fields, known: WireOrder['legs']): boolean {
  if (!Array.isArray(legs)) return legs === known;
  return (
    legs.length === known?.length &&
    known.every((leg, place) => isObject(legs[place]) && isSame(legs[place], leg))
  );
}
