import { resolve } from 'node:path';
import { z } from 'zod';
import type { EpochMs } from '../../domain/time.ts';
import type { AccountOptions, OpeningPosition } from '../../paper-exchange/core/basics/types.ts';
import type { PaperExchangeOptions } from '../../paper-exchange/exchange.ts';
import type { SwitchSettings } from '../../paper-exchange/probe/switches-file.ts';
import { readBarFiles } from '../shared/bar-files.ts';
import { MADE_UP_DAYS, madeUpMarket, madeUpPositions } from './embedded-exchange.ts';
import { type AccountKind, accountFor } from './exchange-accounts.ts';
import { knownSplits } from './known-splits.ts';

/** What an exchange is made of. It is part of what is saved, so that it can be made again. */
const worldSchema = z.object({
  seed: z.string(),
  accounts: z.array(z.unknown()).nonempty(),
  market: z.union([
    z.object({ kind: z.literal('generated'), symbols: z.array(z.unknown()).nonempty() }),
    z.object({ kind: z.literal('recorded'), files: z.array(z.string()).nonempty() }),
  ]),
  settings: z.object({ switches: z.object(), rest: z.object(), streams: z.object() }),
});

type GeneratedSymbols = Extract<PaperExchangeOptions['market'], { kind: 'generated' }>['symbols'];

export type World = {
  readonly seed: string;
  readonly accounts: readonly [AccountOptions, ...AccountOptions[]];
  readonly market:
    | { readonly kind: 'generated'; readonly symbols: GeneratedSymbols }
    | { readonly kind: 'recorded'; readonly files: readonly string[] };
  readonly settings: SwitchSettings;
};

export type WorldOptions = {
  readonly seed: string;
  readonly bars?: readonly string[];
  readonly account: AccountKind;
  readonly accountNumber?: string;
  readonly positions?: readonly OpeningPosition[];
  readonly accounts?: readonly [AccountOptions, ...AccountOptions[]];
  readonly switches?: SwitchSettings;
};

/** The exchange that the command line asks for. */
export function newWorld(options: WorldOptions): World {
  const { seed, bars, accountNumber, switches } = options;
  const accounts = options.accounts ?? [
    accountFor(0, options.account, openingOf(options), accountNumber),
  ];
  return {
    seed,
    accounts,
    market: bars === undefined ? generated(accounts) : { kind: 'recorded', files: bars.map(full) },
    settings: switches ?? { switches: {}, rest: {}, streams: {} },
  };
}

const full = (file: string): string => resolve(file);

/**
 * Recorded prices say nothing of what the account held, so it starts with what is named; and a
 * cash account is never short.
 */
function openingOf({ account, bars, positions }: WorldOptions): readonly OpeningPosition[] {
  if (positions !== undefined) return positions;
  if (bars !== undefined) return [];
  const opening = madeUpPositions.map(({ price: _, ...position }) => position);
  return account === 'margin' ? opening : opening.filter(({ qty }) => !qty.startsWith('-'));
}

function generated(accounts: World['accounts']): World['market'] {
  const known = new Set(madeUpMarket.map(({ symbol }) => symbol));
  const more = new Map(
    accounts
      .flatMap(({ positions = [] }) => positions)
      .filter(({ symbol }) => !known.has(symbol))
      .map(({ symbol, averageEntryPrice }) => [symbol, { symbol, startPrice: averageEntryPrice }]),
  );
  return { kind: 'generated', symbols: [...madeUpMarket, ...more.values()] };
}

/** The world as it was saved. @throws when it is none */
export function savedWorld(saved: unknown): World {
  // Sealed when it was saved, so what has the outline of a world is one.
  return worldSchema.parse(saved) as unknown as World;
}

/** What the exchange is opened with, and when its recorded prices begin and end, if it has any. */
export function exchangeOf(world: World): {
  readonly options: PaperExchangeOptions;
  readonly recorded: { readonly from: EpochMs; readonly to: EpochMs } | null;
} {
  const { seed, accounts, settings } = world;
  const common = { seed, accounts, ...settings };
  if (world.market.kind === 'generated') {
    const market = { ...world.market, historyDays: MADE_UP_DAYS };
    return { options: { ...common, market }, recorded: null };
  }
  const series = readBarFiles(world.market.files);
  const bars = series.map((one) => one.bars);
  const from = Math.min(...bars.map((one) => one[0]?.at ?? Number.POSITIVE_INFINITY));
  const to = Math.max(...bars.map((one) => endOf(one.at(-1)) ?? 0));
  const market = { kind: 'recorded', series, splits: knownSplits } as const;
  return { options: { ...common, market }, recorded: { from, to } };
}

const endOf = (bar: { readonly at: EpochMs; readonly durationMs: number } | undefined) =>
  bar === undefined ? null : bar.at + bar.durationMs;
