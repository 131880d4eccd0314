import { ticker } from '../../src/domain/ids.ts';
import type { Intent } from '../../src/domain/plan.ts';
import { defaultRuntimeSettings } from '../../src/runtime/settings/settings.ts';
import { type Guarded, guardedAccount, settle } from '../support/guarded-account.ts';

type Prices = Readonly<Record<string, string>>;

const MINUTE_MS = 60_000;
/** An instant of October 2026 in New York, which is four hours behind UTC all that month. */
export const october = (day: number, hour: number, minute = 0): number =>
  Date.UTC(2026, 9, day, hour + 4, minute);

const { approvals } = defaultRuntimeSettings;
const TEN = { kind: 'quantity', quantity: '10' } as const;

/**
 * October 2026 on the paper exchange, guarded by all policies and guardrails: profits taken,
 * stops that fill, a gap, a rejected stop, entries by hand, vetoes, a person who does not
 * answer, a halt and a restart. Prices are told where something is to happen; in between the
 * loop looks rarely.
 */
export async function recordedMonth() {
  const guarded = await guardedAccount({
    startAt: october(1, 10),
    positions: [
      { symbol: 'AAPL', qty: '40', averageEntryPrice: '100' },
      { symbol: 'AMD', qty: '30', averageEntryPrice: '100' },
      { symbol: 'MSFT', qty: '-10', averageEntryPrice: '100' },
      { symbol: 'NVDA', qty: '20', averageEntryPrice: '100' },
      { symbol: 'TSLA', qty: '15', averageEntryPrice: '100' },
    ],
    settings: {
      cycleMs: 30 * MINUTE_MS,
      closedCycleMs: 12 * 60 * MINUTE_MS,
      approvals: { ...approvals, limits: { ...approvals.limits, saleDollarsPerDay: '1500' } },
    },
  });
  const month = new Month(guarded);
  await month.firstWeek();
  await month.secondWeek();
  await month.thirdWeek();
  await month.lastWeeks();
  await guarded.clock.advanceTo(october(30, 20));
  const { clock, exchange, store } = guarded;
  const { bigBrother } = month.runtime;
  return { clock, exchange, store, bigBrother };
}

/** The exchange's own answer, as the account's owner gets it. */
export async function asked<Answer>(
  { fetchApi, credentials }: Guarded['exchange'],
  path: string,
  method = 'GET',
): Promise<Answer> {
  const { keyId, secretKey } = credentials;
  const headers = { 'APCA-API-KEY-ID': keyId, 'APCA-API-SECRET-KEY': secretKey };
  const answer = await fetchApi(`http://127.0.0.1${path}`, { method, headers });
  if (!answer.ok) throw new Error(await answer.text());
  return (answer.status === 204 ? null : await answer.json()) as Answer;
}

/** Runs a process on each day on which something happens, as somebody does who sits there. */
class Month {
  runtime: Pick<Guarded, 'bigBrother' | 'orchestrator' | 'start' | 'stop'>;
  readonly #guarded: Guarded;
  #isFirst = true;

  constructor(guarded: Guarded) {
    this.#guarded = guarded;
    this.runtime = guarded;
  }

