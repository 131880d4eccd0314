import { type Fields, fieldsOf, isFields, listOf, textOf } from '../wire.ts';
import type { PersonsWish } from './card-buttons.ts';
import type { CardView } from './card-view.ts';
import type { HostLink, ToolAnswer } from './host-link.ts';

export type Outcome = { readonly words: string; readonly tone: 'good' | 'bad' };

/** Carries out what a person asked for on a card, and tells the model what came of it. */
export class PlanDesk {
  readonly #host: HostLink;
  readonly #mayTellModel: () => boolean;

  constructor(host: HostLink, mayTellModel: () => boolean) {
    this.#host = host;
    this.#mayTellModel = mayTellModel;
  }

  /** @param secret what the server gave for this plan; empty where it gave none */
  async carryOut(wish: PersonsWish, view: CardView, secret: string): Promise<Outcome> {
    const outcome = await this.#outcomeOf(wish, view, secret);
    const about = `On the card of plan ${view.planId} the person chose: ${wish}.`;
    await this.#tellModel(`${about} ${outcome.words} Do not repeat it.`);
    return outcome;
  }

  #outcomeOf(wish: PersonsWish, view: CardView, secret: string): Promise<Outcome> {
    switch (wish) {
      case 'approve':
        return this.#approve(view, secret);
      case 'reject':
        return this.#reject(view, secret);
      case 'execute':
        return this.#execute(view);
      case 'halt':
        return this.#haltNewRisk();
    }
  }

  async #approve(view: CardView, secret: string): Promise<Outcome> {
    const objection = await this.#putUp(view);
    if (objection !== null) return bad(objection);
    const answer = await this.#answer(view, secret, 'approve');
    return answer.isError ? bad(errorOf(answer)) : this.#execute(view);
  }

  async #reject(view: CardView, secret: string): Promise<Outcome> {
    const objection = await this.#putUp(view);
    if (objection !== null) return bad(objection);
    const answer = await this.#answer(view, secret, 'reject');
    return answer.isError ? bad(errorOf(answer)) : good('Rejected. Nothing was sent.');
  }

  /** A plan waits for its person from when it is first executed; that sends nothing. */
  async #putUp(view: CardView): Promise<string | null> {
    if (view.state === 'waiting') return null;
    const answer = await this.#host.callTool('execute_plan', planOf(view));
    return codeOf(answer) === 'approval_needed' ? null : errorOf(answer);
  }

  #answer(view: CardView, secret: string, answer: 'approve' | 'reject'): Promise<ToolAnswer> {
    return this.#host.callTool('answer_plan', { ...planOf(view), secret, answer });
  }

  async #execute(view: CardView): Promise<Outcome> {
    const answer = await this.#host.callTool('execute_plan', planOf(view));
    if (answer.isError) return bad(errorOf(answer));
    const outcome = textOf(answer.fields.outcome) ?? 'unknown';
    const steps = listOf(answer.fields.parts)
      .map(fieldsOf)
      .map((part) => `${textOf(part.symbol) ?? ''} ${textOf(part.because) ?? ''}`);
    const because = textOf(answer.fields.because) ?? '';
    const words = [`Plan ${outcome}.`, because, ...steps].filter(Boolean).join(' ');
    return outcome === 'completed' ? good(words) : bad(words);
  }

  async #haltNewRisk(): Promise<Outcome> {
    const proposed = await this.#host.callTool('propose_plan', { intent: 'halt' });
    const { plan_id, hash } = proposed.fields;
    if (typeof plan_id !== 'string' || typeof hash !== 'string') return bad(errorOf(proposed));
    const done = await this.#host.callTool('execute_plan', { plan_id, hash });
    if (done.isError) return bad(errorOf(done));
    return good('Halted: no new risk is taken. "bigbrother resume" in a terminal ends it.');
  }

  async #tellModel(text: string): Promise<void> {
    if (!this.#mayTellModel()) return;
    const content = [{ type: 'text', text }];
    await this.#host.request('ui/update-model-context', { content }).catch(() => undefined);
  }
}

const planOf = ({ planId, hash }: CardView): Fields => ({ plan_id: planId, hash });
const good = (words: string): Outcome => ({ words, tone: 'good' });
const bad = (words: string): Outcome => ({ words, tone: 'bad' });

const codeOf = ({ fields }: ToolAnswer): string | null => textOf(fieldsOf(fields.error).code);

/** What went wrong and what to do, as the server says it. */
export function errorOf({ fields, text, isError }: ToolAnswer): string {
  if (isFields(fields.error)) {
    const { message, next_step: nextStep } = fields.error;
    return [message, nextStep].filter((words) => typeof words === 'string').join(' ');
  }
  return text === '' ? `It came to ${isError ? 'an error' : 'nothing'}.` : text;
}
