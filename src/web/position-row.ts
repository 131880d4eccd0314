import type { BoardPosition, Cover } from './board-view.ts';
import { element, setAttribute, setText } from './dom.ts';
import { direction, duration, gain, price, quantity, rUnits } from './figures.ts';
import { PriceLine } from './price-line.ts';

export const POSITION_COLUMNS = [
  'Symbol',
  'Quantity',
  'Stop to price',
  'Price',
  'Avg cost',
  'Stop',
  'Take-profit',
  'R',
  'P/L',
  'Cover',
] as const;
type Column = (typeof POSITION_COLUMNS)[number];

const COVER_WORDS: Readonly<Record<Cover, string>> = {
  covered: 'Covered',
  partly: 'Partly naked',
  naked: 'Naked',
  unknown: 'Unknown',
};

/** One position; made once and then only told what changed. */
export class PositionRow {
  readonly root: HTMLElement;
  readonly #line = new PriceLine();
  readonly #cover = element('span', 'cover');
  readonly #side = element('span', 'side');
  readonly #cells: Readonly<Record<Column, HTMLElement>>;
  #shown: BoardPosition | null = null;

  constructor({ symbol }: BoardPosition) {
    const cell = (column: Column, children: readonly (Node | string)[] = []) => {
      const attributes = { role: 'cell', 'data-column': column };
      return element('div', 'cell figure', children, attributes);
    };
    this.#cells = {
      Symbol: element('div', 'cell symbol', [element('strong', '', [symbol]), this.#side], {
        role: 'rowheader',
        'data-column': 'Symbol',
      }),
      Quantity: cell('Quantity'),
      'Stop to price': cell('Stop to price', [this.#line.root]),
      Price: cell('Price'),
      'Avg cost': cell('Avg cost'),
      Stop: cell('Stop'),
      'Take-profit': cell('Take-profit'),
      R: cell('R'),
      'P/L': cell('P/L'),
      Cover: cell('Cover', [this.#cover]),
    };
    const cells = POSITION_COLUMNS.map((column) => this.#cells[column]);
    this.root = element('div', 'row', cells, { role: 'row' });
  }

  show(position: BoardPosition): void {
    if (position === this.#shown) return;
    this.#shown = position;
    const cells = this.#cells;
    setText(this.#side, position.side);
    setAttribute(this.#side, 'data-side', position.side);
    setText(cells.Quantity, quantity(position.quantity));
    setText(cells.Price, price(position.price));
    setText(cells['Avg cost'], price(position.averageCost));
    setText(cells.Stop, price(position.stop));
    setText(cells['Take-profit'], price(position.takeProfit));
    setText(cells.R, rUnits(position.r));
    setAttribute(cells.R, 'data-direction', direction(position.r));
    setText(cells['P/L'], gain(position.profitLoss));
    setAttribute(cells['P/L'], 'data-direction', direction(position.profitLoss));
    setText(this.#cover, coverWords(position));
    setAttribute(this.#cover, 'data-cover', position.cover);
    setAttribute(this.root, 'data-cover', position.cover);
    this.#line.show(position);
  }
}

function coverWords({ cover, nakedSeconds }: BoardPosition): string {
  const words = COVER_WORDS[cover];
  return nakedSeconds === null || cover === 'covered'
    ? words
    : `${words} ${duration(nakedSeconds)}`;
}
