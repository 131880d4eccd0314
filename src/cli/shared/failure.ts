import { CommanderError } from 'commander';
import { FileError } from '../../adapters/system/files.ts';
import { ListenError } from '../../adapters/system/http-listener.ts';
import { StartError } from '../../composition/start-error.ts';
import { SettingsError } from '../../config.ts';
import { BarFileError } from '../../paper-exchange/market/bar-file.ts';
import { OracleViolation } from '../../paper-exchange/oracle/rules.ts';
import { ReplicaError } from '../../ports/replica.ts';
import { UsageError } from './usage-error.ts';

/** What the shell sees. */
export const exitCodes = {
  done: 0,
  /** The run found a problem, or BigBrother itself failed. */
  failed: 1,
  /** Arguments, settings or files that cannot be used. */
  unusable: 2,
  /** The broker could not be reached or refused the account. */
  brokerRefused: 3,
} as const;

export { UsageError };

export type Failure = { readonly exitCode: number; readonly message: string };

/** What ended a command, as a sentence for a person. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) {
    // Help and version arrive here too, with a code of 0 and already printed.
    return { exitCode: error.exitCode === 0 ? exitCodes.done : exitCodes.unusable, message: '' };
  }
  if (error instanceof StartError)
    return { exitCode: exitCodes.brokerRefused, message: error.message };
  if (error instanceof ReplicaError) return { exitCode: exitCodes.failed, message: error.inFull() };
  if (error instanceof OracleViolation)
    return { exitCode: exitCodes.failed, message: error.message };
  if (isUnusableInput(error)) return { exitCode: exitCodes.unusable, message: error.message };
  const because = error instanceof Error ? error.message : String(error);
  return {
    exitCode: exitCodes.failed,
    message: `This is a fault in BigBrother: ${because}. Run it again with --debug for the stack.`,
  };
}

const isUnusableInput = (error: unknown): error is Error =>
  error instanceof UsageError ||
  error instanceof SettingsError ||
  error instanceof FileError ||
  error instanceof ListenError ||
  error instanceof BarFileError;
