import { z } from 'zod';

const amount = z.union([z.string(), z.number(), z.null()]);

/** Told apart by their names; hosts pay for every word of a schema. */
const row = z.record(z.string(), z.unknown());

/** Every answer has a list that fits its view, and says how much was left out of it. */
export const historyAnswer = z.object({
  view: z.string().optional(),
  records: z
    .array(
      z.object({
        at: z.string(),
        seq: z.number(),
        type: z.string(),
        symbol: z.string().optional(),
        text: z.string(),
        plan_id: z.string().optional(),
        order_id: z.string().optional(),
        actor: z.string().optional(),
        hash: z.string().optional(),
        body: z.unknown().optional(),
        body_left_out: z.string().optional(),
      }),
    )
    .optional(),
  stories: z.array(row).optional(),
  counts: z.record(z.string(), z.number()).optional(),
  refused: z.array(row).optional(),
  overruled: z.array(row).optional(),
  totals: row.optional(),
  columns: z.array(z.string()).optional(),
  rows: z.array(z.array(amount)).optional(),
  left_out: z.number(),
  note: z.string().optional(),
  next_cursor: z.string().nullable(),
});
export type HistoryAnswer = z.input<typeof historyAnswer>;
