import { Rows } from '../basics/packed-rows.ts';
import type { Milliseconds } from '../basics/types.ts';

/** The newest quotes or trades of one symbol, in order of time; the oldest are forgotten. */
export class TickHistory<Tick extends { readonly at: Milliseconds }> {
  private readonly most: number;
  private readonly ticks = new Rows<Tick>();

  /** Keeps at least `most` ticks once there are so many, and never twice as many. */
  constructor(most: number) {
    this.most = most;
  }

  add(tick: Tick): void {
    const { items } = this.ticks;
    const last = items.at(-1);
    if (last === undefined || last.at <= tick.at) items.push(tick);
    else items.splice(firstAfter(items, tick.at), 0, tick);
    if (items.length >= 2 * this.most) this.ticks.items = items.slice(-this.most);
  }

  /** Those in `start`..`end`, both included, oldest first. */
  between(start: Milliseconds, end: Milliseconds): readonly Tick[] {
    const { items } = this.ticks;
    return items.slice(firstAfter(items, start - 1), firstAfter(items, end));
  }
}

/** The first place later than `at`; instants are whole milliseconds. */
function firstAfter(ticks: readonly { readonly at: Milliseconds }[], at: Milliseconds): number {
  let low = 0;
  let high = ticks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const tick = ticks[middle];
    if (tick !== undefined && tick.at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
