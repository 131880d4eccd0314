import type { Anchor } from '../domain/checkpoint.ts';

/** Somewhere outside of the journal's own directory that remembers what it looked like. */
export interface AnchorPlace {
  /** In words, for example the path of a directory. */
  readonly name: string;
  /** Durable there when it resolves. @throws when it cannot be; the message says why */
  put(anchor: Anchor): Promise<void>;
}
