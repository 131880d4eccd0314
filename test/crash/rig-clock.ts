import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import { ScaledClock } from '../../src/cli/exchange/scaled-clock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Time } from './words.ts';

/** The one time of all processes of the rig. */
export function rigClock({ wallStart, startAt, speed }: Time, wall: Clock = new SystemClock()) {
  for (;;) {
    const at = wall.now();
    const clock = new ScaledClock(wall, startAt + (at - wallStart) * speed, speed);
    // Who is set aside between two looks at the wall would be late for the rest of its life.
    if (wall.now() === at) return clock;
  }
}
