import type { Json } from '../../domain/canonical.ts';
import type { ControlLatch, EntryInFlight, OrderMessage } from '../../domain/control-facts.ts';
import {
  type Decimal,
  decimal,
  larger,
  type Notional,
  notional,
  type Price,
  parseDecimal,
  type Quantity,
  ZERO,
} from '../../domain/decimal.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { isTicker } from '../../domain/ids.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { ControlSettings } from '../settings/settings.ts';

const MESSAGES_KEPT_MS = 120_000;
const ENTRIES_KEPT = 50;
/** For a payment that is told of late. */
const PEAKS_KEPT = 100;

type Peak = { readonly at: EpochMs; readonly equity: Notional };

/**
 * What the controls remember: a pure function of the journal, so that a restart forgets
 * nothing and lifts nothing.
 */
export class ControlMemory {
  readonly #settings: ControlSettings;
  #messages: readonly OrderMessage[] = [];
  readonly #trades = new Map<string, EpochMs[]>();
  readonly #latches = new Map<string, ControlLatch>();
  readonly #inFlight = new Map<string, EntryInFlight>();
  #entries: Quantity[] = [];
  #peaks: Peak[] = [];
  readonly #payments = new Map<string, { readonly at: EpochMs; readonly amount: Decimal }>();

  constructor(settings: ControlSettings) {
    this.#settings = settings;
  }

  /** Takes note of a journal record; what concerns no control is passed over. */
  remember(record: JournalRecord): void {
    const { type, at } = record;
    if (type === 'step_intended') this.#intend(record);
    else if (type === 'step_observed' || type === 'step_answered') this.#answer(record);
    else if (type === 'control_latched') {
      const latch = latchIn(record.body, at);
      if (latch !== null) this.#latches.set(keyOf(latch), latch);
    } else if (type === 'control_enabled') this.#enable(record);
    else if (type === 'equity_peak_moved' || type === 'snapshot_taken') {
      const equity = parseDecimal(textAt(record.body, 'equity') ?? '');
      if (equity !== null) this.#raisePeak(at, notional(equity));
    } else if (type === 'cash_moved') this.#pay(record.body);
  }

  messages(now: EpochMs): readonly OrderMessage[] {
    const kept = this.#messages.filter(({ at }) => now - at <= MESSAGES_KEPT_MS);
    // As long as nothing has changed it is the same list, which nobody has to look through again.
    if (kept.length < this.#messages.length) this.#messages = kept;
    return this.#messages;
  }

  latches(): readonly ControlLatch[] {
    return [...this.#latches.values()];
  }

  inFlight(): readonly EntryInFlight[] {
    return [...this.#inFlight.values()];
  }

  ownEntryQuantities(): readonly Quantity[] {
    return this.#entries;
  }

  /** The highest equity, payments taken into account; null before the first reading. */
  peakEquity(): Notional | null {
    return this.#peaks.at(-1)?.equity ?? null;
  }

  hasPayment(id: string): boolean {
    return this.#payments.has(id);
  }

  paidInSince(since: EpochMs): Decimal {
    return [...this.#payments.values()]
      .filter(({ at }) => at > since)
      .reduce<Decimal>((sum, { amount }) => sum.plus(amount), ZERO);
  }

  /** A policy that has just traded too often and is not switched off yet. */
  tooOften(record: JournalRecord): ControlLatch | null {
    const { type, symbol, at } = record;
    if (type !== 'step_intended' || symbol === null) return null;
    const { body } = record;
    if (!isTrade(body)) return null;
    const { repeats, repeatWindowMs } = this.#settings;
    const policy = wantedBy(body).find((each) => {
      const key = keyOf({ control: 'repeated-execution', policy: each, symbol });
      return !this.#latches.has(key) && (this.#trades.get(key)?.length ?? 0) > repeats;
    });
    if (policy === undefined) return null;
    const because = `it has traded more than ${repeats} times within ${repeatWindowMs} ms`;
    return { control: 'repeated-execution', policy, symbol, since: at, because };
  }

  #intend({ at, symbol, body }: JournalRecord): void {
    this.#messages = [...this.#messages, { at, symbol: symbol ?? '' }];
    const request = fieldAt(body, 'request') ?? null;
    const clientOrderId = textAt(body, 'clientOrderId');
    if (symbol === null || !isTicker(symbol) || clientOrderId === null) return;
    if (isTrade(body)) {
      for (const policy of wantedBy(body)) this.#countTrade(policy, symbol, at);
    }
    if (!opens(request)) return;
    const quantity = parseDecimal(textAt(request, 'quantity') ?? '') as Quantity | null;
    const side = textAt(request, 'side') === 'sell' ? 'sell' : 'buy';
    const limitPrice = parseDecimal(textAt(request, 'limitPrice') ?? '') as Price | null;
    this.#inFlight.set(clientOrderId, { clientOrderId, symbol, side, quantity, limitPrice });
    if (quantity !== null) this.#entries = [...this.#entries, quantity].slice(-ENTRIES_KEPT);
  }

  #countTrade(policy: string, symbol: string, at: EpochMs): void {
    const key = keyOf({ control: 'repeated-execution', policy, symbol });
    const since = at - this.#settings.repeatWindowMs;
    const recent = (this.#trades.get(key) ?? []).filter((one) => one > since);
    this.#trades.set(key, [...recent, at]);
  }

  /** What the broker shows is counted there; what it refused is not sent. */
  #answer({ type, body }: JournalRecord): void {
    const clientOrderId = textAt(body, 'clientOrderId');
    if (clientOrderId === null) return;
    const isOver = type === 'step_observed' || textAt(body, 'outcome') !== 'unknown';
    if (isOver) this.#inFlight.delete(clientOrderId);
  }

  #enable({ body, at }: JournalRecord): void {
    const latch = latchIn(body, at);
    if (latch === null) return;
    this.#latches.delete(keyOf(latch));
    this.#trades.delete(keyOf(latch));
    const equity = parseDecimal(textAt(body, 'equity') ?? '');
    // Who goes on after a fall measures the next one from where he stands.
    if (latch.control === 'drawdown' && equity !== null) {
      this.#peaks = [{ at, equity: notional(equity) }];
    }
  }

  #raisePeak(at: EpochMs, equity: Notional): void {
    const before = this.peakEquity();
    if (before?.gte(equity) === true) return;
    this.#peaks = [...this.#peaks, { at, equity }].slice(-PEAKS_KEPT);
  }

