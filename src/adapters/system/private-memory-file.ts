import { chmodSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import type { Clock } from '../../ports/clock.ts';
import type { MemoryFile } from '../../ports/memory-file.ts';

const FILE = 'memory.jsonl';

/** In a directory that only its owner can read; the server writes the file anew each time. */
export class PrivateMemoryFile implements MemoryFile {
  readonly path: string;
  readonly #clock: Pick<Clock, 'now'>;

  /** @param directory absolute: a relative path the server would look for beside its own code */
  constructor(directory: string, clock: Pick<Clock, 'now'>) {
    this.path = `${directory}/${FILE}`;
    this.#clock = clock;
  }

  exists(): boolean {
    return existsSync(this.path);
  }

  quarantine(): string | null {
    if (!this.exists() || this.#isSound()) return null;
    const aside = `${this.path}.corrupt-${this.#clock.now()}`;
    renameSync(this.path, aside);
    chmodSync(aside, 0o600);
    return aside;
  }

  clear(): void {
    rmSync(this.path, { force: true });
  }

  #isSound(): boolean {
    const lines = readFileSync(this.path, 'utf8').split('\n');
    return lines.every((line) => line.trim() === '' || isItem(line));
  }
}

function isItem(line: string): boolean {
  try {
    const item: unknown = JSON.parse(line);
    if (typeof item !== 'object' || item === null || !('type' in item)) return false;
    if (item.type === 'relation') return 'from' in item && 'to' in item && 'relationType' in item;
    const isEntity = item.type === 'entity' && 'name' in item && 'entityType' in item;
    return isEntity && 'observations' in item && Array.isArray(item.observations);
  } catch {
    return false;
  }
}
