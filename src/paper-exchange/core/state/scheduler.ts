import type { Milliseconds } from '../basics/types.ts';
import type { Task } from './tasks.ts';

type Entry = { readonly dueAt: Milliseconds; readonly sequence: number; readonly task: Task };

/** What is due later, earliest first; equal times keep the order in which they were asked for. */
export class Scheduler {
  private readonly heap: Entry[] = [];
  private sequence = 0;

  at(dueAt: Milliseconds, task: Task): void {
    this.sequence += 1;
    this.heap.push({ dueAt, sequence: this.sequence, task });
    this.rise(this.heap.length - 1);
  }

  nextDueAt(): Milliseconds | null {
    return this.heap[0]?.dueAt ?? null;
  }

  /** Takes the earliest task away. Null when nothing is due by `at`. */
  takeDue(at: Milliseconds): Entry | null {
    const first = this.heap[0];
    if (first === undefined || first.dueAt > at) return null;
    const last = this.heap.pop();
    if (last !== undefined && last !== first) {
      this.heap[0] = last;
      this.sink();
    }
    return first;
  }

  private rise(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.before(index, parent)) return;
      this.swap(index, parent);
      index = parent;
    }
  }

  private sink(): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= this.heap.length) return;
      const right = left + 1;
      const child = right < this.heap.length && this.before(right, left) ? right : left;
      if (!this.before(child, index)) return;
      this.swap(index, child);
      index = child;
    }
  }

  private before(left: number, right: number): boolean {
    const one = this.heap[left];
    const other = this.heap[right];
    if (one === undefined || other === undefined) return false;
    return one.dueAt < other.dueAt || (one.dueAt === other.dueAt && one.sequence < other.sequence);
  }

  private swap(left: number, right: number): void {
    const one = this.heap[left];
    const other = this.heap[right];
    if (one === undefined || other === undefined) return;
    this.heap[left] = other;
    this.heap[right] = one;
  }
}
