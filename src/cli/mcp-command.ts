import { Command } from 'commander';
import { loadSettings } from '../config.ts';
import { createMcpServer } from '../server/mcp-server.ts';
import { serveStdio } from '../server/stdio.ts';
import { UsageError } from './failure.ts';
import { announcementOf, startBigBrother } from './start.ts';
import { stopSignal } from './stop-signal.ts';
import { VERSION } from './version.ts';

type Options = { readonly config?: string; readonly loop?: boolean };

const explanation = `
An MCP host such as Claude Desktop starts this command and talks to it on stdin and stdout:
  { "mcpServers": { "bigbrother": { "command": "bigbrother", "args": ["mcp", "--loop"] } } }

Without --loop nothing is done by itself: the host looks, proposes and executes plans. With
--loop the account is guarded as long as the host runs. In mode observe, execute_plan does not
exist. Messages for people go to stderr.`;

export const mcpCommand = (): Command =>
  new Command('mcp')
    .description('serves the tools to an MCP host on stdin and stdout (the default)')
    .option('--loop', 'guard the account as well, while the host runs')
    .addHelpText('after', explanation)
    // As the default command it also gets what was meant to be the name of another one.
    .allowExcessArguments()
    .action((_, command: Command) => {
      refuseUnknown(command);
      return serveMcp(command.optsWithGlobals<Options>());
    });

function refuseUnknown({ args, parent }: Command): void {
  const [unknown] = args;
  if (unknown === undefined) return;
  const known = parent?.commands.map((command) => command.name()).join(', ');
  throw new UsageError(`"${unknown}" is not a command; there are ${known}.`);
}

async function serveMcp(options: Options): Promise<void> {
  const settings = loadSettings(options.config ?? null);
  const stopped = stopSignal();
  const running = await startBigBrother(settings);
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  tell(announcementOf(running));
  if (options.loop === true) running.orchestrator.start();

  const { venue } = settings;
  const server = createMcpServer({
    bigBrother: running.bigBrother,
    clock: running.clock,
    ids: running.ids,
    version: VERSION,
    secrets: venue.kind === 'alpaca' ? [venue.keyId, venue.secretKey] : [],
    log: tell,
  });
  const { stdin, stdout, stderr } = process;
  const served = serveStdio(server, { stdin, stdout, stderr });
  // A signal ends the connection as a host does that closes stdin: calls under way may end.
  void stopped.then(() => stdin.destroy());
  await served;
  await running.stopGuarding();
  running.close();
}
