import { expect, it } from 'vitest';
import { z } from 'zod';
import { errorAdvice } from '../../tools/errors.ts';
import { toolsFor } from '../../tools/index.ts';
import type { Tool } from '../../tools/tool.ts';

const FILE = '../../docs/tools.md';

type Schema = {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly required?: readonly string[];
};

const schemaOf = (of: z.ZodType, io: 'input' | 'output'): Schema =>
  z.toJSONSchema(of, { io, unrepresentable: 'any' }) as Schema;

/** A type in the words of a reader. */
function typeOf({ type, enum: choices, const: only, items, anyOf, properties }: Schema): string {
  if (choices !== undefined) return choices.map((each) => `\`${each}\``).join(' ');
  if (only !== undefined) return `\`${String(only)}\``;
  if (anyOf !== undefined) return [...new Set(anyOf.map(typeOf))].join(' or ');
  if (items !== undefined) return `list of ${typeOf(items)}`;
  if (properties !== undefined) return 'object';
  return [type ?? 'any'].flat().join(' or ');
}

/** Where the fields of a field are: in itself, in its items, or in the one that is not null. */
const insideOf = (schema: Schema): Schema['properties'] =>
  schema.properties ??
  (schema.items === undefined ? undefined : insideOf(schema.items)) ??
  schema.anyOf?.map(insideOf).find((found) => found !== undefined);

const cell = (text: string): string => text.replaceAll('|', '\\|');

function argumentRows({ properties = {}, required = [] }: Schema): string[] {
  return Object.entries(properties).map(([name, schema]) => {
    const isNeeded = required.includes(name) ? 'yes' : '';
    return `| \`${name}\` | ${typeOf(schema)} | ${isNeeded} | ${cell(schema.description ?? '')} |`;
  });
}

function* resultRows(properties: Schema['properties'], before = ''): Generator<string> {
  for (const [name, schema] of Object.entries(properties ?? {})) {
    const path = `${before}${name}`;
    yield `| \`${path}\` | ${typeOf(schema)} |`;
    const inside = insideOf(schema);
    if (inside !== undefined) yield* resultRows(inside, `${path}.`);
  }
}

const EFFECTS = {
  reads: 'It only reads.',
  proposes: 'It writes a plan down and sends nothing.',
  acts: 'It places orders. In `observe` it does not exist.',
} as const;

const sectionOf = ({ name, title, description, effect, input, output }: Tool): string =>
  [
    `## ${name}`,
    `${title}. ${description} ${EFFECTS[effect]}`,
    [
      '| argument | | needed | |',
      '|---|---|---|---|',
      ...argumentRows(schemaOf(input, 'input')),
    ].join('\n'),
    ['| result | |', '|---|---|', ...resultRows(schemaOf(output, 'output').properties)].join('\n'),
  ].join('\n\n');

const errorRows = Object.entries(errorAdvice).map(
  ([code, { retryable, nextStep }]) =>
    `| \`${code}\` | ${retryable ? 'yes' : ''} | ${cell(nextStep)} |`,
);

const page = `# The five tools

What an agent may call, with every argument and every field of an answer. This page is made from the
schemas that the server itself checks with; \`npx vitest run test/tools/document.test.ts -u\` writes it.

Arguments that are not listed are refused by name, money and shares are decimal text, times are
ISO-8601, and every answer says which environment and which mode it comes from. Long answers are cut
and count what they left out; \`cursor\` goes on there. How an agent should go about it is in the
server's own instructions: look, propose, show the plan to its person, execute exactly that plan.

${toolsFor('execute').map(sectionOf).join('\n\n')}

## Refusals

An error has a \`code\`, a sentence with the figures, what would pass where something would, and the
next step. A denial is ours, a rejection is the broker's, and an outcome that is unknown is neither:
never take an unknown order for dead.

| code | the same call may succeed later | next step |
|---|---|---|
${errorRows.join('\n')}
`;

it('the page on the tools is made from their schemas', async () => {
  await expect(page).toMatchFileSnapshot(FILE);
});

it('the page on the tools names every argument', () => {
  for (const { input } of toolsFor('execute')) {
    for (const name of Object.keys(input.shape)) expect(page).toContain(`| \`${name}\` |`);
  }
});
