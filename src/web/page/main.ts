import { Banner } from '../board-header.ts';
import { boardViewOf } from '../board-view.ts';
import { element, setAttribute, setText } from '../dom.ts';
import { fieldsOf, numberOf } from '../wire.ts';
import { ChartsPanel } from './charts-panel.ts';
import { Client, type Told } from './client.ts';
import { LoginForm, secretInAddress } from './login.ts';
import type { QueueView, RulesView, TapeView } from './page-data.ts';
import { QueuePanel } from './queue.ts';
import { RulesPanel } from './rules.ts';
import { StagedBoard } from './staged-board.ts';
import { type Tab, Tabs } from './tabs.ts';
import { TapePanel } from './tape.ts';
import { themeButton } from './theme.ts';
import { TimelinePanel } from './timeline.ts';

const LOOK_EVERY_MS = 1_000;
/** How often a part that is shown is asked for, in looks. */
const EVERY: Readonly<Record<Tab, number>> = {
  Board: 1,
  Plans: 1,
  Timeline: 3,
  Charts: 3,
  Rules: 5,
  Tape: 1,
};

/** The whole page: one look a second, and of the other parts only the one that is shown. */
class Page {
  readonly root: HTMLElement;
  readonly #client: Client;
  readonly #board: StagedBoard;
  readonly #queue: QueuePanel;
  readonly #timeline: TimelinePanel;
  readonly #plans: TimelinePanel;
  readonly #charts: ChartsPanel;
  readonly #rules = new RulesPanel();
  readonly #tape = new TapePanel();
  readonly #tabs: Tabs;
  readonly #banner = new Banner();
  readonly #lost = element('p', 'lost', [], { role: 'status' });
  readonly #onLogin: () => void;
  #looks = 0;
  #isRunning = false;

  constructor(client: Client, onLogin: () => void) {
    this.#client = client;
    this.#onLogin = onLogin;
    const board = element('div', 'board-root');
    this.#board = new StagedBoard(board, { openPlan: () => this.#tabs.show('Plans') });
    this.#queue = new QueuePanel(client, () => void this.#readQueue());
    this.#timeline = new TimelinePanel(client);
    this.#plans = new TimelinePanel(client, 'plans');
    const plans = element('div', 'plans', [
      this.#queue.root,
      element('h2', '', ['What became of plans']),
      this.#plans.root,
    ]);
    this.#charts = new ChartsPanel(client);
    this.#tabs = new Tabs(
      {
        ...{ Board: board, Plans: plans, Timeline: this.#timeline.root },
        ...{ Charts: this.#charts.root, Rules: this.#rules.root, Tape: this.#tape.root },
      },
      (tab) => {
        setAttribute(this.#banner.root, 'hidden', tab === 'Board' ? '' : null);
        void this.#refresh(tab, true);
      },
    );
    const out = element('button', 'quiet', ['Log out'], { type: 'button' });
    out.addEventListener('click', () => void client.post('/page/logout', {}).then(onLogin));
    this.root = element('div', 'page', [
      element('header', 'top', [
        element('h1', 'brand', ['BigBrother']),
        this.#tabs.root,
        element('div', 'top-end', [themeButton(), out]),
      ]),
      this.#lost,
      element('main', '', [
        // The board has one of its own.
        element('div', 'banner-part', [this.#banner.root]),
        this.#tabs.panels,
      ]),
      footer(),
    ]);
    setAttribute(this.#lost, 'hidden', '');
    // What nobody looks at is not asked for.
    document.addEventListener('visibilitychange', () => this.#wake());
  }

  async begin(): Promise<void> {
    this.#client.forget();
    this.#tabs.begin();
    this.#isRunning = true;
    void this.#look();
  }

  stop(): void {
    this.#isRunning = false;
  }

  async #look(): Promise<void> {
    if (!this.#isRunning || document.hidden) return;
    this.#looks += 1;
    const next = performance.now() + LOOK_EVERY_MS;
    await this.#readBoard();
    const { current } = this.#tabs;
    if (current !== 'Board' && this.#looks % EVERY[current] === 0) await this.#refresh(current);
    setTimeout(() => void this.#look(), Math.max(0, next - performance.now()));
  }

  #wake(): void {
    if (!document.hidden && this.#isRunning) void this.#look();
  }

  async #readBoard(): Promise<void> {
    const told = await this.#client.read<unknown>('/page/view/board');
    this.#tellConnection(told);
    if (told.outcome !== 'told') return;
    const view = boardViewOf(told.answer);
    const now = numberOf(fieldsOf(told.answer).now);
    if (now !== null) this.#queue.tellTime(now);
    if (view === null) return;
    this.#tabs.count('Plans', view.plansWaiting.length);
    document.title = `${view.plansWaiting.length > 0 ? `(${view.plansWaiting.length}) ` : ''}BigBrother, ${view.environment}`;
    this.#charts.offer(view.positions.map(({ symbol }) => symbol));
    this.#banner.show(view.environment, view.account.number, view.mode);
    setAttribute(this.#banner.root, 'hidden', this.#tabs.current === 'Board' ? '' : null);
    if (this.#tabs.current !== 'Board') return;
    this.#board.show(view);
  }

  async #readQueue(): Promise<void> {
    const told = await this.#client.read<QueueView>('/page/queue', true);
    if (told.outcome === 'told') this.#queue.show(told.answer);
  }

  async #refresh(tab: Tab, isWhole = false): Promise<void> {
    switch (tab) {
      case 'Board':
        return isWhole ? this.#readBoardAnew() : undefined;
      case 'Plans':
        await this.#readQueue();
        return this.#plans.refresh(isWhole);
      case 'Timeline':
        return this.#timeline.refresh(isWhole);
      case 'Charts':
        return this.#charts.refresh(isWhole);
      case 'Rules': {
        const told = await this.#client.read<RulesView>('/page/view/rules', isWhole);
        if (told.outcome === 'told') this.#rules.show(told.answer);
        return;
      }
      case 'Tape': {
        const told = await this.#client.read<{ tape: TapeView }>('/page/view/tape', isWhole);
        if (told.outcome === 'told') this.#tape.show(told.answer.tape);
      }
    }
  }

  #readBoardAnew(): Promise<void> {
    this.#client.forget();
    return this.#readBoard();
  }

  #tellConnection(told: Told<unknown>): void {
    if (told.outcome === 'login') this.#onLogin();
    const isLost = told.outcome === 'failed';
    setAttribute(this.#lost, 'hidden', isLost ? null : '');
    if (isLost) {
      setText(this.#lost, `What stands here is old: ${told.because}. It is asked again.`);
    }
  }
}

function footer(): HTMLElement {
  const link = element('a', '', ['https://www.tradingview.com/'], {
    ...{ href: 'https://www.tradingview.com/', rel: 'noreferrer noopener', target: '_blank' },
  });
  return element('footer', 'note', [
    'Charts: TradingView Lightweight Charts™, Copyright (c) 2026 TradingView, Inc. ',
    link,
  ]);
}

async function start(): Promise<void> {
  const client = new Client();
  const page = new Page(client, () => askLogin());
  const form = new LoginForm(client, () => showPage());
  const showPage = (): void => {
    document.body.replaceChildren(page.root);
    void page.begin();
  };
  const askLogin = (): void => {
    page.stop();
    document.body.replaceChildren(form.root);
  };
  const secret = secretInAddress();
  if (secret !== null) {
    askLogin();
    await form.enter(secret);
  } else {
    const told = await client.read('/page/queue', true);
    if (told.outcome === 'login') askLogin();
    else showPage();
  }
}

void start();
