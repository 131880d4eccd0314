import { renderBoard } from '../board.ts';
import { boardViewOf, type WaitingPlan } from '../board-view.ts';
import { element, setText } from '../dom.ts';
import { type Fields, fieldsOf, isFields, textOf, textsOf } from '../wire.ts';
import { PlanCard } from './card.ts';
import type { PersonsWish } from './card-buttons.ts';
import { cardOfProposal, cardViewOf } from './card-view.ts';
import { answerOf, HostLink, type ToolAnswer } from './host-link.ts';
import { followHost } from './host-theme.ts';
import { errorOf, PlanDesk } from './plan-desk.ts';

const PROTOCOL = '2026-01-26';
const LOOKS_AGAIN_MS = 3_000;
const SECRET_KEY = 'bigbrother/secret';
const NO_QUESTIONS = 'this program lets a page ask the server nothing';

type Plan = { readonly planId: string; readonly hash: string };

/** The page of the app: it shows what the tool that opened it answered, and keeps it current. */
class App {
  readonly #root: HTMLElement;
  readonly #host: HostLink;
  readonly #desk: PlanDesk;
  readonly #board = element('div', '');
  readonly #boardFrame = element(
    'div',
    '',
    [element('h1', 'for-readers', ['The guarded account']), this.#board],
    { hidden: '' },
  );
  readonly #note = element('p', 'note message', ['Waiting for the answer…'], { role: 'status' });
  readonly #card: PlanCard;
  readonly #back = element('button', '', ['Back to the board'], { type: 'button', hidden: '' });
  readonly #cardFrame: HTMLElement;
  #capabilities: Fields = {};
  #plan: Plan | null = null;
  /** Of the plan on the card; never in the document. */
  #secret = '';
  #hasBoard = false;
  #isBusy = false;
  /** What it came to stays in sight. */
  #isAnswered = false;
  #isOver = false;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.#host = new HostLink(window.parent, (method, params) => this.#hear(method, params));
    this.#desk = new PlanDesk(this.#host, () => 'updateModelContext' in this.#capabilities);
    this.#card = new PlanCard((wish) => void this.#carryOut(wish));
    this.#back.addEventListener('click', () => this.#showBoardAgain());
    this.#cardFrame = element('div', 'card-frame', [this.#back, this.#card.root], { hidden: '' });
    root.append(this.#note, this.#boardFrame, this.#cardFrame);
  }

  async start(): Promise<void> {
    new ResizeObserver(() => this.#tellSize()).observe(this.#root);
    window.setInterval(() => this.#card.tick(), 1_000);
    window.setInterval(() => void this.#lookAgain(), LOOKS_AGAIN_MS);
    const { hostCapabilities, hostContext } = await this.#host.request('ui/initialize', {
      protocolVersion: PROTOCOL,
      appInfo: { name: 'bigbrother-guard', version: '1' },
      appCapabilities: { availableDisplayModes: ['inline', 'fullscreen'] },
    });
    this.#capabilities = fieldsOf(hostCapabilities);
    followHost(fieldsOf(hostContext));
    this.#host.notify('ui/notifications/initialized', {});
    this.#tellSize();
  }

  #hear(method: string, params: Fields): void {
    if (method === 'ui/notifications/tool-result') void this.#showAnswer(answerOf(params));
    if (method === 'ui/notifications/tool-cancelled') this.#say('The call was canceled.');
    if (method === 'ui/notifications/host-context-changed') followHost(params);
    if (method === 'ui/resource-teardown') this.#isOver = true;
  }

  async #showAnswer(answer: ToolAnswer): Promise<void> {
    const { plan_id: planId, hash } = answer.fields;
    if (typeof planId === 'string' && typeof hash === 'string') {
      const card = cardOfProposal(answer.fields, NO_QUESTIONS);
      if (card !== null) this.#card.show(card, false);
      this.#openCard({ planId, hash });
      return this.#readPlan();
    }
    if (this.#drawBoard(answer.fields)) return this.#readBoard();
    const because = textsOf(answer.fields.because).join('; ');
    this.#say(because === '' ? errorOf(answer) : because);
  }

