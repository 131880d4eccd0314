import { secretValues } from '../../config.ts';
import { createRedactor } from '../../server/answers/redact.ts';

/**
 * What is said of an error that nobody caught: where it came from, and nothing that hangs on it.
 * Node itself would print all of its fields, and a request that failed holds the keys.
 */
export function faultText(error: unknown): string {
  const because = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return createRedactor(secretValues()).answer(`bigbrother: a fault in BigBrother: ${because}\n`);
}
