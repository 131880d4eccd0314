import { z } from 'zod';

/** What a person asks of the owner of an account from a terminal of this machine. */
export const accountQuestions = [
  z.object({
    kind: z.literal('roll_back'),
    token: z.string(),
    by: z.string(),
    because: z.string(),
    protect: z.boolean(),
  }),
  z.object({ kind: z.literal('list_settings'), token: z.string() }),
  z.object({
    kind: z.literal('accept_settings'),
    token: z.string(),
    code: z.string(),
    by: z.string(),
  }),
  z.object({ kind: z.literal('inspect'), token: z.string() }),
  /** A person's word that what was learned counts no more; null stands for any. */
  z.object({
    kind: z.literal('forget'),
    token: z.string(),
    policy: z.string().nullable(),
    symbol: z.string().nullable(),
    by: z.string(),
  }),
] as const;
type Question = z.infer<(typeof accountQuestions)[number]>;

const handedOver = z.object({
  kind: z.literal('handed_over'),
  isCovered: z.boolean(),
  /** The same report twice: for programs and for people. */
  json: z.string(),
  markdown: z.string(),
});

const pendingSettings = z.object({
  kind: z.literal('pending_settings'),
  changes: z.array(z.string()),
  /** Null when nothing waits. */
  code: z.string().nullable(),
  since: z.number().nullable(),
  /** When they hold; null until somebody has accepted them. */
  appliesAt: z.number().nullable(),
  settingsHash: z.string(),
});

const inspection = z.object({
  kind: z.literal('inspection'),
  mode: z.enum(['observe', 'propose', 'execute']),
  tradingState: z.enum(['active', 'reducing', 'halted']),
  causes: z.array(z.object({ because: z.string(), clearedBy: z.string() })),
  isGuarding: z.boolean(),
  streams: z.object({ trading: z.string(), market: z.string() }),
  alerts: z.array(
    z.object({
      code: z.string(),
      /** Null where it is about all; a BigBrother of before tells none. */
      symbol: z.string().nullable().default(null),
      because: z.string(),
    }),
  ),
  settingsHash: z.string(),
  codeVersion: z.string(),
  codeHash: z.string().nullable(),
  /** Those that may be asked for advice. */
  servers: z
    .array(
      z.object({
        name: z.string(),
        version: z.string().nullable(),
        status: z.enum(['off', 'idle', 'starting', 'ready', 'resting', 'disabled']),
        toolsHash: z.string().nullable(),
        because: z.string().nullable(),
      }),
    )
    .default([]),
});

export const accountAnswers = [
  handedOver,
  pendingSettings,
  /** `because` says why not; null when they were accepted. */
  z.object({
    kind: z.literal('accepted_settings'),
    appliesAt: z.number().nullable(),
    because: z.string().nullable(),
  }),
  inspection,
  z.object({ kind: z.literal('forgotten') }),
] as const;

type Named<Word, Kind> = Omit<Extract<Word, { readonly kind: Kind }>, 'kind' | 'token'>;

/** What the owner does for a person. */
export type AccountDoor = {
  rollBack(
    request: Named<Question, 'roll_back'>,
  ): Promise<Omit<z.infer<typeof handedOver>, 'kind'>>;
  pendingSettings(): Omit<z.infer<typeof pendingSettings>, 'kind'>;
  acceptSettings(
    code: string,
    by: string,
  ): { readonly appliesAt: number } | { readonly because: string };
  forget(request: Named<Question, 'forget'>): void;
  inspect(): Omit<z.infer<typeof inspection>, 'kind'>;
};

export async function answerOnAccount(
  word: Question,
  door: AccountDoor,
): Promise<z.infer<(typeof accountAnswers)[number]>> {
  switch (word.kind) {
    case 'roll_back':
      return { kind: 'handed_over', ...(await door.rollBack(word)) };
    case 'list_settings':
      return { kind: 'pending_settings', ...door.pendingSettings() };
    case 'accept_settings': {
      const answer = door.acceptSettings(word.code, word.by);
      const none = { appliesAt: null, because: null };
      return { kind: 'accepted_settings', ...none, ...answer };
    }
    case 'forget':
      door.forget(word);
      return { kind: 'forgotten' };
    case 'inspect':
      return { kind: 'inspection', ...door.inspect() };
  }
}
