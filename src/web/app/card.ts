import { Banner } from '../board-header.ts';
import { element, KeyedList, setAttribute, setText } from '../dom.ts';
import { dollars, duration, withGroups } from '../figures.ts';
import { PartBlock, VerdictBlock } from './card-blocks.ts';
import { CardButtons, type PersonsWish } from './card-buttons.ts';
import type { CardPart, CardView } from './card-view.ts';
import type { PlanState } from './plan-state.ts';

const STATE_WORDS: Readonly<Record<PlanState, string>> = {
  ready: 'Nobody has to agree: the agent may execute it.',
  proposed: 'Proposed. It needs your yes.',
  waiting: 'Waits for your yes.',
  approved: 'Approved.',
  rejected: 'Rejected. Nothing was sent.',
  expired: 'Expired. Nothing was sent.',
  used: 'Executed.',
  refused: 'It cannot run.',
};

/** Below so many seconds the time left is said in a colour that warns, and aloud. */
const SHORT_SECONDS = 30;

/** A plan as a person reads and answers it. */
export class PlanCard {
  readonly root: HTMLElement;
  readonly #banner = new Banner();
  readonly #effect = element('h1', 'effect');
  readonly #title = element('p', 'note');
  readonly #left = element('strong', 'figure time-left');
  readonly #loss = element('strong', 'figure loss');
  readonly #lossNote = element('span', 'note');
  readonly #asked = element('p', 'asked');
  readonly #parts: KeyedList<CardPart, PartBlock>;
  readonly #partsLeftOut = element('p', 'left-out');
  readonly #verdicts = new VerdictBlock();
  readonly #details = element('ul', 'detail-list');
  readonly #check = element('span', 'note figure');
  readonly #state = element('p', 'plan-state', [], { role: 'status' });
  readonly #buttons: CardButtons;
  #view: CardView | null = null;
  #endsAt = 0;
  #shownDetails = '';

  constructor(onWish: (wish: PersonsWish) => void) {
    this.#buttons = new CardButtons(onWish);
    const parts = element('div', 'parts');
    this.#parts = new KeyedList(parts, {
      keyOf: ({ symbol }) => symbol,
      create: () => new PartBlock(),
      update: (block, part) => block.show(part),
    });
    const facts = element('div', 'facts', [
      element('div', 'fact', [
        element('span', 'note', ['At worst it loses']),
        this.#loss,
        this.#lossNote,
      ]),
      element('div', 'fact', [element('span', 'note', ['Time left']), this.#left, this.#check]),
    ]);
    const more = element('details', '', [
      element('summary', '', ['All steps and reasons']),
      this.#details,
    ]);
    this.root = element('article', 'card', [
      this.#banner.root,
      element('header', '', [this.#effect, this.#title]),
      ...[facts, this.#asked, parts, this.#partsLeftOut, this.#verdicts.root, more],
      element('footer', 'answer', [this.#state, this.#buttons.root]),
    ]);
  }

  get view(): CardView | null {
    return this.#view;
  }

  /** @param canAnswer whether a click here can reach the server with what it asks for */
  show(view: CardView, canAnswer: boolean): void {
    this.#view = view;
    // By the seconds that are left, since this machine's clock may be another one.
    this.#endsAt = performance.now() + view.secondsLeft * 1000;
    this.#banner.show(view.environment, view.account, '');
    setText(this.#effect, withGroups(view.effect === '' ? view.title : view.effect));
    setText(this.#title, view.effect === '' ? '' : view.title);
    this.#showLoss(view.worstLoss);
    setText(this.#check, `plan code ${view.check}`);
    const asked = view.askedBecause.join('; ');
    setText(this.#asked, asked === '' ? '' : withGroups(`You are asked because ${asked}.`));
    this.#parts.show(view.parts);
    setText(
      this.#partsLeftOut,
      view.partsLeftOut === 0 ? '' : `${view.partsLeftOut} more symbols.`,
    );
    this.#verdicts.show(view.verdicts);
    this.#showDetails(view.details);
    this.#buttons.show(view, canAnswer);
    this.say(stateWords(view), toneOf(view.state));
    this.tick();
  }

  /** To be called every second: time passes without anybody saying so. */
  tick(): void {
    if (this.#view === null) return;
    const isOpen = ['ready', 'proposed', 'waiting', 'approved'].includes(this.#view.state);
    const seconds = (this.#endsAt - performance.now()) / 1000;
    setText(this.#left, isOpen ? (seconds > 0 ? duration(seconds) : 'over') : '–');
    const isShort = isOpen && seconds < SHORT_SECONDS;
    setAttribute(this.#left, 'data-short', isShort ? '' : null);
    if (isOpen && seconds <= 0) this.#buttons.end();
  }

  /** What became of it, in words; screen readers hear it. */
  say(words: string, tone: 'plain' | 'good' | 'bad'): void {
    setText(this.#state, words);
    setAttribute(this.#state, 'data-tone', tone);
  }

  busy(isBusy: boolean): void {
    this.#buttons.busy(isBusy);
  }

  #showLoss(loss: CardView['worstLoss']): void {
    setText(this.#loss, loss === null ? 'see the parts' : dollars(loss.withGap));
    setText(this.#lossNote, loss === null ? '' : lossWords(loss));
  }

  #showDetails(lines: readonly string[]): void {
    const joined = lines.join('\n');
    if (joined === this.#shownDetails) return;
    this.#shownDetails = joined;
    this.#details.replaceChildren(...lines.map((line) => element('li', '', [line])));
  }
}

function lossWords({ gapPercent, atStop }: NonNullable<CardView['worstLoss']>): string {
  const stops = atStop === null ? 'some shares have no stop' : `${dollars(atStop)} if stops hold`;
  return `with a gap of ${gapPercent} %; ${stops}`;
}

function stateWords({ state, because, notHereBecause }: CardView): string {
  const words = STATE_WORDS[state];
  const isAsked = state === 'proposed' || state === 'waiting';
  if (isAsked && notHereBecause !== null) {
    const when = state === 'proposed' ? ' as soon as the agent executes it' : '';
    const where = `In a terminal "bigbrother pending" shows it${when}`;
    return `${words} ${where}, since ${notHereBecause}.`;
  }
  return isAsked || because === null || state === 'ready' ? words : `${words} ${because}`;
}

function toneOf(state: PlanState): 'plain' | 'good' | 'bad' {
  if (state === 'used' || state === 'approved') return 'good';
  return state === 'refused' || state === 'expired' ? 'bad' : 'plain';
}
