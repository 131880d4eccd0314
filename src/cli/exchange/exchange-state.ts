import { fileExists, readTextFile, replaceTextFile } from '../../adapters/system/files.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { JsonValue } from '../../paper-exchange/core/basics/types.ts';
import { readState, writeState } from '../../paper-exchange/core/state/saved-state.ts';
import type { PaperExchange } from '../../paper-exchange/exchange.ts';
import type { Clock } from '../../ports/clock.ts';
import { UsageError } from '../shared/failure.ts';
import { savedWorld, type World } from './exchange-world.ts';

export type SavedExchange = {
  readonly world: World;
  /** The exchange's time when it was saved. */
  readonly at: EpochMs;
  readonly exchange: JsonValue;
};

const SAVE_EVERY_MS = 60_000;

/** What the file holds; null when there is no file. @throws UsageError, FileError */
export function readExchange(file: string): SavedExchange | null {
  if (!fileExists(file)) return null;
  const text = readTextFile(file);
  try {
    const { world, at, exchange } = readState(text);
    if (typeof at === 'number' && exchange !== undefined) {
      return { world: savedWorld(world), at, exchange };
    }
  } catch (cause) {
    throw new UsageError(`${file}: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      cause,
    });
  }
  throw new UsageError(`${file} holds the state of something else; give another --state.`);
}

export function writeExchange(file: string, exchange: PaperExchange, world: World): void {
  const at = exchange.core.now;
  // Its own plain data: what `savedWorld` reads back.
  const plain = JSON.parse(JSON.stringify(world)) as JsonValue;
  replaceTextFile(file, writeState({ world: plain, at, exchange: exchange.save() }));
}

/** Saves every minute until the returned function is called; a failure is told, not thrown. */
export function saveEveryMinute(clock: Clock, save: () => void, tell: (line: string) => void) {
  let takeBack = clock.after(SAVE_EVERY_MS, saveAndGoOn);
  function saveAndGoOn(): void {
    try {
      save();
    } catch (error) {
      tell(`The state is not saved: ${error instanceof Error ? error.message : String(error)}.`);
    }
    takeBack = clock.after(SAVE_EVERY_MS, saveAndGoOn);
  }
  return (): void => takeBack();
}
