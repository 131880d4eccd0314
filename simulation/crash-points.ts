/** A process as its crash points see it. */
export type Mortal = {
  readonly isAlive: boolean;
  /** Told of each point that is reached; true: the process dies there. */
  reached(point: string, when: 'before' | 'after'): boolean;
};

const NEVER = new Promise<never>(() => {});
const known: string[] = [];
let current: Mortal | null = null;

/** Every await of the runtime, as the build has found them: `src/runtime/coordination/recovery.ts:12:3`. */
export const knownPoints = (): readonly string[] => known;

/** The build has found these awaits in a module. */
export function registerPoints(points: readonly string[]): void {
  known.push(...points);
}

/** From now on the code that runs is this process's. */
export function enter(mortal: Mortal | null): void {
  current = mortal;
}

/** Whether the code that runs is that of another living process, or what it has set in motion. */
export const isAnothersTurn = (process: Mortal): boolean =>
  current !== null && current !== process && current.isAlive;

/**
 * Stands in for what an await of the runtime waits for. What a dead process waits for never
 * comes, so that none of its code runs any more.
 */
export function crashPoint(point: string, awaited: unknown): unknown {
  const process = current;
  if (process === null) return awaited;
  if (!process.isAlive || process.reached(point, 'before')) {
    // What fails in the instant of a death is heard by nobody, as in a process that is gone.
    Promise.resolve(awaited).catch(() => undefined);
    return NEVER;
  }
  return new Promise((resolve, reject) => {
    const unless = (goOn: (value: unknown) => void) => (value: unknown) => {
      if (!process.isAlive) return;
      enter(process);
      if (!process.reached(point, 'after')) goOn(value);
    };
    Promise.resolve(awaited).then(unless(resolve), unless(reject));
  });
}
