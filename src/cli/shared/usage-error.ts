/** Input that a command cannot use; the message says which and what would do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
