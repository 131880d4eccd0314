import { z } from 'zod';
import { idArgument } from '../../../tools/shared/arguments.ts';
import { answered, defineTool, refused, type Tool } from '../../../tools/tool.ts';
import type { Mode } from '../../domain/environment.ts';
import { boardOf } from '../page/page-board.ts';
import type { AppDesk } from './app-desk.ts';

const planArguments = { plan_id: idArgument.min(1), hash: z.string().regex(/^[0-9a-f]{64}$/) };

/** What the app asks and tells. Hosts keep these from their models; nothing relies on it. */
export const appTools = (desk: AppDesk, mode: Mode): readonly Tool[] => {
  const tools = [showBoard(desk), showPlan(desk), answerPlan(desk)];
  return mode === 'execute' ? tools : tools.filter(({ effect }) => effect === 'reads');
};

export const SHOW_PLAN = 'show_plan';

const showBoard = (desk: AppDesk): Tool =>
  defineTool({
    name: 'show_board',
    title: 'Board',
    description: "For the app: the whole account, for a person's board.",
    effect: 'reads',
    input: z.strictObject({}),
    output: z.object({ board: z.unknown() }),
    run(_, { bigBrother, now }) {
      const snapshot = bigBrother.snapshot();
      if (snapshot === null) return refused('not_ready', 'The account has not been read yet.');
      return answered({ board: boardOf(bigBrother, snapshot, desk.waiting(), now) });
    },
  });

const showPlan = (desk: AppDesk): Tool =>
  defineTool({
    name: SHOW_PLAN,
    title: 'Plan',
    description: 'For the app: one plan as it stands, for the card that a person answers.',
    effect: 'reads',
    input: z.strictObject(planArguments),
    output: z.object({ card: z.unknown() }),
    run({ plan_id: planId, hash }, { now }) {
      const card = desk.card(planId, hash, now);
      return card === null
        ? refused('plan_unknown', 'No plan of this id and hash was proposed here.')
        : answered({ card });
    },
  });

const answerPlan = (desk: AppDesk): Tool =>
  defineTool({
    name: 'answer_plan',
    title: 'Answer a plan',
    description: "For the app: a person's click on the card. Sends no order.",
    effect: 'acts',
    input: z.strictObject({
      ...planArguments,
      secret: z.string().max(100),
      answer: z.enum(['approve', 'reject']),
    }),
    output: z.object({ answer: z.string() }),
    run({ plan_id: planId, hash, secret, answer }) {
      const because = desk.answer({ planId, hash, secret, answer });
      return because === null ? answered({ answer }) : refused('approval_needed', `${because}.`);
    },
  });

/** The names of all of them, with what each does, for the scopes of tokens. */
export const APP_TOOLS: ReadonlyMap<string, Tool['effect']> = new Map([
  ['show_board', 'reads'],
  [SHOW_PLAN, 'reads'],
  ['answer_plan', 'acts'],
]);
