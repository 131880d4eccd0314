import type { ExchangeEvent, ExchangeListener, Latencies } from '../core/basics/types.ts';
import type { RestRequest, RestResponse } from '../protocol/request.ts';
import { tradeJson } from '../wire/rest/data-json.ts';
import { tradeUpdateJson } from '../wire/rest/trade-update-json.ts';
import { AccountOracle, type Lags, type Market } from './account-oracle.ts';
import { type Amount, amountOfNumber } from './amounts.ts';
import { type Get, Reads } from './reads.ts';
import { type Judge, OracleViolation, type Rule } from './rules.ts';

/** What an exchange shows to anyone who listens and asks. */
export type Observed = {
  readonly seed: string;
  readonly accounts: readonly { readonly keyId: string; readonly secretKey: string }[];
  readonly subscribe: (listener: ExchangeListener) => () => void;
  /** Answers a GET request without counting it against any limit. */
  readonly answer: (request: RestRequest) => RestResponse;
  readonly latencies: () => Pick<Latencies, 'positionVisibilityMs' | 'streamMs'>;
};

export type OracleSettings = {
  /** Rules that a fault in force breaks on purpose. */
  readonly except?: readonly Rule[];
  /** Whether a client order id may come again after its order has ended. */
  readonly reusesClientIds?: boolean;
  /** Told once, before the violation is thrown. */
  readonly onViolation?: (violation: OracleViolation) => void;
};

export type Oracle = {
  /** Looks at everything. To be called when nothing is under way any more. */
  readonly verify: () => void;
  /** Throws the violation again, if there was one. */
  readonly throwIfBroken: () => void;
  /** From now on these rules are not looked at: something breaks them on purpose. */
  readonly excuse: (rules: readonly Rule[]) => void;
  /**
   * Begins again from what is there now, which somebody has put there. Given the symbols that
   * were touched, what is held of all others is what it was: positions may show it late.
   */
  readonly rebase: (touched?: ReadonlySet<string>) => void;
  readonly detach: () => void;
};

const EVENTS_KEPT = 50;

/**
 * Follows an exchange with a ledger of its own, through what any client can see: after every
 * event its rules are checked. The first one broken throws an OracleViolation out of the command
 * or tick that broke it, and again out of each one after.
 */
export function attachOracle(observed: Observed, settings: OracleSettings = {}): Oracle {
  const watch = new Watch(observed, settings);
  const detach = observed.subscribe((event, more) => watch.onEvent(event, more));
  return {
    verify: () => watch.verify(),
    throwIfBroken: () => watch.throwIfBroken(),
    excuse: (rules) => watch.excuse(rules),
    rebase: (touched) => watch.rebase(touched),
    detach,
  };
}

class Watch {
  readonly #observed: Observed;
  readonly #settings: OracleSettings;
  readonly #except: Set<Rule>;
  readonly #accounts = new Map<string, AccountOracle>();
  readonly #halted = new Set<string>();
  readonly #lastSales = new Map<string, Amount>();
  readonly #market: Market = { halted: this.#halted, lastSales: this.#lastSales };
  readonly #recent: ExchangeEvent[] = [];
  #next = 0;
  #violation: OracleViolation | null = null;

  constructor(observed: Observed, settings: OracleSettings) {
    this.#observed = observed;
    this.#settings = settings;
    this.#except = new Set(settings.except);
    this.rebase();
  }

  rebase(touched?: ReadonlySet<string>): void {
    const { reusesClientIds = false } = this.#settings;
    const executionIds = new Set<string>();
    const before = touched && [...this.#accounts.values()];
    const kept = before?.map((account) =>
      [...account.holdings(this.#market)].filter(([symbol]) => touched?.has(symbol) === false),
    );
    this.#accounts.clear();
    this.#halted.clear();
    this.#lastSales.clear();
    for (const [place, keys] of this.#observed.accounts.entries()) {
      const reads = new Reads(this.#getFor(keys), this.#judge);
      const held = kept?.[place] ?? [];
      const options = { executionIds, reusesClientIds, held };
      const account = new AccountOracle(reads, options, this.#judge);
      this.#accounts.set(account.id, account);
    }
  }

  excuse(rules: readonly Rule[]): void {
    for (const rule of rules) this.#except.add(rule);
  }

  throwIfBroken(): void {
    if (this.#violation !== null) throw this.#violation;
  }

  onEvent(event: ExchangeEvent, more: number): void {
    this.throwIfBroken();
    this.#recent[this.#next % EVENTS_KEPT] = event;
    this.#next += 1;
    this.#guard(() => {
      this.#take(event);
      if (more > 0) return;
      for (const account of this.#accounts.values()) account.check(this.#market, this.#lags());
    });
  }

  verify(): void {
    this.throwIfBroken();
    const quiet = { positions: false, stream: false };
    this.#guard(() => {
      for (const account of this.#accounts.values()) account.checkAll(this.#market, quiet);
    });
  }

  readonly #judge: Judge = {
    expect: (rule, holds, detail) => {
      if (!holds && !this.#except.has(rule)) this.#stop(rule, detail());
    },
    excuse: (rules) => this.excuse(rules),
    fail: (rule, detail) => this.#stop(rule, detail),
  };

  #stop(rule: Rule, detail: string): never {
    throw new OracleViolation(rule, detail, this.#observed.seed, this.#lastEvents());
  }

  #lags(): Lags {
    const { positionVisibilityMs, streamMs } = this.#observed.latencies();
    return { positions: positionVisibilityMs > 0, stream: streamMs > 0 };
  }

  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (error instanceof OracleViolation) {
        this.#violation = error;
        this.#settings.onViolation?.(error);
      }
      throw error;
    }
  }

  #take(event: ExchangeEvent): void {
    switch (event.kind) {
      case 'trade_update':
        this.#accounts.get(event.accountId)?.onUpdate(tradeUpdateJson(event), this.#market);
        break;
      case 'trade':
        this.#sale(event.trade.symbol, tradeJson(event.trade));
        break;
      case 'status':
        if (event.status.code === 'T') this.#halted.delete(event.status.symbol);
        else this.#halted.add(event.status.symbol);
        break;
      case 'quote':
      case 'bar':
        break;
    }
  }

  #sale(symbol: string, json: object): void {
    const price = 'p' in json && typeof json.p === 'number' ? amountOfNumber(json.p) : null;
    if (price === null) this.#judge.fail('shape', `a sale of ${symbol} has no price`);
    else this.#lastSales.set(symbol, price);
    for (const account of this.#accounts.values()) account.onSale(symbol);
  }

  #getFor(keys: { readonly keyId: string; readonly secretKey: string }): Get {
    const headers = { 'apca-api-key-id': keys.keyId, 'apca-api-secret-key': keys.secretKey };
    return (path) => {
      const [pathname = '', search] = path.split('?');
      const query = new URLSearchParams(search);
      return this.#observed.answer({ method: 'GET', path: pathname, query, headers, body: '' });
    };
  }

  #lastEvents(): readonly string[] {
    const from = Math.max(0, this.#next - EVENTS_KEPT);
    const places = Array.from({ length: this.#next - from }, (_, place) => from + place);
    return places.flatMap((place) => eventText(this.#recent[place % EVENTS_KEPT]));
  }
}

function eventText(event: ExchangeEvent | undefined): readonly string[] {
  if (event === undefined) return [];
  const { at } = event;
  if (event.kind === 'trade_update') return [JSON.stringify({ at, ...tradeUpdateJson(event) })];
  return [JSON.stringify(event, (_, value) => (typeof value === 'bigint' ? String(value) : value))];
}
