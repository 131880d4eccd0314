import type { AccountOwnedError } from '../adapters/event-stores/owner-lock.ts';

/** BigBrother could not start; the message says why and what to do. */
export class StartError extends Error {
  override readonly name: string = 'StartError';
}

/** Another process of this machine owns the account: one may attach to it. */
export class AccountTakenError extends StartError {
  override readonly name = 'AccountTakenError';
  readonly pid: number | null;
  /** Where everything of the account lies. */
  readonly accountDirectory: string;

  constructor(owned: AccountOwnedError, accountDirectory: string) {
    super(owned.message, { cause: owned });
    this.pid = owned.pid;
    this.accountDirectory = accountDirectory;
  }
}
