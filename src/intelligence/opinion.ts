import type { ModelQuestion } from '../ports/host-model.ts';
import type { Thought } from './thought-chain.ts';

const MOST_LINES = 100;
const PREFERENCE = /^PREFER\|([a-z-]{1,20})$/;
const INSTRUCTIONS = [
  'You are asked for a second opinion on a decision about an open position in a brokerage account.',
  'It is shown beside the analysis, to the person whose account it is. It decides nothing, and',
  'nothing that you write is carried out. Say only what follows from the facts given.',
].join(' ');

/**
 * The question to a host's model: our own chain of thoughts, and the form of the answer. Nothing
 * that others wrote is in it, so that no text goes from one of them to another.
 */
export function opinionQuestion(
  chain: readonly Thought[],
  options: readonly string[],
  maxTokens: number,
): ModelQuestion {
  const names = options.join(' or ');
  const text = [
    ...chain.map(({ thought }, index) => `${index + 1}. ${thought}`),
    '',
    'Is anything missing or wrong in these thoughts? Answer in at most five short lines.',
    `Then end with one line of exactly this form, with ${names} or none: PREFER|option`,
  ].join('\n');
  return { instructions: INSTRUCTIONS, text, maxTokens };
}

/**
 * Which option an answer prefers: said in exactly one whole line of the form that was asked for.
 * Two different lines say nothing, and neither does an option that nobody named.
 */
export function preferenceIn(answer: string, options: readonly string[]): string | null {
  const said = answer
    .split('\n', MOST_LINES)
    .flatMap((line) => PREFERENCE.exec(line.trim())?.[1] ?? []);
  const [first] = said;
  if (first === undefined || said.some((each) => each !== first)) return null;
  return options.find((option) => option === first) ?? null;
}
