import type { AttackCase } from './case.ts';
import type { Message } from './host-line.ts';
import type { House } from './house.ts';
import { proposed, wishes } from './lifecycle-cases.ts';

/** What a host may say in place of its person. None of it is a yes. */
const answers: readonly (readonly [string, Message | null])[] = [
  ['decline', { action: 'decline' }],
  ['cancel', { action: 'cancel' }],
  ['silence', null],
  ['decline with a yes in it', { action: 'decline', content: { approve: true } }],
  ['cancel with a yes in it', { action: 'cancel', content: { approve: true } }],
  ['accept without content', { action: 'accept' }],
  ['accept with empty content', { action: 'accept', content: {} }],
  ['accept with a no', { action: 'accept', content: { approve: false } }],
  ...['true', 'yes', 1, 'on', '', 0, 'TRUE', ' true'].map(
    (approve) =>
      [
        `accept with ${JSON.stringify(approve)}`,
        { action: 'accept', content: { approve } },
      ] as const,
  ),
  ...[null, [], [true], {}, { approve: true }].map(
    (approve) =>
      [
        `accept with ${JSON.stringify(approve)}`,
        { action: 'accept', content: { approve } },
      ] as const,
  ),
  ...['Approve', 'approved', 'yes', 'confirm', '__proto__', 'approve '].map(
    (name) =>
      [`accept under the name ${name}`, { action: 'accept', content: { [name]: true } }] as const,
  ),
  ['another action', { action: 'approve', content: { approve: true } }],
  ['capitals', { action: 'ACCEPT', content: { approve: true } }],
  ['a space after it', { action: 'accept ', content: { approve: true } }],
  ['the action in a list', { action: ['accept'], content: { approve: true } }],
  ['no action', { content: { approve: true } }],
  ['the content in a list', { action: 'accept', content: [{ approve: true }] }],
  ['the content as text', { action: 'accept', content: '{"approve":true}' }],
  ['the yes beside the content', { action: 'accept', approve: true }],
  ['an error', { error: { code: -32603, message: 'accept' } }],
  ['an error that says it is a yes', { error: { code: 0, message: '{"action":"accept"}' } }],
  ['an error with a yes in it', { error: { code: -32602, message: 'x', data: { approve: true } } }],
];
/** So many plans may wait for a person. */
const MOST_WAITING = 3;
const PROPER: Message = { action: 'accept', content: { approve: true } };

/** @returns a complaint where the plan ran all the same */
async function asked(house: House, ask: Message, answer: Message | null) {
  house.answersWith(() => answer);
  const plan = await proposed(house, ask);
  if (plan === null) return ['no plan came of it'];
  const first = await house.call('execute_plan', plan);
  const again = await house.call('execute_plan', plan);
  house.answersWith(() => ({ action: 'decline' }));
  const codes = [first, again].map(({ json }) => ((json.error ?? {}) as Message).code);
  const isNo = codes.every((code) => code === 'approval_needed' || code === 'approval_rejected');
  return isNo ? [] : [`it ended in ${codes.join(' and ')}`];
}

const sale = (index: number): Message => wishes[index % wishes.length] ?? {};

/** Answers that are none, where an answer would count; and the right one, where none does. */
const answerCases = (): AttackCase[] => [
  ...(['asked', 'strict', 'strictLive'] as const).flatMap((terms) =>
    answers.map(([name, answer], index) => ({
      ...{ name: `answered: ${name}, ${terms}`, terms, mayAct: false, perHouse: MOST_WAITING },
      act: (house: House) => asked(house, sale(index), answer),
    })),
  ),
  ...(['strict', 'strictLive'] as const).flatMap((terms) =>
    wishes.map((ask, index) => ({
      ...{
        name: `answered with a yes that does not count: ${index}, ${terms}`,
        terms,
        mayAct: false,
        perHouse: MOST_WAITING,
      },
      act: (house: House) => asked(house, ask, PROPER),
    })),
  ),
];

/** Answers to questions that were never put, before, while and after one is. */
const unasked = (id: unknown): Message => ({ id, result: PROPER });
const strayCases = (): AttackCase[] =>
  [-1, 0, 1, 2, 3, 7, 100, 'x', '0', '1', null, 1.5, [0], {}].map((id, index) => ({
    name: `an answer that nobody asked for: ${JSON.stringify(id)}`,
    ...{ terms: 'asked', mayAct: false, perHouse: MOST_WAITING },
    async act(house) {
      house.answersWith(() => null);
      house.line.say(unasked(id));
      const plan = await proposed(house, sale(index));
      if (plan === null) return ['no plan came of it'];
      const reply = house.send('execute_plan', plan);
      await house.wait(100);
      // Its own question has a number that it does not guess here, or that counts as its answer.
      if (typeof id === 'string' || id === -1 || id === null) house.line.say(unasked(id));
      house.line.say({ method: 'notifications/elicitation/complete', params: PROPER });
      house.line.say({ method: 'elicitation/complete', id: 999_999, params: PROPER });
      await house.wait(61_000);
      const { isError } = await house.settled(reply);
      return isError ? [] : ['it was executed'];
    },
  }));

/** Many questions at once, so that a person nods at one of them by mistake. */
const floodCases = (): AttackCase[] =>
  (['strict', 'strictLive', 'asked'] as const).map((terms) => ({
    ...{ name: `a flood of questions, ${terms}`, terms, mayAct: false, perHouse: MOST_WAITING },
    async act(house) {
      let questions = 0;
      house.answersWith(() => {
        questions += 1;
        return null;
      });
      const plans = [];
      for (let index = 0; index < 10; index += 1) plans.push(await proposed(house, sale(index)));
      const replies = plans.map((plan) => house.send('execute_plan', plan));
      await house.wait(100);
      const waiting = house.guarded.approvals.pending().length;
      await house.wait(61_000);
      const done = await house.all(replies);
      return [
        ...(done.every(({ isError }) => isError) ? [] : ['it was executed']),
        ...(waiting > 3 || questions > 3 ? [`${waiting} wait, ${questions} questions`] : []),
      ];
    },
  }));

export const approvalCases = (): readonly AttackCase[] => [
  ...answerCases(),
  ...strayCases(),
  ...floodCases(),
];
