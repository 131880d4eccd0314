import type { Clock } from '../../ports/clock.ts';
import { decimal } from '../core/basics/decimal.ts';
import type { AssetOptions } from '../core/basics/types.ts';
import { PaperExchange } from '../exchange.ts';
import type { Link, ProbeKeys } from './link.ts';
import type { SwitchSettings } from './switches-file.ts';

/** What an exchange in this process has to have in common with the account that is probed. */
export type Likeness = {
  readonly now: () => number;
  readonly cash: string;
  readonly multiplier: '1' | '2' | '4';
  readonly configuration: { readonly noShorting: boolean; readonly fractionalTrading: boolean };
  readonly assets: readonly (AssetOptions & { readonly price: number })[];
};

const KEYS: ProbeKeys = { keyId: 'PKTWIN', secretKey: 'twin' };
/** So many that none is refused, and yet counted. */
const ENDLESS = 1_000_000;
const TURNS = 40;

/** The exchange here with an account like the other, the same prices and the same time. */
export function twinOf(likeness: Likeness, settings: SwitchSettings): TwinBroker {
  const { now, cash, multiplier, configuration, assets } = likeness;
  const exchange = new PaperExchange(
    {
      ...{ seed: 'twin', switches: settings.switches, streams: settings.streams },
      accounts: [{ ...KEYS, cash, multiplier, configuration }],
      market: { kind: 'silent', symbols: assets.map(({ symbol }) => symbol) },
      assets: assets.map(({ price: _, ...asset }) => asset),
      rest: { ...settings.rest, requestsPerMinute: ENDLESS },
    },
    new StillClock(now()),
  );
  exchange.start();
  for (const [place, { symbol, price }] of assets.entries()) {
    const at = now();
    const last = decimal(price.toFixed(2));
    const cent = decimal('0.01');
    const [bidPrice, askPrice] = [last - cent, last + cent];
    const quote = { symbol, at, bidPrice, askPrice, bidSize: 100, askSize: 100 };
    exchange.tell({ kind: 'quote', quote });
    exchange.tell({ kind: 'trade', trade: { symbol, at, price: last, size: 100, id: place + 1 } });
  }
  const link: Link = {
    request: (_, path, init) => exchange.fetchApi(`http://twin${path}`, init),
    open: (_, path) => exchange.wsFactory(`ws://twin${path}`, 'json'),
  };
  return { link, keys: KEYS, clock: new StillClock(now()), close: () => exchange.stop() };
}

export type TwinBroker = {
  readonly link: Link;
  readonly keys: ProbeKeys;
  readonly clock: Clock;
  readonly close: () => void;
};

/** Nothing falls due in a twin: a wait only lets what is under way in this process arrive. */
class StillClock implements Clock {
  readonly #at: number;

  constructor(at: number) {
    this.#at = at;
  }

  now(): number {
    return this.#at;
  }

  monotonicMs(): number {
    return this.#at;
  }

  after(): () => void {
    return () => undefined;
  }

  async sleep(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn += 1) await null;
  }
}
