import { z } from 'zod';
import { settingsObject, settingsProblem } from '../../../policies/settings.ts';
import { readTextFile } from '../../adapters/system/files.ts';
import type { EntryPlan, ListedEntry } from '../../backtest/entries.ts';
import { type PriceBars, UNITS_PER_DOLLAR } from '../../backtest/price-bars.ts';
import { UsageError } from '../../cli/shared/failure.ts';
import { parseDay } from '../../paper-exchange/calendar/civil-day.ts';
import { newYorkInstant } from '../../paper-exchange/calendar/new-york.ts';

const TIME = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}):(\d{2}))?$/;

const amount = z.coerce.number().positive();
const entry = settingsObject({
  time: z.string().regex(TIME, 'New York time as YYYY-MM-DD or YYYY-MM-DDTHH:MM'),
  symbol: z.string().min(1),
  quantity: amount.int('whole shares').optional(),
  dollars: amount.optional(),
}).refine(
  ({ quantity, dollars }) => (quantity === undefined) !== (dollars === undefined),
  'an entry with either a quantity or dollars',
);
const entriesIn = z.array(entry);
type Entry = z.output<typeof entry>;

const COLUMNS = ['time', 'symbol', 'quantity', 'dollars'];

/**
 * Purchases out of a file: a JSON array or CSV, with `time`, `symbol`, and `quantity` or `dollars`.
 *
 * @throws UsageError for the first that is wrong; FileError for a file that cannot be read
 */
export function readEntries(path: string): readonly Entry[] {
  const text = readTextFile(path);
  const rows = text.trimStart().startsWith('[') ? fromJson(path, text) : fromCsv(path, text);
  const read = entriesIn.safeParse(rows);
  if (read.success) return read.data;
  throw new UsageError(`${path}: ${settingsProblem(read.error, rows)[0] ?? 'no entries'}`);
}

/** Each at the open of the first bar of its symbol that begins then or later. */
export function entryPlan(entries: readonly Entry[], { symbol, openAt }: PriceBars): EntryPlan {
  const listed = entries
    .filter((each) => each.symbol.toUpperCase() === symbol)
    .flatMap(({ time, quantity, dollars }): ListedEntry[] => {
      const at = instantOf(time);
      const bar = openAt.findIndex((opens) => opens >= at);
      if (bar < 0) return [];
      const size =
        quantity === undefined
          ? { dollars: Math.round((dollars ?? 0) * UNITS_PER_DOLLAR) }
          : { shares: quantity };
      return [{ bar, size }];
    });
  return { kind: 'listed', entries: listed.sort((one, other) => one.bar - other.bar) };
}

function instantOf(time: string): number {
  const [, day = '', hour = '0', minute = '0'] = TIME.exec(time) ?? [];
  return newYorkInstant(parseDay(day), (Number(hour) * 60 + Number(minute)) * 60_000);
}

function fromJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const because = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${path} is not JSON: ${because}.`, { cause });
  }
}

function fromCsv(path: string, text: string): unknown {
  const [header = '', ...lines] = text.trim().split(/\r?\n/);
  const names = header.split(',').map((name) => name.trim().toLowerCase());
  const unknown = names.filter((name) => !COLUMNS.includes(name));
  if (unknown.length > 0) {
    throw new UsageError(`${path}, line 1: allowed are the columns ${COLUMNS.join(', ')}.`);
  }
  return lines.map((line) => {
    const cells = line.split(',').map((cell) => cell.trim());
    return Object.fromEntries(
      names.flatMap((name, index) => {
        const cell = cells[index] ?? '';
        return cell === '' ? [] : [[name, cell]];
      }),
    );
  });
}
