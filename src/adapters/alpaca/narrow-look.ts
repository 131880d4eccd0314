import { type EpochMs, msBetween } from '../../domain/time.ts';
import type { Lane } from '../../ports/broker.ts';
import type { OrderFamilies } from './families.ts';
import { isSame, isSameGroup } from './known-orders.ts';
import { hasEnded, isGuarded } from './mapping.ts';
import type { OrderLists } from './order-lists.ts';
import {
  eachOnce,
  isNews,
  type Member,
  membersOf,
  type OrderGroups,
  type OrderMemory,
  submissionOf,
} from './order-memory.ts';
import type { WireLeg, WireOrder } from './wire.ts';

/** No list of open orders tells of a held leg: its group is asked for this often at least. */
const HELD_KNOWN_FOR_MS = 300_000;
/** So many of them at one look, or all that were first seen together would be asked for together. */
const MOST_OVERDUE = 2;

type Rows = ReadonlyMap<string, WireOrder>;
type Before = { readonly groups: OrderGroups; readonly members: ReadonlyMap<string, Member> };

/** What was read, before it is known which of it matters. */
export type FoundOrders = {
  readonly groups: OrderGroups;
  /** What was listed, what is not guarded included. */
  readonly listed: readonly WireOrder[];
};

/**
 * Looks only at what may have changed since the last complete look: what was submitted since,
 * what is open, and by itself each group of which these tell something new, or no longer tell.
 */
export class NarrowLook {
  readonly #lists: OrderLists;
  readonly #families: OrderFamilies;
  /** When each group with a held leg was last asked for, and was as it had been before. */
  #askedAt = new Map<string, EpochMs>();

  constructor(lists: OrderLists, families: OrderFamilies) {
    this.#lists = lists;
    this.#families = families;
  }

  /**
   * All that `memory` holds, as it is now, and what has come since.
   *
   * @returns null where more than `mostAsked` groups would have to be asked for, or one is gone:
   *   then everything is to be read
   * @throws BrokerError
   */
  async take(
    memory: OrderMemory,
    when: { readonly now: EpochMs; readonly after: EpochMs },
    mostAsked: number,
    lane: Lane,
  ): Promise<FoundOrders | null> {
    // Both at once: whoever waits for the look may have shares without a stop.
    const [recent, open] = await Promise.all([
      this.#lists.ordersAfter(when.after, lane),
      this.#lists.open(lane),
    ]);
    const listed = [...recent, ...open];
    const rows = latest(listed.filter(isGuarded));
    const known = eachOnce(memory.groups, this.#families);
    const before = { groups: known, members: membersOf(known) };
    const doubtful = this.#doubtful(before, rows, new Set(open.map(({ id }) => id)));
    const ids = [...doubtful, ...this.#overdue(known, when.now)];
    const asked = await this.#ask(ids, before.members, mostAsked, lane);
    if (asked === null) return null;
    this.#noteAsked(asked, known, when.now);
    const groups = withRows(new Map([...known, ...asked]), rows);
    return { groups: byNewest(groups), listed };
  }

  /** Ids of orders whose groups have to be asked for, the oldest first: parents before legs. */
  #doubtful({ groups, members }: Before, rows: Rows, openIds: ReadonlySet<string>): string[] {
    const doubtful = new Set<string>();
    const isGone = (wire: WireLeg): boolean =>
      !hasEnded(wire) && wire.status !== 'held' && !openIds.has(wire.id);
    for (const row of [...rows.values()].reverse()) {
      const known = members.get(row.id);
      const isTold = this.#isAlone(row, groups) || (known && isSame(row, known.wire));
      if (!isTold || isGone(row)) doubtful.add(row.id);
      // One list may tell of the successor, and the other of the time before it.
      const old = rows.get(row.replaces ?? '') ?? members.get(row.replaces ?? '')?.wire;
      if (old !== undefined && stands(old) && !hasEnded(row)) doubtful.add(old.id);
    }
    for (const { wire } of members.values()) {
      if (isGone(wire) && !rows.has(wire.id)) doubtful.add(wire.id);
    }
    // What is held waits for another of its group; where none is open, it may be over as well.
    for (const group of groups.values()) {
      if (!hasLegs(group) && group.status !== 'held') continue;
      const live = [group, ...(group.legs ?? [])].filter((one) => !hasEnded(one));
      if (live.length > 0 && !live.some(({ id }) => openIds.has(id))) doubtful.add(group.id);
    }
    return [...doubtful];
  }

  /** A row of such an order tells all of it. */
  #isAlone(row: WireOrder, groups: OrderGroups): boolean {
    // Asked of every row, so that also what replaces a leg is known as one.
    const parentId = this.#families.parentOf(row);
    const isSimple = row.order_class === '' || row.order_class === 'simple';
    return isSimple && parentId === null && !hasLegs(groups.get(row.id));
  }

