import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';

/** Who is logged in here; `somebody` where the system does not tell. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody'; // A user id without an entry in the system's list of users.
  }
}

/** What a person types after `question`. */
export async function askLine(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(question)).trim();
  } finally {
    terminal.close();
  }
}
