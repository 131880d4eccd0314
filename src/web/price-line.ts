import type { BoardPosition } from './board-view.ts';
import { element, setAttribute, setProperty, setText } from './dom.ts';
import { price } from './figures.ts';

const MARKS = ['stop', 'cost', 'profit', 'price'] as const;
type Mark = (typeof MARKS)[number];
/** Room left and right of the outermost mark, in percent of the line. */
const MARGIN = 6;
/** A line spans at least this part of the price: what is closer together is told apart by figures. */
const LEAST_SPAN = 0.04;

/**
 * Stop, average cost, price and take-profit on one line, the worse for the owner on the left:
 * a short position's line is turned around. For eyes only; `words` says the same.
 */
export class PriceLine {
  readonly root: HTMLElement;
  readonly #words: HTMLElement;
  readonly #risk: HTMLElement;
  readonly #marks: Readonly<Record<Mark, HTMLElement>>;

  constructor() {
    const mark = (name: Mark) => element('span', `mark mark-${name}`);
    this.#marks = {
      stop: mark('stop'),
      cost: mark('cost'),
      profit: mark('profit'),
      price: mark('price'),
    };
    this.#risk = element('span', 'line-risk');
    this.#words = element('span', 'for-readers');
    const drawn = element('span', 'line', [this.#risk, ...MARKS.map((name) => this.#marks[name])], {
      'aria-hidden': 'true',
    });
    this.root = element('span', 'line-frame', [drawn, this.#words]);
  }

  show(position: BoardPosition): void {
    const at: Readonly<Record<Mark, number | null>> = {
      stop: placeOf(position.stop),
      cost: placeOf(position.averageCost),
      profit: placeOf(position.takeProfit),
      price: placeOf(position.price),
    };
    const known = MARKS.flatMap((name) => at[name] ?? []);
    const [least, most] = [Math.min(...known), Math.max(...known)];
    const span = Math.max(most - least, most * LEAST_SPAN);
    const low = (least + most - span) / 2;
    const place = (value: number): number => {
      const part = (value - low) / span;
      const turned = position.side === 'short' ? 1 - part : part;
      return MARGIN + turned * (100 - 2 * MARGIN);
    };
    for (const name of MARKS) {
      const value = at[name];
      setAttribute(this.#marks[name], 'hidden', value === null ? '' : null);
      if (value !== null) setProperty(this.#marks[name], '--at', `${place(value).toFixed(1)}%`);
    }
    this.#showRisk(at.stop, at.price, place);
    setText(this.#words, wordsOf(position));
  }

  /** What is between the price and the stop is what may still be lost. */
  #showRisk(stop: number | null, now: number | null, place: (value: number) => number): void {
    const isKnown = stop !== null && now !== null;
    setAttribute(this.#risk, 'hidden', isKnown ? null : '');
    if (!isKnown) return;
    const [from, to] = [place(stop), place(now)].sort((a, b) => a - b);
    setProperty(this.#risk, '--from', `${(from ?? 0).toFixed(1)}%`);
    setProperty(this.#risk, '--to', `${(100 - (to ?? 0)).toFixed(1)}%`);
  }
}

/** A place on a line, and never an amount. */
function placeOf(text: string | null): number | null {
  const value = Number(text ?? Number.NaN);
  return Number.isFinite(value) ? value : null;
}

const wordsOf = ({ stop, averageCost, price: now, takeProfit }: BoardPosition): string =>
  [
    stop === null ? 'no stop' : `stop ${price(stop)}`,
    `average cost ${price(averageCost)}`,
    `price ${price(now)}`,
    takeProfit === null ? 'no take-profit' : `take-profit ${price(takeProfit)}`,
  ].join(', ');