  /** @returns false when it is no account that was answered */
  #drawBoard(fields: Fields): boolean {
    const view = boardViewOf(fields);
    if (view === null) return false;
    const canOpen = this.#canAsk();
    renderBoard(this.#board, view, canOpen ? { openPlan: (plan) => this.#openWaiting(plan) } : {});
    this.#hasBoard = true;
    this.#boardFrame.hidden = this.#plan !== null;
    this.#note.hidden = true;
    return true;
  }

  #openWaiting({ planId, hash }: WaitingPlan): void {
    this.#openCard({ planId, hash });
    this.#back.focus();
    void this.#readPlan();
  }

  #openCard(plan: Plan): void {
    this.#plan = plan;
    this.#isAnswered = false;
    this.#secret = '';
    this.#back.hidden = !this.#hasBoard;
    this.#cardFrame.hidden = this.#card.view?.hash !== plan.hash;
    this.#boardFrame.hidden = true;
    this.#note.hidden = true;
  }

  #showBoardAgain(): void {
    this.#plan = null;
    this.#secret = '';
    this.#cardFrame.hidden = true;
    this.#boardFrame.hidden = false;
    void this.#readBoard();
  }

  async #lookAgain(): Promise<void> {
    if (this.#isOver || this.#isBusy || document.visibilityState === 'hidden') return;
    if (this.#plan !== null) return this.#isAnswered ? undefined : this.#readPlan();
    if (this.#hasBoard) return this.#readBoard();
  }

  async #readBoard(): Promise<void> {
    const answer = await this.#ask('show_board', {});
    if (answer !== null && this.#plan === null) this.#drawBoard(fieldsOf(answer.fields.board));
  }

  async #readPlan(): Promise<void> {
    const plan = this.#plan;
    if (plan === null) return;
    const answer = await this.#ask('show_plan', { plan_id: plan.planId, hash: plan.hash });
    const view = answer === null ? null : cardViewOf(answer.fields.card);
    // Meanwhile another one may have been opened, or this one been answered.
    if (answer === null || view === null || this.#plan !== plan || this.#isBusy) return;
    this.#secret = textOf(answer.meta[SECRET_KEY]) ?? '';
    const isAsked = view.state === 'waiting' || view.state === 'proposed';
    const isHandedOver = this.#secret !== '' || !isAsked || view.notHereBecause !== null;
    const notHereBecause = isHandedOver
      ? view.notHereBecause
      : 'this program does not hand over what an approval takes';
    this.#card.show({ ...view, notHereBecause }, this.#secret !== '');
    this.#cardFrame.hidden = false;
  }

  async #carryOut(wish: PersonsWish): Promise<void> {
    const { view } = this.#card;
    if (view === null || this.#isBusy) return;
    this.#isBusy = true;
    this.#card.busy(true);
    this.#card.say('Sending…', 'plain');
    const outcome = await this.#desk
      .carryOut(wish, view, this.#secret)
      .catch((error: unknown) => ({ words: `No answer: ${String(error)}.`, tone: 'bad' as const }));
    this.#isBusy = false;
    this.#card.busy(false);
    await this.#readPlan();
    this.#card.say(outcome.words, outcome.tone);
    this.#isAnswered = true;
  }

  /** Null where the host lets nobody ask, or did not answer; what is shown stays. */
  async #ask(name: string, args: Fields): Promise<ToolAnswer | null> {
    if (!this.#canAsk()) return null;
    const answer = await this.#host.callTool(name, args).catch(() => null);
    return answer === null || answer.isError ? null : answer;
  }

  #canAsk(): boolean {
    return isFields(this.#capabilities.serverTools);
  }

  #say(words: string): void {
    setText(this.#note, words);
    this.#note.hidden = false;
  }

  #tellSize(): void {
    const { width, height } = this.#root.getBoundingClientRect();
    const size = { width: Math.ceil(width), height: Math.ceil(height) };
    this.#host.notify('ui/notifications/size-changed', size);
  }
}

const root = document.querySelector('main');
if (root !== null) void new App(root).start();
