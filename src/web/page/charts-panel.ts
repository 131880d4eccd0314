import { element, setAttribute, setText } from '../dom.ts';
import { EquityChart, OutcomeChart, PriceChart } from './charts.ts';
import type { Client } from './client.ts';
import type { EquityView, PriceView } from './page-data.ts';

/** What it came to and how: equity, drawdown, R, and the price of one symbol. */
export class ChartsPanel {
  readonly root: HTMLElement;
  readonly #client: Client;
  readonly #symbol = document.createElement('select');
  readonly #equity = new Figure('Equity and drawdown', 'tall');
  readonly #outcomes = new Figure('R of every close, and their sum', 'low');
  readonly #price = new Figure('Price, stop and fills', 'tall');
  readonly #charts: {
    readonly equity: EquityChart;
    readonly outcomes: OutcomeChart;
    readonly price: PriceChart;
  };

  constructor(client: Client) {
    this.#client = client;
    this.#symbol.id = 'chart-symbol';
    this.#symbol.addEventListener('change', () => void this.#refreshPrice(true));
    const label = element('label', '', ['Symbol'], { for: this.#symbol.id });
    this.#price.head.append(element('div', 'filters', [label, this.#symbol]));
    this.root = element('div', 'charts', [
      ...[this.#equity.root, this.#price.root, this.#outcomes.root],
    ]);
    this.#charts = {
      equity: new EquityChart(this.#equity.frame),
      outcomes: new OutcomeChart(this.#outcomes.frame),
      price: new PriceChart(this.#price.frame),
    };
    const redraw = (): void => this.#theme();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
    new MutationObserver(redraw).observe(document.documentElement, {
      attributeFilter: ['data-theme'],
    });
  }

  /** @param symbols what is held now */
  offer(symbols: readonly string[]): void {
    const offered = [...this.#symbol.options].map(({ value }) => value);
    const chosen = this.#symbol.value;
    const sorted = [...new Set([...symbols, ...(chosen === '' ? [] : [chosen])])].sort();
    if (sorted.join() === offered.join()) return;
    this.#symbol.replaceChildren(...sorted.map((symbol) => new Option(symbol, symbol)));
    if (sorted.includes(chosen)) this.#symbol.value = chosen;
  }

  async refresh(isWhole = false): Promise<void> {
    await Promise.all([this.#refreshEquity(isWhole), this.#refreshPrice(isWhole)]);
  }

  async #refreshEquity(isWhole: boolean): Promise<void> {
    const told = await this.#client.read<EquityView>('/page/view/equity', isWhole);
    if (told.outcome !== 'told') return;
    this.#charts.equity.show(told.answer);
    this.#charts.outcomes.show(told.answer);
    this.#equity.say(equityWords(told.answer));
    this.#outcomes.say(outcomeWords(told.answer));
  }

  async #refreshPrice(isWhole: boolean): Promise<void> {
    const symbol = this.#symbol.value;
    if (symbol === '') return;
    const path = `/page/view/price?${new URLSearchParams({ symbol })}`;
    const told = await this.#client.read<PriceView>(path, isWhole);
    if (told.outcome !== 'told' || this.#symbol.value !== symbol) return;
    this.#charts.price.show(told.answer);
    this.#price.say(priceWords(told.answer));
  }

  #theme(): void {
    for (const chart of Object.values(this.#charts)) chart.theme();
  }
}

/** A chart with a name, and in words what it shows. */
class Figure {
  readonly root: HTMLElement;
  readonly head: HTMLElement;
  readonly frame: HTMLElement;
  readonly #title: string;
  readonly #words = element('figcaption', 'note figure');

  constructor(title: string, height: 'tall' | 'low') {
    this.#title = title;
    this.frame = element('div', `chart-frame ${height}`, [], { role: 'img' });
    this.head = element('div', 'chart-head', [element('h2', '', [title])]);
    this.root = element('figure', 'chart', [this.head, this.frame, this.#words]);
    this.say('Nothing is recorded yet.');
  }

  say(words: string): void {
    setText(this.#words, words);
    setAttribute(this.frame, 'aria-label', `${this.#title}. ${words}`);
  }
}

const money = (value: number): string =>
  value.toLocaleString('en-US', { style: 'currency', currency: 'USD' });

function equityWords({ equity }: EquityView): string {
  const [first, last] = [equity[0], equity.at(-1)];
  if (first === undefined || last === undefined) return 'No look at the account is recorded yet.';
  const low = Math.min(...equity.map(([, , lowest]) => lowest));
  const high = Math.max(...equity.map(([, , , highest]) => highest));
  const since = new Date(first[0]).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
  return `${money(last[1])} now; between ${money(low)} and ${money(high)} since ${since}.`;
}

function outcomeWords({ closes }: EquityView): string {
  if (closes.length === 0) return 'No position with a stop was closed yet, in whole or in part.';
  const sum = closes.reduce((total, { r }) => total + r, 0);
  const gains = closes.filter(({ r }) => r > 0).length;
  return `${closes.length} closes, ${gains} of them gains, together ${sum.toFixed(2)} R.`;
}

function priceWords({ symbol, prices, stops, fills, entry }: PriceView): string {
  const now = prices.at(-1)?.[1];
  const stop = stops.at(-1)?.[1] ?? null;
  return [
    `${symbol} ${now === undefined ? 'has no recorded price yet' : now.toFixed(2)}`,
    ...(entry === null ? [] : [`average cost ${entry.toFixed(2)}`]),
    stop === null ? 'no stop' : `stop ${stop.toFixed(2)}`,
    fills.length === 1 ? '1 fill' : `${fills.length} fills`,
  ].join(', ');
}
