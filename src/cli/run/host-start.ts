import { rootCommand, runProgram } from '../shared/root-command.ts';
import { mcpCommand } from './mcp-command.ts';

/** Whether a host starts us: no command, or "mcp", and nothing but options behind it. */
export function isHostStart([, , first = 'mcp', ...others]: readonly string[]): boolean {
  return first === 'mcp' && others.every((word) => word.startsWith('-'));
}

/** The one command that a host starts, without loading what the others need. */
export const startForHost = (argv: readonly string[]): Promise<number> =>
  runProgram(rootCommand(mcpCommand()), argv);
