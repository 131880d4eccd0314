import type { Writable } from 'node:stream';

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
const CLEAR = '\u001b[2J';

/** A part of the terminal that is drawn over and over in place, without flicker. */
export class LiveScreen {
  readonly #out: Writable & { readonly columns?: number; readonly rows?: number };
  #open = false;

  constructor(out: Writable & { readonly columns?: number; readonly rows?: number }) {
    this.#out = out;
  }

  draw(lines: readonly string[]): void {
    const columns = this.#out.columns ?? 100;
    const rows = this.#out.rows ?? 40;
    const fitting = lines.slice(0, rows - 1).map((line) => line.slice(0, columns - 1));
    const opening = this.#open ? HOME : HIDE_CURSOR + CLEAR + HOME;
    this.#open = true;
    this.#out.write(
      opening + fitting.map((line) => `${line}${CLEAR_LINE}\n`).join('') + CLEAR_BELOW,
    );
  }

  /** Leaves the last picture standing and gives the cursor back. */
  close(): void {
    if (this.#open) this.#out.write(SHOW_CURSOR);
    this.#open = false;
  }
}
