import { MARKET_SIGNALS, SEVERITIES } from '../domain/advice.ts';
import type { Ticker } from '../domain/ids.ts';
import type { EpochMs } from '../domain/time.ts';
import { cleanSources, dayOf, hostsOf, type MarketSignal, worstOfEach } from './market-signal.ts';

const DAY_MS = 24 * 3_600_000;
const DAYS_BACK = 14;
const DAYS_AHEAD = 30;
const MOST_LINES = 200;
const LONGEST_LINE = 200;
const MOST_CITATIONS = 50;

/** The one question that is ever asked; nothing in it comes from anywhere but the symbol. */
export const questionFor = (symbol: Ticker, now: EpochMs): string =>
  [
    `What is known on ${dayOf(now)} about the US-listed security with the ticker ${symbol}?`,
    'Answer with one line for each of these that happened in the last 7 days or is scheduled for',
    'the next 7 days: EARNINGS, HALT (of its trading), OFFERING (of new shares), LITIGATION,',
    'MERGER, MACRO (an event that moves the whole market).',
    'Each line has exactly this form: SIGNAL|SEVERITY|YYYY-MM-DD|[n]',
    'SEVERITY is 0 (no effect on the price), 1 (small), 2 (large) or 3 (extreme).',
    '[n] are the numbers of your citations, for example [1][3].',
    `If there is nothing, answer with the one line NONE|0|${dayOf(now)}|`,
    'Write nothing else.',
  ].join('\n');

const LINE = /^([A-Z]{4,10})\|([0-3])\|(\d{4}-\d{2}-\d{2})\|((?:\[\d{1,2}\])*)$/;
const CITATION = /^\[(\d{1,2})\] (https:\/\/\S+)$/;
const CITATIONS = '\nCitations:\n';

/**
 * The signals in an answer: whole lines of exactly the form that was asked for, about a day that
 * is near, from sources that are named. All else in it says nothing. One page alone can call
 * nothing extreme, and the whole market is the affair of every symbol: never more than small.
 *
 * @returns null for an answer that holds no such line: nobody knows what it says
 */
export function signalsIn(answer: string, now: EpochMs): readonly MarketSignal[] | null {
  const cut = answer.lastIndexOf(CITATIONS);
  const [said, cited] = cut < 0 ? [answer, ''] : [answer.slice(0, cut), answer.slice(cut)];
  const citations = citationsIn(cited);
  const found = said
    .split('\n', MOST_LINES)
    .filter((line) => line.length <= LONGEST_LINE)
    .flatMap((line) => signalIn(line.trim(), citations, now) ?? []);
  return found.length === 0 ? null : worstOfEach(found);
}

function citationsIn(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n', MOST_CITATIONS + 3);
  return new Map(
    lines.flatMap((line) => {
      const [, number, address] = CITATION.exec(line.trim()) ?? [];
      return number === undefined || address === undefined ? [] : [[number, address] as const];
    }),
  );
}

function signalIn(
  line: string,
  citations: ReadonlyMap<string, string>,
  now: EpochMs,
): MarketSignal | null {
  const [, word, digit, date, marks] = LINE.exec(line) ?? [];
  const signal = MARKET_SIGNALS.find((each) => each.toUpperCase() === word);
  const severity = SEVERITIES.find((each) => String(each) === digit);
  if (signal === undefined || severity === undefined || date === undefined) return null;
  if (!isNear(date, now)) return null;
  if (signal === 'none') return { signal, severity: 0, date, sources: [] };
  const numbers = [...(marks ?? '').matchAll(/\d+/g)].map(([number]) => number);
  const sources = cleanSources(numbers.flatMap((number) => citations.get(number) ?? []));
  const most = signal === 'macro' ? 1 : (([0, 2] as const)[sources.length] ?? mostOf(sources));
  return { signal, severity: severity > most ? most : severity, date, sources };
}

/** Two pages of one publisher are one. */
const mostOf = (sources: readonly string[]): 2 | 3 => (hostsOf(sources).size > 1 ? 3 : 2);

function isNear(date: string, now: EpochMs): boolean {
  const at = Date.parse(`${date}T00:00:00Z`);
  // Parsing alone would take the 31st of February for a day in March.
  if (Number.isNaN(at) || dayOf(at) !== date) return false;
  return at >= now - DAYS_BACK * DAY_MS && at <= now + DAYS_AHEAD * DAY_MS;
}
