import { basename, extname } from 'node:path';
import { readTextFile } from '../../adapters/system/files.ts';
import { isTicker } from '../../domain/ids.ts';
import { type BarSeries, parseBarFile } from '../../paper-exchange/market/bar-file.ts';
import { UsageError } from './failure.ts';

/**
 * Reads files of bars; a file's name is its symbol, for example `AAPL.csv`.
 *
 * @throws UsageError for a name that is no symbol or stands for one twice, FileError for a
 * file that cannot be read, BarFileError for its first line that is wrong
 */
export function readBarFiles(paths: readonly string[]): readonly BarSeries[] {
  const seen = new Set<string>();
  return paths.map((file) => {
    const symbol = basename(file, extname(file)).toUpperCase();
    if (!isTicker(symbol)) {
      throw new UsageError(
        `${file} is not named after a symbol; call it, for example, AAPL.csv or BRK.B.csv.`,
      );
    }
    if (seen.has(symbol)) throw new UsageError(`The bars of ${symbol} are given twice.`);
    seen.add(symbol);
    return parseBarFile({ file, symbol, text: readTextFile(file) });
  });
}
