import { z } from 'zod';
import { fraction } from '../core/basics/duration.ts';
import { Random } from '../core/basics/random.ts';
import type { JsonValue, Milliseconds, Resumable } from '../core/basics/types.ts';
import { ObjectGraph } from '../core/state/object-graph.ts';
import { type Effect, type Point, points } from './effects.ts';
import {
  type Facts,
  type FaultRule,
  type FaultRuleInput,
  matches,
  ruleSchema,
  type When,
} from './rule.ts';

/** A rule that makes no sense; the message says where and why. */
export class FaultRuleError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FaultRuleError';
  }
}

export type FaultReport = {
  readonly rule: FaultRule & { readonly id: string };
  /** How many things it was about. */
  readonly matched: number;
  readonly fired: number;
};

/** An effect that takes place now, and the rule that wants it. */
export type Firing<Met extends Effect = Effect> = {
  readonly effect: Met;
  readonly rule: FaultReport['rule'];
  /** For what an effect needs to draw. */
  readonly draws: Random;
};

type State = {
  readonly rule: FaultReport['rule'];
  readonly draws: Random;
  matched: number;
  fired: number;
};

type Saved = {
  readonly states: ReadonlyMap<string, State>;
  readonly fired: ReadonlyMap<string, number>;
  readonly added: number;
};

const NONE: readonly never[] = [];
const SAVED_OBJECTS = new ObjectGraph({ Random });

/**
 * The faults in force. Each rule counts for itself and draws from a random stream of its own, so
 * that neither the market nor another rule changes when one is added or taken away.
 */
export class FaultBook implements Resumable {
  readonly #seed: string;
  readonly #states = new Map<string, State>();
  readonly #byPoint = new Map<string, State[]>();
  readonly #fired = new Map<string, number>();
  readonly #firedListeners: ((firing: Firing) => void)[] = [];
  readonly #addedListeners: (() => void)[] = [];
  #added = 0;

  constructor(seed: string, rules: readonly FaultRuleInput[] = []) {
    this.#seed = seed;
    for (const rule of rules) this.add(rule);
  }

  save(): JsonValue {
    return SAVED_OBJECTS.write({ states: this.#states, fired: this.#fired, added: this.#added });
  }

  /** Goes on with the rules that were saved, their counts and their draws. */
  restore(state: JsonValue): void {
    // What `save` wrote.
    const { states, fired, added } = SAVED_OBJECTS.read(state) as Saved;
    this.#states.clear();
    this.#fired.clear();
    for (const [id, one] of states) this.#states.set(id, one);
    for (const [id, times] of fired) this.#fired.set(id, times);
    this.#added = added;
    this.#sort();
    for (const listener of this.#addedListeners) listener();
  }

  /** Gives back the rule's id. @throws FaultRuleError */
  add(input: FaultRuleInput): string {
    const read = ruleSchema.safeParse(input);
    if (!read.success) throw new FaultRuleError(z.prettifyError(read.error));
    this.#added += 1;
    const id = read.data.id ?? `fault-${this.#added}`;
    if (this.#states.has(id)) throw new FaultRuleError(`a fault with the id ${id} is in force`);
    const draws = new Random(`${this.#seed} fault ${id}`);
    this.#states.set(id, { rule: { ...read.data, id }, draws, matched: 0, fired: 0 });
    this.#sort();
    for (const listener of this.#addedListeners) listener();
    return id;
  }

  /** False when there is no such rule. */
  remove(id: string): boolean {
    const isKnown = this.#states.delete(id);
    this.#sort();
    return isKnown;
  }

  /** Takes every rule away; what has fired stays counted. */
  clear(): void {
    this.#states.clear();
    this.#sort();
  }

  list(): readonly FaultReport[] {
    return [...this.#states.values()].map(({ rule, matched, fired }) => ({ rule, matched, fired }));
  }

  /** How often each rule has fired, those that were taken away included. */
  firedById(): ReadonlyMap<string, number> {
    return this.#fired;
  }

  onFired(listener: (firing: Firing) => void): void {
    this.#firedListeners.push(listener);
  }

  onAdded(listener: () => void): void {
    this.#addedListeners.push(listener);
  }

  /** Cheap: whether anything at all may go wrong there. */
  isAbout(point: Point<Effect>): boolean {
    return this.#byPoint.has(point.name);
  }

  has(kind: Effect['kind']): boolean {
    return [...this.#states.values()].some(({ rule }) => rule.what.kind === kind);
  }

  /** The effects that this thing meets, in the order in which their rules were added. */
  fire<Met extends Effect>(
    point: Point<Met>,
    now: Milliseconds,
    facts: () => Facts,
  ): readonly Firing<Met>[] {
    const states = this.#byPoint.get(point.name);
    if (states === undefined) return NONE;
    const known = facts();
    const firings: Firing<Met>[] = [];
    for (const state of [...states]) {
      const effect = state.rule.what;
      if (!point.holds(effect) || !this.#fires(state, now, known)) continue;
      const firing = { effect, rule: state.rule, draws: state.draws };
      firings.push(firing);
      for (const listener of this.#firedListeners) listener(firing);
    }
    return firings;
  }

  #fires(state: State, now: Milliseconds, facts: Facts): boolean {
    const { id, when, where } = state.rule;
    if (now < (when.from ?? now) || now >= (when.until ?? Number.POSITIVE_INFINITY)) return false;
    if (!matches(where, facts)) return false;
    state.matched += 1;
    if (!isChosen(when, state)) return false;
    state.fired += 1;
    this.#fired.set(id, (this.#fired.get(id) ?? 0) + 1);
    return true;
  }

  #sort(): void {
    this.#byPoint.clear();
    for (const point of Object.values(points)) {
      const states = [...this.#states.values()].filter(({ rule }) => point.holds(rule.what));
      if (states.length > 0) this.#byPoint.set(point.name, states);
    }
  }
}

function isChosen({ nth, every, probability, times }: When, state: State): boolean {
  const { matched, fired, draws } = state;
  const places = typeof nth === 'number' ? [nth] : nth;
  if (places !== undefined && !places.includes(matched)) return false;
  if (every !== undefined && matched % every !== 0) return false;
  if (probability !== undefined && fraction(draws) >= probability) return false;
  return times === undefined || fired < times;
}
