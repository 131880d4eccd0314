import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import { ScaledClock } from '../../src/cli/exchange/scaled-clock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Time } from './words.ts';

/** The one time of all processes of the rig. */
export function rigClock({ wallStart, startAt, speed }: Time): Clock {
  const wall = new SystemClock();
  return new ScaledClock(wall, startAt + (wall.now() - wallStart) * speed, speed);
}
