import { expect, it } from 'vitest';
import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import { rigClock } from './rig-clock.ts';

/** A wall on which each of the first looks finds it a quarter of a second later. */
class Wall extends SystemClock {
  #at = 1_000_000;
  #left: number;

  constructor(lateLooks: number) {
    super();
    this.#left = lateLooks;
  }

  override now(): number {
    if (this.#left > 0) this.#at += 250;
    this.#left -= 1;
    return this.#at;
  }
}

it('a process that the machine sets aside while it starts has the time of the others', () => {
  const time = { wallStart: 999_000, startAt: 50_000, speed: 10 };
  expect(rigClock(time, new Wall(4)).now()).toBe(50_000 + (1_000 + 4 * 250) * 10);
  expect(rigClock(time, new Wall(0)).now()).toBe(50_000 + 1_000 * 10);
});
