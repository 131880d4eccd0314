import { element, setAttribute, setText } from '../dom.ts';
import type { CardView } from './card-view.ts';

/** What a person can ask for on a card. */
export type PersonsWish = 'approve' | 'reject' | 'execute' | 'halt';

/** A click that was under way when the card appeared was meant for something else. */
const ARMED_AFTER_MS = 700;
/** So long a halt waits for its second click. */
const HALT_ASKS_MS = 6_000;

/** The answers to a plan. Only a person's own click or key counts, never one that a script makes. */
export class CardButtons {
  readonly root: HTMLElement;
  readonly #yes = button('primary');
  readonly #no = button('');
  readonly #halt = button('danger');
  readonly #onWish: (wish: PersonsWish) => void;
  #wish: 'approve' | 'execute' = 'approve';
  #shownFor = '';
  #armedAt = Number.POSITIVE_INFINITY;
  #isHaltAsked = false;
  #isBusy = false;
  #isOver = false;

  constructor(onWish: (wish: PersonsWish) => void) {
    this.#onWish = onWish;
    this.root = element('div', 'buttons', [this.#yes, this.#no, this.#halt]);
    setText(this.#no, 'Reject');
    setText(this.#halt, 'Halt new risk');
    this.#listen(this.#yes, () => this.#onWish(this.#wish));
    this.#listen(this.#no, () => this.#onWish('reject'));
    this.#listen(this.#halt, () => this.#askHalt());
  }

  show(view: CardView, canAnswer: boolean): void {
    const { state, notHereBecause, environment, hash } = view;
    const isAsked = state === 'waiting' || state === 'proposed';
    const mayAnswer = isAsked && canAnswer && notHereBecause === null;
    const isReady = state === 'ready' || state === 'approved';
    this.#wish = isReady ? 'execute' : 'approve';
    const money = environment === 'live' ? ' with real money' : '';
    setText(this.#yes, isReady ? `Execute${money}` : `Approve and send${money}`);
    setAttribute(this.#yes, 'hidden', isReady || mayAnswer ? null : '');
    setAttribute(this.#yes, 'data-environment', environment);
    setAttribute(this.#no, 'hidden', mayAnswer ? null : '');
    if (this.#shownFor !== hash) this.#arm(hash);
    this.#isOver = false;
    this.#enable();
  }

  /** Its time is over. */
  end(): void {
    this.#isOver = true;
    this.#enable();
  }

  busy(isBusy: boolean): void {
    this.#isBusy = isBusy;
    this.#enable();
  }

  #arm(hash: string): void {
    this.#shownFor = hash;
    this.#armedAt = performance.now() + ARMED_AFTER_MS;
    window.setTimeout(() => this.#enable(), ARMED_AFTER_MS + 10);
  }

  #enable(): void {
    const isArmed = performance.now() >= this.#armedAt && !this.#isBusy;
    for (const each of [this.#yes, this.#no]) enable(each, isArmed && !this.#isOver);
    enable(this.#halt, !this.#isBusy);
  }

  #askHalt(): void {
    const isMeant = this.#isHaltAsked;
    this.#unaskHalt();
    if (isMeant) {
      this.#onWish('halt');
      return;
    }
    this.#isHaltAsked = true;
    setText(this.#halt, 'Yes, halt new risk');
    window.setTimeout(() => this.#unaskHalt(), HALT_ASKS_MS);
  }

  #unaskHalt(): void {
    this.#isHaltAsked = false;
    setText(this.#halt, 'Halt new risk');
  }

  #listen(target: HTMLElement, act: () => void): void {
    target.addEventListener('click', (event) => {
      if (event.isTrusted && target.getAttribute('aria-disabled') !== 'true') act();
    });
  }
}

const button = (kind: string): HTMLElement => element('button', kind, [], { type: 'button' });

/** It keeps the focus, unlike one that is `disabled`: nobody loses their place meanwhile. */
const enable = (target: HTMLElement, isEnabled: boolean): void =>
  setAttribute(target, 'aria-disabled', isEnabled ? null : 'true');
