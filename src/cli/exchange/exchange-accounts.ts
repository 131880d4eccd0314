import { z } from 'zod';
import { readTextFile } from '../../adapters/system/files.ts';
import { isTicker } from '../../domain/ids.ts';
import type { AccountOptions, OpeningPosition } from '../../paper-exchange/core/basics/types.ts';
import { UsageError } from '../shared/failure.ts';

export type AccountKind = 'margin' | 'cash';

/** Each key opens one account of the exchange on this machine and nothing else. */
const keysOf = (place: number) => {
  const suffix = place === 0 ? '' : `-${place + 1}`;
  return { keyId: `PKSIMULATED${suffix}`, secretKey: `simulated-secret${suffix}` };
};

const OPENING_CASH = '100000';
const COLUMNS = 'symbol,qty,average_entry_price';

const digits = (pattern: RegExp, example: string) =>
  z.union([z.string(), z.number().transform(String)]).refine((text) => pattern.test(text), {
    error: `must be a decimal such as ${example}`,
  });
const positionSchema = z.object({
  symbol: z.string().refine(isTicker, { error: 'must be a symbol such as AAPL or BTC/USD' }),
  qty: digits(/^-?(?=.*[1-9])\d+(\.\d{1,9})?$/, '100, -30 or 0.5'),
  averageEntryPrice: digits(/^(?=.*[1-9])\d+(\.\d{1,9})?$/, '180.00'),
});
/** Alpaca's own spelling is taken too, so that what GET /v2/positions gave can be held here. */
const positionsSchema = z.array(
  z.preprocess((given) => {
    if (typeof given !== 'object' || given === null || !('avg_entry_price' in given)) return given;
    return { ...given, averageEntryPrice: given.avg_entry_price };
  }, positionSchema),
);
const accountsSchema = z
  .array(
    z.strictObject({
      keyId: z.string().min(1).optional(),
      secretKey: z.string().min(1).optional(),
      accountNumber: z.string().min(1).optional(),
      kind: z.enum(['margin', 'cash']).default('margin'),
      cash: digits(/^\d+(\.\d{1,2})?$/, '100000').default(OPENING_CASH),
      positions: positionsSchema.default([]),
    }),
  )
  .nonempty();

/** Account number `place` of an exchange, counted from 0, with keys of its own. */
export function accountFor(
  place: number,
  kind: AccountKind,
  positions: readonly OpeningPosition[],
  accountNumber?: string,
): AccountOptions {
  return {
    ...keysOf(place),
    cash: OPENING_CASH,
    multiplier: kind === 'cash' ? '1' : '4',
    positions,
    ...(accountNumber === undefined ? {} : { accountNumber }),
  };
}

/**
 * A list as typed (`AAPL:100@180.00,TSLA:-30@250.00`) or the name of a file: CSV with the
 * columns symbol, qty, average_entry_price, or the JSON that GET /v2/positions gives.
 *
 * @throws UsageError naming what is wrong; FileError for a file that cannot be read
 */
export function readPositions(typed: string): readonly OpeningPosition[] {
  if (typed.includes('@') || !/[./\\]/.test(typed)) return typedPositions(typed);
  const text = readTextFile(typed).trim();
  const rows = text.startsWith('[') ? jsonIn(typed, text) : csvRows(typed, text);
  return once(typed, checked(typed, positionsSchema, rows));
}

/** A JSON file with a list of accounts. @throws UsageError, FileError */
export function readAccounts(file: string): readonly [AccountOptions, ...AccountOptions[]] {
  const given = checked(file, accountsSchema, jsonIn(file, readTextFile(file)));
  const accounts = given.map(
    ({ kind, keyId, secretKey, accountNumber, cash, positions }, place) => ({
      ...accountFor(place, kind, once(file, positions), accountNumber),
      cash,
      ...(keyId === undefined ? {} : { keyId }),
      ...(secretKey === undefined ? {} : { secretKey }),
    }),
  );
  const [first, ...others] = accounts;
  if (first === undefined) throw new UsageError(`${file} names no account.`);
  return [first, ...others];
}

function typedPositions(typed: string): readonly OpeningPosition[] {
  const positions = typed.split(',').map((entry) => {
    const [, symbol = '', qty = '', averageEntryPrice = ''] =
      /^([^:@]+):(-?\d+(?:\.\d{1,9})?)@(\d+(?:\.\d{1,4})?)$/.exec(entry.trim()) ?? [];
    const read = positionSchema.safeParse({ symbol, qty, averageEntryPrice });
    if (read.success) return read.data;
    throw new UsageError(
      `--positions has "${entry}"; allowed: symbol:shares@entry, as AAPL:100@180.00, or a file.`,
    );
  });
  return once('--positions', positions);
}

function csvRows(file: string, text: string): readonly object[] {
  const [header = '', ...lines] = text.split(/\r?\n/);
  if (header.replaceAll(' ', '').toLowerCase() !== COLUMNS) {
    throw new UsageError(`${file}, line 1: the columns are ${COLUMNS}, here they are "${header}".`);
  }
  return lines.map((line) => {
    const [symbol, qty, averageEntryPrice] = line.split(',').map((cell) => cell.trim());
    return { symbol, qty, averageEntryPrice };
  });
}

/** @throws UsageError for a symbol that occurs twice */
function once(where: string, positions: readonly OpeningPosition[]): readonly OpeningPosition[] {
  const symbols = positions.map(({ symbol }) => symbol);
  const twice = symbols.find((symbol, place) => symbols.indexOf(symbol) !== place);
  if (twice === undefined) return positions;
  throw new UsageError(`${where} has ${twice} twice; add the two positions up.`);
}

function jsonIn(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const because = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${file} is not JSON: ${because}.`, { cause });
  }
}

function checked<Value>(file: string, schema: z.ZodType<Value>, given: unknown): Value {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const place = issue === undefined ? '' : `${placeOf(issue.path)} ${issue.message}`;
  throw new UsageError(`${file}: ${place.trim()}.`);
}

const placeOf = (path: readonly PropertyKey[]): string =>
  path.map((step) => (typeof step === 'number' ? `entry ${step + 1}` : String(step))).join(', ');
