import type { BoardEnvironment, BoardView, TradingState } from './board-view.ts';
import { element, setAttribute, setText } from './dom.ts';
import { direction, dollars, duration, gain, percent, timeOfDay } from './figures.ts';

const MONEY: Readonly<Record<BoardEnvironment, string>> = {
  live: 'Real money',
  paper: 'Paper account, no real money',
  simulated: 'Simulated exchange, no real money',
  unknown: 'It is not known whether this is real money',
};

const TRADING: Readonly<Record<TradingState, string>> = {
  active: 'Trading active',
  reducing: 'Reducing: only exits and protection',
  halted: 'Halted',
  unknown: 'Trading state unknown',
};

/** Older than this and it is said in a colour that warns. */
const STALE_SECONDS = 15;

/** Whose account, and whether it is real money: what nobody may overlook. */
export class Banner {
  readonly root: HTMLElement;
  readonly #name = element('strong', 'banner-name');
  readonly #money = element('span', 'banner-money');
  readonly #account = element('span', 'banner-account');

  constructor() {
    this.root = element('div', 'banner', [this.#name, this.#money, this.#account]);
  }

  /** @param mode left out where it is empty, as the account is */
  show(environment: BoardEnvironment, account: string, mode: string): void {
    setAttribute(this.root, 'data-environment', environment);
    setText(this.#name, environment.toUpperCase());
    setText(this.#money, MONEY[environment]);
    const words = [
      ...(account === '' ? [] : [`Account ${account}`]),
      ...(mode === '' ? [] : [`mode ${mode}`]),
    ];
    setText(this.#account, words.join(', '));
  }
}

/** How things stand, in one line of chips, with the causes beneath. */
export class StateLine {
  readonly root: HTMLElement;
  readonly #trading = element('span', 'chip');
  readonly #guard = element('span', 'chip');
  readonly #session = element('span', 'chip');
  readonly #age = element('span', 'chip');
  readonly #causes = element('p', 'causes');

  constructor() {
    const chips = [this.#trading, this.#guard, this.#session, this.#age];
    this.root = element('div', 'state', [element('div', 'chips', chips), this.#causes]);
  }

  show(view: BoardView): void {
    const { tradingState, isGuarded, session, dataAgeSeconds } = view;
    chip(this.#trading, TRADING[tradingState], tradingState === 'active' ? 'good' : 'bad');
    const guard = isGuarded ? 'Guarded' : 'Not guarded: the loop is not running';
    chip(this.#guard, guard, isGuarded ? 'good' : 'bad');
    const until = session.until === null ? '' : ` until ${timeOfDay(session.until)}`;
    chip(this.#session, `${session.isOpen ? 'Market open' : 'Market closed'}${until}`, 'plain');
    const age = `Data ${duration(dataAgeSeconds)} old`;
    chip(this.#age, age, dataAgeSeconds > STALE_SECONDS ? 'bad' : 'plain');
    const blocked = view.account.blockedBecause;
    const causes = [...view.tradingStateCauses, ...(blocked === null ? [] : [blocked])];
    setText(this.#causes, causes.join('. '));
    setAttribute(this.#causes, 'hidden', causes.length === 0 ? '' : null);
  }
}

function chip(node: HTMLElement, words: string, tone: 'good' | 'bad' | 'plain'): void {
  setText(node, words);
  setAttribute(node, 'data-tone', tone);
}

const FIGURES = [
  'Equity',
  'Day P/L',
  'Gross exposure',
  'Net exposure',
  'Drawdown',
  'Worst loss',
] as const;
type Figure = (typeof FIGURES)[number];
const NOTES: Readonly<Partial<Record<Figure, string>>> = {
  Drawdown: 'from the peak',
  'Worst loss': 'stops with a gap',
};

/** What the whole account comes to. */
export class Figures {
  readonly root: HTMLElement;
  readonly #values: Readonly<Record<Figure, HTMLElement>>;

  constructor() {
    const value = () => element('dd', 'figure');
    this.#values = {
      Equity: value(),
      'Day P/L': value(),
      'Gross exposure': value(),
      'Net exposure': value(),
      Drawdown: value(),
      'Worst loss': value(),
    };
    const pairs = FIGURES.map((name) => {
      const note = NOTES[name];
      const term = element('dt', '', [name]);
      if (note !== undefined) term.append(element('span', 'note', [` ${note}`]));
      return element('div', 'pair', [term, this.#values[name]]);
    });
    this.root = element('dl', 'figures', pairs);
  }

  show({ account, exposure, drawdownPercent, worstLoss }: BoardView): void {
    const values = this.#values;
    setText(values.Equity, dollars(account.equity));
    setText(values['Day P/L'], gain(account.dayProfitLoss));
    setAttribute(values['Day P/L'], 'data-direction', direction(account.dayProfitLoss));
    setText(values['Gross exposure'], dollars(exposure.gross));
    setText(values['Net exposure'], dollars(exposure.net));
    setText(values.Drawdown, percent(drawdownPercent));
    setText(values['Worst loss'], dollars(worstLoss));
  }
}
