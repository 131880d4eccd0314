import type { FetchApi, WsFactory } from '../../src/adapters/alpaca/client.ts';
import type { ExchangeCore } from '../../src/paper-exchange/core/exchange-core.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Ask } from './asks.ts';
import type { Pace } from './pace.ts';

/** Done: something was sent for it. Nothing: there was nothing to do. */
export type Outcome = 'done' | 'nothing' | 'refused';

/** One way to trade the account: agents ask it, and it does things by itself as well. */
export type Subject = {
  /** @param repeats the agent believes that its first call was lost, and makes it again */
  ask(agent: number, ask: Ask, repeats: boolean): Promise<Outcome>;
  /** Positions that the owner has bought by hand, some seconds ago. */
  welcome(symbols: readonly string[]): Promise<void>;
  stop(): Promise<void>;
};

/** What every subject is given: the same exchange at the same distance. */
export type Surroundings = {
  readonly clock: Clock;
  readonly whilePassing: Pace['whilePassing'];
  readonly core: ExchangeCore;
  readonly accountId: string;
  readonly keys: { readonly keyId: string; readonly secretKey: string };
  readonly fetchApi: FetchApi;
  readonly wsFactory: WsFactory;
  readonly seed: number;
};

export const AGENTS = 20;

/** Names that the sector map does not know, so that none is special. */
export const SYMBOLS: readonly string[] = Array.from({ length: 50 }, (_, place) => {
  const letter = (number: number) => String.fromCharCode(65 + number);
  return `Q${letter(Math.floor(place / 26))}${letter(place % 26)}`;
});