  /**
   * What was paid in is no gain: the peak of that time is moved by it, and a higher one that
   * followed stays. What was paid out may be told of by its day alone, so that a peak of that day
   * may still hold the money: none that followed stays then.
   */
  #pay(body: Json): void {
    const id = textAt(body, 'id');
    const amount = parseDecimal(textAt(body, 'amount') ?? '');
    const at = fieldAt(body, 'at');
    if (id === null || amount === null || typeof at !== 'number' || this.#payments.has(id)) return;
    this.#payments.set(id, { at, amount });
    const before = this.#peaks.findLast((peak) => peak.at < at);
    if (before === undefined) return;
    const moved = notional(larger(before.equity.plus(amount), decimal('0')));
    const later = this.#peaks.filter(
      (peak) => amount.gt(ZERO) && peak.at >= at && peak.equity.gt(moved),
    );
    this.#peaks = [...this.#peaks.filter((peak) => peak.at < at), { at, equity: moved }, ...later];
  }
}

const keyOf = ({
  control,
  policy,
  symbol,
}: Pick<ControlLatch, 'control' | 'policy' | 'symbol'>): string =>
  `${control} ${policy ?? ''} ${symbol ?? ''}`;

function latchIn(body: Json, at: EpochMs): ControlLatch | null {
  const control = textAt(body, 'control');
  if (control !== 'repeated-execution' && control !== 'drawdown') return null;
  const because = textAt(body, 'because') ?? 'a person has not switched it on again';
  return {
    control,
    policy: textAt(body, 'policy'),
    symbol: textAt(body, 'symbol'),
    since: at,
    because,
  };
}

/** Entries, and sales of a part: what can go round in circles. */
const isTrade = (body: Json): boolean =>
  textAt(body, 'kind') === 'submit' &&
  (textAt(body, 'purpose') === 'reduce' || opens(fieldAt(body, 'request') ?? null));

const opens = (request: Json): boolean =>
  textAt(request, 'positionIntent')?.endsWith('_to_open') === true;

function wantedBy(body: Json): readonly string[] {
  const names = fieldAt(body, 'wantedBy');
  const texts = Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  return texts.length === 0 ? ['loop'] : texts;
}