  /** NVDA takes half its profit at 2R on Monday; the trailing stop sells the rest on Tuesday. */
  async firstWeek(): Promise<void> {
    await this.#session(1, async () => {
      await this.#at(october(1, 10, 10), { NVDA: '104', AAPL: '101', TSLA: '98' });
    });
    await this.#session(2, () => this.#at(october(2, 10, 10), { NVDA: '109', AMD: '97' }));
    await this.#session(5, async () => {
      await this.#at(october(5, 10, 10), { NVDA: '117', AAPL: '103' });
      await this.#at(october(5, 10, 40), { NVDA: '119' });
    });
    await this.#session(6, async () => {
      await this.#at(october(6, 10, 30), { NVDA: '114' });
      await this.#at(october(6, 10, 40), { NVDA: '112.9' });
    });
    await this.#session(7, () => this.#at(october(7, 10, 10), { AMD: '94', TSLA: '99' }));
  }

  /** AMD's stop fills; somebody cancels that of TSLA by hand, and the next is rejected at first. */
  async secondWeek(): Promise<void> {
    const { exchange, trade } = this.#guarded;
    await this.#session(8, () => this.#at(october(8, 10, 10), { AMD: '91.9' }));
    await this.#session(9, () => this.#at(october(9, 10, 10), { MSFT: '95' }));
    await this.#session(13, async () => {
      await this.#at(october(13, 10, 30), { TSLA: '101' });
      const where = { symbol: 'TSLA', side: 'sell', event: 'new' } as const;
      const fault = exchange.faults.add({ where, what: { kind: 'reject' } });
      await this.#cancelByHand('TSLA');
      await this.#wait(2);
      exchange.faults.remove(fault);
      await this.#at(october(13, 10, 40), { TSLA: '101' });
      await this.#wait(5);
    });
    await this.#session(14, async () => {
      await this.#at(october(14, 10, 10), { AMD: '90' });
      await trade('AMD', 'buy', '20');
      await this.#wait(5);
    });
  }

  /** MSFT, held short, takes half its profit; agents ask for what they may not have. */
  async thirdWeek(): Promise<void> {
    await this.#session(15, () => this.#at(october(15, 10, 10), { MSFT: '83.5' }));
    await this.#session(16, async () => {
      await this.#at(october(16, 10, 10), { MSFT: '82' });
      await this.#at(october(16, 10, 40), { MSFT: '86.3' });
    });
    await this.#session(19, async () => {
      await this.#propose({ kind: 'exit', symbol: ticker('AAPL') }, false);
      await this.#propose({ kind: 'exit', symbol: ticker('MSFT') });
    });
    await this.#session(20, () => this.#at(october(20, 10, 10), { AMD: '91', AAPL: '103' }));
    // Down through the stop and its limit over night.
    await this.#session(21, () => this.#at(october(21, 10, 10), { AMD: '76' }));
  }

  /** A halt and its end, a person who does not answer, a sale by an agent, a stop in the night. */
  async lastWeeks(): Promise<void> {
    const { haltLatch, clock, price } = this.#guarded;
    await this.#session(22, async () => {
      await this.#at(october(22, 10, 10), { AAPL: '102' });
      const at = clock.now();
      const who = { by: 'Klaus', because: 'the news', includesForeign: false };
      haltLatch.latch({ ...who, actor: 'person', level: 'everything', pressedAt: at });
      await this.#propose({ kind: 'reduce', symbol: ticker('AAPL'), amount: TEN });
    });
    await this.#session(23, async () => {
      haltLatch.lift({ at: clock.now(), by: 'Klaus' });
      await this.#at(october(23, 10, 10), { AAPL: '104' });
    });
    await this.#session(26, async () => {
      await this.#at(october(26, 10, 10), { AAPL: '104' });
      await this.#propose({ kind: 'exit', symbol: ticker('AAPL') });
      await this.#at(october(26, 10, 40), { AAPL: '104' });
      await this.#propose({ kind: 'reduce', symbol: ticker('AAPL'), amount: TEN });
    });
    await clock.advanceTo(october(28, 11));
    price('TSLA', '91.9');
    await clock.advanceBy(MINUTE_MS);
    await this.#session(30, () => this.#at(october(30, 10, 10), { AAPL: '105' }));
  }

  async #cancelByHand(symbol: string): Promise<void> {
    const { exchange } = this.#guarded;
    const resting = await asked<readonly { id: string }[]>(
      exchange,
      `/v2/orders?symbols=${symbol}`,
    );
    for (const { id } of resting) await asked(exchange, `/v2/orders/${id}`, 'DELETE');
  }

  /** From ten o'clock until the work is done. */
  async #session(day: number, work: () => Promise<void>): Promise<void> {
    const { clock } = this.#guarded;
    await clock.advanceTo(october(day, 10));
    if (!this.#isFirst) this.runtime = this.#guarded.boot();
    this.#isFirst = false;
    await settle(clock, this.runtime.start());
    this.runtime.orchestrator.start();
    await this.#wait(1);
    await work();
    await settle(clock, this.runtime.stop());
  }

  /** Goes to an instant, tells prices and lets the loop look at once. */
  async #at(at: number, prices: Prices): Promise<void> {
    const { clock, price } = this.#guarded;
    await clock.advanceTo(at);
    for (const [symbol, told] of Object.entries(prices)) price(symbol, told);
    await clock.advanceBy(1_000);
    await settle(clock, this.runtime.orchestrator.runCycle());
    await this.#wait(1);
  }

  async #wait(minutes: number): Promise<void> {
    await this.#guarded.clock.advanceBy(minutes * MINUTE_MS);
  }

  /** An agent asks for something and executes what it is given. */
  async #propose(intent: Intent, isLookedAt = true): Promise<void> {
    const { clock } = this.#guarded;
    const { bigBrother, orchestrator } = this.runtime;
    if (isLookedAt) await settle(clock, orchestrator.runCycle());
    const proposal = await settle(clock, bigBrother.propose(intent, 'host'));
    if (proposal.outcome !== 'proposed') return;
    const { id, hash } = proposal.plan;
    const signal = new AbortController().signal;
    await settle(clock, bigBrother.execute(id, hash, { person: null, signal }));
    await this.#wait(1);
  }
}
