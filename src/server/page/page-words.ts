import { z } from 'zod';

/** What a page shows of an account, each to be read by itself. */
export const PAGE_VIEWS = ['board', 'timeline', 'why', 'equity', 'price', 'rules', 'tape'] as const;
export type PageViewName = (typeof PAGE_VIEWS)[number];

/** What is asked about: names and texts of an address. */
export type PageQuery = Readonly<Record<string, string>>;

/** What the page asks of the owner of an account. */
export const pageQuestions = [
  z.object({
    kind: z.literal('read_page'),
    token: z.string(),
    view: z.enum(PAGE_VIEWS),
    query: z.record(z.string(), z.string()),
  }),
] as const;
type Question = z.infer<(typeof pageQuestions)[number]>;

export const pageAnswers = [
  /** The view as JSON; null where there is none yet, and why. */
  z.object({
    kind: z.literal('page_view'),
    json: z.string().nullable(),
    because: z.string().nullable(),
    /** True where the question is none. */
    isWrong: z.boolean(),
  }),
] as const;
type Answer = z.infer<(typeof pageAnswers)[number]>;

/** A view as JSON text, or in words why there is none. */
export type PageReading =
  | { readonly outcome: 'read'; readonly json: string }
  /** `isWrong` for what nobody can ask; otherwise it may be answered later. */
  | { readonly outcome: 'refused'; readonly because: string; readonly isWrong?: true };

/** Where the views of an account are made; page-reader.ts is it. */
export type PageDoor = {
  read(view: PageViewName, query: PageQuery): Promise<PageReading>;
};

export async function answerOnPage({ view, query }: Question, door: PageDoor): Promise<Answer> {
  const reading = await door.read(view, query);
  return reading.outcome === 'read'
    ? { kind: 'page_view', json: reading.json, because: null, isWrong: false }
    : {
        kind: 'page_view',
        json: null,
        because: reading.because,
        isWrong: reading.isWrong === true,
      };
}
