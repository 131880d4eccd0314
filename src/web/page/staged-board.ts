import { type BoardActions, renderBoard } from '../board.ts';
import type { BoardPosition, BoardView } from '../board-view.ts';

/** What is written in one frame; all of five hundred rows at once would miss the next one. */
const ROWS_PER_FRAME = 40;

/** Draws a board over as many frames as its rows need, after what stands above them. */
export class StagedBoard {
  readonly #root: Element;
  readonly #actions: BoardActions;
  #shown: ReadonlyMap<string, BoardPosition> = new Map();
  #view: BoardView | null = null;
  #done = 0;
  #frame = 0;

  constructor(root: Element, actions: BoardActions) {
    this.#root = root;
    this.#actions = actions;
  }

  show(view: BoardView): void {
    cancelAnimationFrame(this.#frame);
    this.#view = view;
    this.#done = 0;
    this.#step();
  }

  #step(): void {
    if (this.#view === null) return;
    const rows = this.#view.positions.map((position, index) =>
      index < this.#done ? position : (this.#shown.get(position.symbol) ?? position),
    );
    renderBoard(this.#root, { ...this.#view, positions: rows }, this.#actions);
    this.#shown = new Map(rows.map((position) => [position.symbol, position]));
    const isDone = this.#done >= rows.length;
    this.#done += ROWS_PER_FRAME;
    if (!isDone) this.#frame = requestAnimationFrame(() => this.#step());
  }
}
