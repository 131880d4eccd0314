import { type AttackCase, modes } from './case.ts';
import type { House, Reply } from './house.ts';
import {
  amountTricks,
  injections,
  MARK,
  oversized,
  smuggled,
  symbolTricks,
  toolNames,
  typeTricks,
} from './payloads.ts';

const HASH = 'a'.repeat(64);
const AAPL = { symbol: 'AAPL' };
const reduce = { intent: 'reduce', ...AAPL };

/** Each field of each tool, with arguments around it that are in order. */
export const fields: readonly (readonly [tool: string, field: string, around: object])[] = [
  ...(['symbol', 'detail', 'cursor', 'limit'] as const).map(
    (field) => ['get_portfolio_context', field, {}] as const,
  ),
  ['evaluate_position', 'symbol', {}],
  ['evaluate_position', 'entry', { symbol: 'KO' }],
  ['propose_plan', 'intent', AAPL],
  ['propose_plan', 'symbol', { intent: 'reduce', fraction: '0.1' }],
  ['propose_plan', 'symbol', { intent: 'exit' }],
  ['propose_plan', 'fraction', reduce],
  ['propose_plan', 'quantity', reduce],
  ['propose_plan', 'group', { intent: 'exit' }],
  ['propose_plan', 'weights', { intent: 'rebalance' }],
  ['propose_plan', 'entry', { intent: 'open', symbol: 'KO' }],
  ['execute_plan', 'plan_id', { hash: HASH }],
  ['execute_plan', 'hash', { plan_id: 'plan-00000000000000000000000000' }],
  ...(['symbol', 'since', 'until', 'kind', 'policy', 'outcome'] as const).map(
    (field) => ['get_history', field, {}] as const,
  ),
  ...(['plan_id', 'order_id', 'environment', 'detail', 'cursor', 'limit'] as const).map(
    (field) => ['get_history', field, {}] as const,
  ),
  ...(['view', 'hours', 'day'] as const).map((field) => ['get_history', field, AAPL] as const),
];

/** Fields that have words of their own, with the payload where one of those is expected. */
const WORDED: Readonly<Record<string, readonly string[]>> = {
  group: ['sector:', 'cluster:', 'AAPL,'],
  weights: ['AAPL=10,', 'AAPL='],
  entry: ['buy 1 stop 95 ', 'buy 1 stop ', 'buy '],
  day: ['2026-10-06..'],
};

const payloads: readonly (readonly [string, readonly unknown[]])[] = [
  ['injected text', injections],
  ['symbol trick', symbolTricks],
  ['amount trick', amountTricks],
  ['wrong type', typeTricks],
  ['oversized', oversized],
];

/** What a host is told must not carry on what somebody else wants it to read. */
export const echoIn = ({ message }: Reply): readonly string[] =>
  JSON.stringify(message).includes(MARK) ? ['the text comes back in the answer'] : [];

const called = (tool: unknown, args: unknown) => async (house: House) =>
  echoIn(await house.call(tool, args));

/** A payload in every field; over the modes in turn, and in all of them where orders are near. */
function fieldCases(): AttackCase[] {
  let turn = 0;
  return fields.flatMap(([tool, field, around]) =>
    payloads.flatMap(([kind, values]) =>
      values.flatMap((value, index) => {
        turn += 1;
        const isNear = tool === 'execute_plan' && kind !== 'oversized';
        const chosen = isNear ? modes : modes.slice(turn % 3, (turn % 3) + 1);
        return chosen.map((terms) => ({
          ...{
            name: `${tool}.${field}: ${kind} ${index}, ${terms}`,
            terms,
            mayAct: false,
            perHouse: 120,
          },
          act: called(tool, { ...around, [field]: value }),
        }));
      }),
    ),
  );
}

/** A payload in the middle of what a field may say. */
function wordedCases(): AttackCase[] {
  const worded = fields.flatMap(([tool, field, around]) =>
    (WORDED[field] ?? []).flatMap((before) =>
      [...injections, ...symbolTricks, ...amountTricks].map((value) => ({
        ...{ tool, field, around, value: `${before}${String(value)}` },
      })),
    ),
  );
  return worded.map(({ tool, field, around, value }, index) => ({
    name: `${tool}.${field}: a payload among its words ${index}`,
    terms: modes[index % modes.length] ?? 'execute',
    mayAct: false,
    perHouse: 120,
    act: called(tool, { ...around, [field]: value }),
  }));
}

/** What a tool has no field for. */
function smugglingCases(): AttackCase[] {
  const usual: readonly (readonly [string, object])[] = [
    ...[['get_portfolio_context', {}] as const, ['evaluate_position', AAPL] as const],
    ...[['propose_plan', { ...reduce, fraction: '0.1' }] as const],
    ...[['execute_plan', { plan_id: 'plan-x', hash: HASH }] as const, ['get_history', {}] as const],
  ];
  return usual.flatMap(([tool, around]) =>
    smuggled.flatMap(([name, value], index) =>
      modes.map((terms) => ({
        ...{ name: `${tool}: smuggled ${name.slice(0, 20)} ${index}, ${terms}`, terms },
        mayAct: false,
        perHouse: 120,
        async act(house) {
          // The one is a field of it; the other the language itself leaves out.
          const isKnown = (name === 'hash' && tool === 'execute_plan') || name === '__proto__';
          // An own property, also where the name means something to the language.
          const args = Object.defineProperty({ ...around }, name, { value, enumerable: true });
          const reply = await house.call(tool, args);
          return reply.isError || isKnown ? [] : ['it was taken'];
        },
      })),
    ),
  );
}

/** Tools that there are not, and arguments that are none. */
function namingCases(): AttackCase[] {
  const whole = [null, [], 'AAPL', 7, true, [{ symbol: 'AAPL' }]];
  const tools = [
    'get_portfolio_context',
    'evaluate_position',
    'propose_plan',
    'execute_plan',
    'get_history',
  ];
  return modes.flatMap((terms) => [
    ...toolNames.map((tool, index) => ({
      ...{
        name: `a tool called ${tool.slice(0, 20)} ${index}, ${terms}`,
        terms,
        mayAct: false,
        perHouse: 120,
      },
      async act(house: House) {
        const reply = await house.call(tool, { plan_id: 'plan-x', hash: HASH });
        return reply.isError ? [] : ['it answered'];
      },
    })),
    ...tools.flatMap((tool) =>
      whole.map((args, index) => ({
        ...{
          name: `${tool}: arguments that are none ${index}, ${terms}`,
          terms,
          mayAct: false,
          perHouse: 120,
        },
        act: called(tool, args),
      })),
    ),
  ]);
}

export const argumentCases = (): readonly AttackCase[] => [
  ...fieldCases(),
  ...wordedCases(),
  ...smugglingCases(),
  ...namingCases(),
];
