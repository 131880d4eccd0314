import { z } from 'zod';
import type { Tool } from '../../../tools/tool.ts';
import type { SystemStatus } from '../../domain/answers.ts';
import { isoTime } from '../../domain/time.ts';

const MOST_CAUSES = 2;
const MOST_LETTERS = 160;

/** Where the orders go and how far BigBrother may go: the first words of every result. */
const named = z.object({
  environment: z.enum(['simulated', 'paper', 'live']),
  mode: z.enum(['observe', 'propose', 'execute']),
  /** Absent while trading is active; else the state, since when, why and what ends it. */
  trading: z.string().optional(),
});
export type Named = z.infer<typeof named>;

/** The first words of a result, out of what holds in this instant. */
export function namedBy(status: SystemStatus): Named {
  const { environment, mode, tradingState, tradingStateCauses } = status;
  if (tradingState === 'active') return { environment, mode };
  const causes = tradingStateCauses.slice(0, MOST_CAUSES).map(({ since, because, clearedBy }) => {
    const why = because.length > MOST_LETTERS ? `${because.slice(0, MOST_LETTERS)}…` : because;
    return `since ${isoTime(since)}: ${why}; cleared by ${clearedBy}`;
  });
  const left = tradingStateCauses.length - causes.length;
  const more = left > 0 ? [`${left} more causes`] : [];
  return { environment, mode, trading: `${tradingState} ${[...causes, ...more].join(' | ')}` };
}

const errorSchema = z.object({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  would_pass: z.string().nullable(),
  next_step: z.string(),
  reference: z.string().optional(),
});

/** Every connection has the same tools: what is made of one is made for the first of them. */
function onceFor<Made>(make: (tool: Tool) => Made): (tool: Tool) => Made {
  const made = new WeakMap<Tool, Made>();
  return (tool) => {
    const known = made.get(tool) ?? make(tool);
    made.set(tool, known);
    return known;
  };
}

/** What an answer of `tool` has to be. */
export const answerSchemaOf = onceFor(
  (tool): z.ZodObject => z.object({ ...named.shape, ...tool.output.shape }),
);

/**
 * The schema for hosts: an answer or an error. Clients check errors against it too, so it
 * has to admit them.
 */
export const listedOutputOf = onceFor((tool): Record<string, unknown> => {
  const { properties = {}, required = [] } = z.toJSONSchema(answerSchemaOf(tool));
  const error = { ...z.toJSONSchema(errorSchema), additionalProperties: true };
  return {
    type: 'object',
    properties: { ...properties, error: withoutDialect(error) },
    anyOf: [{ required }, { required: ['environment', 'mode', 'error'] }],
    additionalProperties: false,
  };
});

export const listedInputOf = onceFor(
  (tool): Record<string, unknown> => withoutDialect(z.toJSONSchema(tool.input, { io: 'input' })),
);

/** Each tool checks its own arguments, so the schema that is listed only has to describe. */
export const describedBy = (schema: Record<string, unknown>) => z.looseObject({}).meta(schema);

function withoutDialect(schema: object): Record<string, unknown> {
  const { $schema: _, ...rest } = schema as Record<string, unknown>;
  return rest;
}
