import { rootCommand, runProgram } from '../shared/root-command.ts';
import { mcpCommand } from './mcp-command.ts';

/** The one command that a host starts, without loading what the others need. */
export const runForHost = (argv: readonly string[]): Promise<number> =>
  runProgram(rootCommand(mcpCommand()), argv);
