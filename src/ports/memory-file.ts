/** The one file in which the Memory server keeps its graph. Nobody reads it while that runs. */
export interface MemoryFile {
  /** Its absolute path. */
  readonly path: string;
  /** True where something is kept. */
  exists(): boolean;
  /**
   * Puts a file aside that the server could not read; one bad line would fail every call.
   *
   * @returns where it lies now; null for a sound file, or none
   */
  quarantine(): string | null;
  /** Nothing is kept any more. */
  clear(): void;
}