  #overdue(groups: OrderGroups, now: EpochMs): readonly string[] {
    const held = [...groups].filter(([, { legs }]) =>
      legs?.some(({ status }) => status === 'held'),
    );
    this.#askedAt = new Map(held.map(([id]) => [id, this.#askedAt.get(id) ?? now]));
    return [...this.#askedAt]
      .filter(([, askedAt]) => msBetween(now, askedAt) >= HELD_KNOWN_FOR_MS)
      .sort(([, one], [, other]) => (one < other ? -1 : 1))
      .slice(0, MOST_OVERDUE)
      .map(([id]) => id);
  }

  /** One that has changed may go on changing, in what no list tells: it is asked for once more. */
  #noteAsked(asked: OrderGroups, before: OrderGroups, now: EpochMs): void {
    for (const [id, group] of asked) {
      const known = before.get(id);
      const isSettled = known !== undefined && isSameGroup(group, known);
      this.#askedAt.set(id, isSettled ? now : Number.NEGATIVE_INFINITY);
    }
  }

  /** Null when one of them is not there, or they are too many. */
  async #ask(
    ids: readonly string[],
    members: Before['members'],
    mostAsked: number,
    lane: Lane,
  ): Promise<Map<string, WireOrder> | null> {
    const asked = new Map<string, WireOrder>();
    const ask = async (wanted: ReadonlySet<string>): Promise<boolean> => {
      const missing = [...wanted].filter((id) => !asked.has(id));
      if (asked.size + missing.length > mostAsked + MOST_OVERDUE) return false;
      const found = await Promise.all(missing.map((id) => this.#lists.group(id, lane)));
      for (const group of found) {
        if (group === null) return false;
        this.#families.learn(group);
        asked.set(group.id, group);
      }
      return true;
    };
    const known = ids.filter((id) => members.has(id));
    const groups = new Set(known.flatMap((id) => this.#groupsOf(id, members)));
    if (!(await ask(groups))) return null;
    for (const id of ids) {
      // New ones come one by one: the group that is asked for may tell whose legs the others are.
      if (!members.has(id) && !(await ask(new Set(this.#groupsOf(id, members))))) return null;
    }
    return asked;
  }

  /** The group that an order belongs to, and where it was kept until now. */
  #groupsOf(id: string, members: Before['members']): readonly string[] {
    const headId = this.#families.parentOf({ id, replaces: null });
    const keptIn = members.get(id)?.groupId ?? null;
    if (headId === null) return [keptIn ?? id];
    return keptIn === null ? [headId] : [headId, keptIn];
  }
}

/** Of an order that two lists tell of, what counts. */
function latest(listed: readonly WireOrder[]): Rows {
  const rows = new Map<string, WireOrder>();
  for (const row of listed) if (isNews(rows.get(row.id), row)) rows.set(row.id, row);
  return rows;
}

/** What no group tells of stands for itself. */
function withRows(groups: Map<string, WireOrder>, rows: Rows): OrderGroups {
  const members = membersOf(groups);
  for (const row of rows.values()) {
    const known = members.get(row.id);
    const isAlone =
      known === undefined || (known.groupId === row.id && !hasLegs(groups.get(row.id)));
    if (isAlone && isNews(known?.wire, row)) groups.set(row.id, row);
  }
  return groups;
}

function byNewest(groups: OrderGroups): OrderGroups {
  const timed = [...groups].map(([id, wire]) => ({ id, wire, at: submissionOf(wire) }));
  timed.sort((one, other) => other.at - one.at);
  return new Map(timed.map(({ id, wire }) => [id, wire]));
}

/** One that is being replaced lives beside its successor for a while. */
const stands = (wire: WireLeg): boolean => !hasEnded(wire) && wire.status !== 'pending_replace';

const hasLegs = (group: WireOrder | undefined): boolean => (group?.legs ?? []).length > 0;
