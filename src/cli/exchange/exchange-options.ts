import { type Command, InvalidArgumentError, Option } from 'commander';
import { readTextFile } from '../../adapters/system/files.ts';
import {
  parseSwitches,
  SwitchesFileError,
  type SwitchSettings,
} from '../../paper-exchange/probe/switches-file.ts';
import { list, wholeNumber } from '../shared/arguments.ts';
import { UsageError } from '../shared/failure.ts';
import { readAccounts, readPositions } from './exchange-accounts.ts';
import type { Pace } from './exchange-clock.ts';
import type { WorldOptions } from './exchange-world.ts';

export type ExchangeOptions = WorldOptions & {
  readonly port: number;
  readonly speed: Pace;
  readonly state?: string;
  readonly control?: true;
  readonly oracle?: true;
  readonly page: boolean;
  readonly json?: boolean;
};

/** The options that say what the exchange is. */
export const worldOptions = (command: Command): Command =>
  command
    .option('--seed <text>', 'the same seed makes the same prices', 'bigbrother')
    .addOption(
      new Option('--account <kind>', 'margin, or cash, which cannot short or borrow')
        .choices(['margin', 'cash'])
        .default('margin'),
    )
    .option('--account-number <number>', 'made from the seed when left out')
    .option(
      '--positions <list or file>',
      'symbol:shares@entry, separated by commas; negative is short',
      readPositions,
    )
    .addOption(
      new Option('--accounts <file>', 'several accounts')
        .argParser(readAccounts)
        .conflicts(['account', 'accountNumber', 'positions']),
    )
    .option('--bars <files>', 'CSV files named after their symbols, separated by commas', list)
    .option('--switches <file>', 'how to decide where the sources on Alpaca differ', readSwitches)
    .option('--speed <pace>', 'real, how many seconds pass in one, or max', pace, 1);

function readSwitches(file: string): SwitchSettings {
  try {
    return parseSwitches(file, readTextFile(file));
  } catch (cause) {
    if (cause instanceof SwitchesFileError) throw new UsageError(cause.message, { cause });
    throw cause;
  }
}

function pace(typed: string): Pace {
  if (typed === 'real') return 1;
  if (typed === 'max') return 'max';
  try {
    return wholeNumber(1, 100_000)(typed);
  } catch {
    throw new InvalidArgumentError('Allowed: real, max or a whole number from 1 to 100000.');
  }
}
