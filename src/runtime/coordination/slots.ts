/** A bound on how much is under way at a time; who comes first goes first. */
export class Slots {
  readonly #count: number;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  get hasRoom(): boolean {
    return this.#taken < this.#count;
  }

  /** Resolves, once there is room, with what gives the slot back; a second call does nothing. */
  async take(): Promise<() => void> {
    if (!this.hasRoom) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#taken += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.#waiting.shift();
      if (next === undefined) this.#taken -= 1;
      else next();
    };
  }
}
