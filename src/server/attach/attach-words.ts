import { z } from 'zod';
import { approvalAnswers, approvalQuestions } from '../approvals/approval-words.ts';
import { pageAnswers, pageQuestions } from '../page/page-words.ts';
import { accountAnswers, accountQuestions } from './account-words.ts';

/** Both sides have to speak the same; raised whenever a word below changes its meaning. */
export const ATTACH_VERSION = 1;

/** Lines between two processes, as the sockets of this machine carry them. */
export interface LineLink {
  listen(onLine: (line: string) => void, onClose: (because: string) => void): void;
  send(line: string): void;
  close(because?: string): void;
}

const mode = z.enum(['observe', 'propose', 'execute']);

/** What one who attaches says to the owner. */
const guestWords = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('hello'),
    version: z.number(),
    token: z.string(),
    pid: z.number().int(),
    /** How far this process may go at most. */
    mode,
    /** True when this process was started to guard the account. */
    guards: z.boolean(),
  }),
  z.object({ kind: z.literal('ping') }),
  /** Asks for the orders that carry our mark and that nobody here sent. */
  z.object({ kind: z.literal('list_strangers'), token: z.string() }),
  /** A person's word that these orders are ours from now on. */
  z.object({ kind: z.literal('adopt'), token: z.string(), by: z.string() }),
  /** A person's word that what a control has switched off may go on. */
  z.object({
    kind: z.literal('enable'),
    token: z.string(),
    policy: z.string(),
    symbol: z.string().nullable(),
    by: z.string(),
  }),
  ...approvalQuestions,
  ...accountQuestions,
  ...pageQuestions,
]);
export type GuestWord = z.infer<typeof guestWords>;
export type Hello = Extract<GuestWord, { readonly kind: 'hello' }>;

const ownerWords = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('welcome'),
    pid: z.number().int(),
    environment: z.enum(['simulated', 'paper', 'live']),
    accountNumber: z.string(),
    /** How far this connection goes: the stricter of both sides. */
    mode,
    isGuarding: z.boolean(),
    /** True when the account is guarded for as long as this process is attached. */
    isGuardedFor: z.boolean(),
  }),
  z.object({ kind: z.literal('refused'), because: z.string() }),
  z.object({ kind: z.literal('guarding'), isGuarding: z.boolean() }),
  z.object({ kind: z.literal('pong') }),
  z.object({ kind: z.literal('strangers'), orders: z.array(z.string()) }),
  z.object({ kind: z.literal('adopted'), count: z.number() }),
  z.object({ kind: z.literal('enabled'), wasOff: z.boolean() }),
  ...approvalAnswers,
  ...accountAnswers,
  ...pageAnswers,
]);
export type OwnerWord = z.infer<typeof ownerWords>;
export type Welcome = Extract<OwnerWord, { readonly kind: 'welcome' }>;

/** Words between the processes themselves stand apart from what they carry for a host. */
const enveloped = <Words extends z.ZodType>(words: Words) => z.object({ bigbrother: words });
const fromGuest = enveloped(guestWords);
const fromOwner = enveloped(ownerWords);

export const sayTo = (link: LineLink, word: GuestWord | OwnerWord): void =>
  link.send(JSON.stringify({ bigbrother: word }));

export const guestWordIn = (json: unknown): GuestWord | null =>
  fromGuest.safeParse(json).data?.bigbrother ?? null;

export const ownerWordIn = (json: unknown): OwnerWord | null =>
  fromOwner.safeParse(json).data?.bigbrother ?? null;

/** @returns undefined for what is no JSON */
export function jsonIn(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
