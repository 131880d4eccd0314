import { element } from '../dom.ts';
import { price } from '../figures.ts';
import type { TapeView } from './page-data.ts';

const ARROWS: Readonly<Record<string, string>> = { '-1': '▼', '0': '·', '1': '▲' };

/** What the simulated exchange prints, and what became of orders there. */
export class TapePanel {
  readonly root = element('div', 'tape');

  show(tape: TapeView): void {
    if (tape === null) {
      const words = 'Only a simulated exchange shows its tape.';
      this.root.replaceChildren(element('p', 'note', [words]));
      return;
    }
    this.root.replaceChildren(
      table(
        'Prints',
        ['Time', 'Symbol', 'Price', 'Size'],
        tape.prints.map(({ at, symbol, price: paid, size, move }) => [
          ...[time(at), symbol, `${price(paid)} ${ARROWS[String(move)] ?? ''}`, String(size)],
        ]),
      ),
      table(
        'Orders, as they happen',
        ['Time', 'Symbol', 'Event', 'Order'],
        tape.updates.map(({ at, symbol, event, what }) => [time(at), symbol, event, what]),
      ),
    );
  }
}

const time = (iso: string): string =>
  new Date(iso).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });

function table(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): HTMLElement {
  const head = element(
    'tr',
    '',
    columns.map((name) => element('th', '', [name], { scope: 'col' })),
  );
  const body = rows.map((row) =>
    element(
      'tr',
      '',
      row.map((cell) => element('td', 'figure', [cell])),
    ),
  );
  return element('section', 'rules-part', [
    element('table', 'tape-table', [
      element('caption', '', [caption]),
      element('thead', '', [head]),
      element('tbody', '', body),
    ]),
  ]);
}
