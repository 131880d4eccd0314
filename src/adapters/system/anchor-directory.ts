import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Anchor } from '../../domain/checkpoint.ts';
import type { AnchorPlace } from '../../ports/anchor-place.ts';

/** Where the anchors of an account stand in a directory. */
export const anchorFile = (directory: string, account: string): string =>
  join(directory, `${account}.anchors.jsonl`);

/** A directory on another disk, another machine or in a cloud: one line for each checkpoint. */
export class AnchorDirectory implements AnchorPlace {
  readonly name: string;
  readonly #path: string;

  /** @param account names the account, as its own directory does */
  constructor(directory: string, account: string) {
    this.name = directory;
    this.#path = anchorFile(directory, account);
  }

  // Not synchronous: what lies on another machine may hang, and the account must not with it.
  async put(anchor: Anchor): Promise<void> {
    await mkdir(this.name, { recursive: true });
    const file = await open(this.#path, 'a', 0o600);
    try {
      await file.appendFile(`${JSON.stringify(anchor)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  }
}
