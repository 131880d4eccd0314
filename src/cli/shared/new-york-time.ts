import { newYorkWall } from '../../domain/new-york.ts';
import type { EpochMs } from '../../domain/time.ts';

/** An instant as a trader reads it: `Wed, 11 Mar 2026, 10:42:10`, New York time. */
export function newYorkTime(at: EpochMs): string {
  const shown = newYorkWall(at).toUTCString();
  return `${shown.slice(0, 16)}, ${shown.slice(17, 25)}`;
}
