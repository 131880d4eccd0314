import type { PathEvent } from '../paper-exchange/market/price-path.ts';

export type ScriptedPosition = {
  readonly symbol: string;
  /** Negative for a short. */
  readonly quantity: string;
  readonly entryPrice: string;
  /** What the days have in store for it, for the table at the end. */
  readonly story: string;
  readonly events: readonly PathEvent[];
};

/** 15:15 in New York: the last 45 minutes of one day, a night, and one whole day. */
export const startsAt = Date.parse('2026-03-10T19:15:00Z');
export const endsAt = Date.parse('2026-03-11T20:00:30Z');

/** 11:00 of the second day. */
export const agentComesAt = Date.parse('2026-03-11T15:00:00Z');

const MINUTE_MS = 60_000;
const OPENING_MS = Date.parse('2026-03-11T13:30:00Z') - startsAt;

/** During the second day, minutes after its open. */
const way = (fromMinute: number, toMinute: number, driftPercent: number): PathEvent => ({
  fromMs: OPENING_MS + fromMinute * MINUTE_MS,
  toMs: OPENING_MS + toMinute * MINUTE_MS,
  driftPercent,
});
const overnight = (gapPercent: number): PathEvent => ({ atMs: OPENING_MS, gapPercent });

/** With stops two percent away, so that 2R is a move of four percent. */
export const positions: readonly ScriptedPosition[] = [
  {
    symbol: 'AAPL',
    quantity: '100',
    entryPrice: '180.00',
    story: 'long: reaches 2R, half is sold, the rest trails',
    events: [way(1, 130, 5), way(131, 260, 1.5), way(261, 389, -0.4)],
  },
  {
    symbol: 'MSFT',
    quantity: '40',
    entryPrice: '420.00',
    story: 'long: its stop trails up and sells on the way back',
    events: [way(1, 140, 3.4), way(141, 280, -3.6)],
  },
  {
    symbol: 'NVDA',
    quantity: '60',
    entryPrice: '140.00',
    story: 'long: opens 6 % lower, through its stop and its limit',
    events: [overnight(-6), way(1, 60, -1)],
  },
  {
    symbol: 'TSLA',
    quantity: '-30',
    entryPrice: '250.00',
    story: 'short: falls to 2R, half is bought back, the rest trails',
    events: [way(1, 190, -5), way(191, 389, -0.8)],
  },
  {
    symbol: 'AMD',
    quantity: '-80',
    entryPrice: '110.00',
    story: 'short: rallies into its stop',
    events: [way(1, 100, 3)],
  },
  {
    symbol: 'KO',
    quantity: '200',
    entryPrice: '62.00',
    story: 'long: a quiet day',
    events: [way(1, 389, 0.1)],
  },
  {
    symbol: 'VTI',
    quantity: '12.345',
    entryPrice: '270.00',
    story: 'long, fractional: its stop lives for a day and is set again',
    events: [way(1, 200, 0.6)],
  },
  {
    symbol: 'JPM',
    quantity: '50',
    entryPrice: '200.00',
    story: 'long: dips towards its stop; an agent sells some and repeats itself',
    events: [way(1, 140, -1), way(141, 389, 1.2)],
  },
  {
    symbol: 'XOM',
    quantity: '90',
    entryPrice: '110.00',
    story: 'long: slides through its stop',
    events: [way(1, 220, -3)],
  },
  {
    symbol: 'SPY',
    quantity: '20',
    entryPrice: '500.00',
    story: "long: another bot's exit order holds its shares",
    events: [way(1, 389, 0.4)],
  },
];
