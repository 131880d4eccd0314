import type { Json } from '../protocol/json.ts';
import type { DisplayEffect } from './effects.ts';
import type { Firing } from './fault-book.ts';

type JsonObject = { readonly [key: string]: Json };
type Kind = 'quote' | 'trade' | 'bar';
type PriceChange = Extract<DisplayEffect, { kind: 'prices' }>['change'];

const BAR_PRICES = ['o', 'h', 'l', 'c', 'vw'] as const;

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Shows prices and bars otherwise than they are. It remembers what frozen prices once were. */
export class Display {
  readonly #frozen = new Map<string, Json>();

  /** An answer of the data API, changed as the rule says. */
  answer(body: Json, firing: Firing<DisplayEffect>): Json {
    return this.#walk(body, firing, null) ?? null;
  }

  /** A message of the data stream; null when it is not sent. */
  message(message: JsonObject, firing: Firing<DisplayEffect>): JsonObject | null {
    const { effect, rule } = firing;
    const kind = kindOf(message);
    const symbol = typeof message.S === 'string' ? message.S : '';
    const isMeant = rule.where.symbol === undefined || rule.where.symbol === symbol;
    if (kind === null || !isMeant) return message;
    if (effect.kind === 'prices' && effect.change.to === 'frozen' && kind !== 'bar') return null;
    const shown = this.#shown(message, kind, symbol, firing);
    return isObject(shown) ? shown : null;
  }

  #walk(value: Json, firing: Firing<DisplayEffect>, symbol: string | null): Json | undefined {
    if (Array.isArray(value)) {
      const list = value.flatMap((item: Json) => this.#walk(item, firing, symbol) ?? []);
      const isBars = list.length > 0 && list.every((item) => isObject(item) && isBar(item));
      const { effect } = firing;
      const isReversed = effect.kind === 'bars' && effect.change.to === 'reversed';
      return isBars && isReversed && isMeant(firing, symbol) ? list.reverse() : list;
    }
    if (!isObject(value)) return value;
    const kind = kindOf(value);
    if (kind !== null) {
      return isMeant(firing, symbol) ? this.#shown(value, kind, symbol ?? '', firing) : value;
    }
    const named = typeof value.symbol === 'string' ? value.symbol : null;
    const walked: Record<string, Json> = {};
    for (const [key, item] of Object.entries(value)) {
      const below = isTicker(key) ? key : (named ?? symbol);
      const shown = this.#walk(item, firing, below);
      const isEmptied = isTicker(key) && isEmpty(shown) && !isEmpty(item);
      if (shown !== undefined && !isEmptied) walked[key] = shown;
    }
    return walked;
  }

  /** Undefined when it is not shown at all. */
  #shown(
    value: JsonObject,
    kind: Kind,
    symbol: string,
    { effect, rule }: Firing<DisplayEffect>,
  ): Json | undefined {
    if (effect.kind === 'bars') return kind === 'bar' ? barAs(value, effect.change) : value;
    if (kind === 'bar') return value;
    if (effect.change.to !== 'frozen') return priceAs(value, kind, effect.change);
    const key = `${rule.id} ${kind} ${symbol}`;
    const first = this.#frozen.get(key) ?? value;
    this.#frozen.set(key, first);
    return first;
  }
}

function priceAs(
  value: JsonObject,
  kind: 'quote' | 'trade',
  change: Exclude<PriceChange, { to: 'frozen' }>,
): Json | undefined {
  const fields = kind === 'quote' ? ['bp', 'ap'] : ['p'];
  const [bid, ask] = [Number(value.bp), Number(value.ap)];
  switch (change.to) {
    case 'missing':
      return undefined;
    case 'null':
      return { ...value, ...Object.fromEntries(fields.map((field) => [field, null])) };
    case 'scaled':
      return scaled(value, fields, change.factor);
    case 'crossed':
      return kind === 'quote' ? { ...value, bp: rounded(ask * 1.001), ap: ask } : value;
    case 'zero_bid':
      return kind === 'quote' ? { ...value, bp: 0, bs: 0 } : value;
    case 'wide': {
      if (kind === 'trade') return value;
      const middle = (bid + ask) / 2;
      const half = (middle * change.percent) / 200;
      return { ...value, bp: rounded(middle - half), ap: rounded(middle + half) };
    }
  }
}

function barAs(
  value: JsonObject,
  change: Extract<DisplayEffect, { kind: 'bars' }>['change'],
): Json | undefined {
  switch (change.to) {
    case 'missing':
      return undefined;
    case 'reversed':
      return value;
    case 'scaled': {
      const volume = Math.round(Number(value.v) / change.factor);
      return { ...scaled(value, BAR_PRICES, change.factor), v: volume };
    }
  }
}

function scaled(value: JsonObject, fields: readonly string[], factor: number): JsonObject {
  const changed = fields.map((field) => [field, rounded(Number(value[field]) * factor)] as const);
  return { ...value, ...Object.fromEntries(changed) };
}

const rounded = (price: number): number => Number(price.toFixed(4));

function kindOf(value: JsonObject): Kind | null {
  if ('bp' in value && 'ap' in value) return 'quote';
  if (isBar(value)) return 'bar';
  if (typeof value.T === 'string') return value.T === 't' ? 'trade' : null;
  return 'p' in value && 's' in value && 't' in value ? 'trade' : null;
}

const isBar = (value: JsonObject): boolean => 'o' in value && 'h' in value && 'l' in value;

const isTicker = (key: string): boolean => /^[A-Z][A-Z0-9]{0,9}([./][A-Z0-9]+)?$/.test(key);

const isEmpty = (value: Json | undefined): boolean =>
  value === undefined || (typeof value === 'object' && Object.keys(value ?? {}).length === 0);

function isMeant({ rule }: Firing<DisplayEffect>, symbol: string | null): boolean {
  return rule.where.symbol === undefined || rule.where.symbol === symbol;
}
