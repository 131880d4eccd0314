import { Command, InvalidArgumentError } from 'commander';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import { loadSettings } from '../../config.ts';
import { Relay } from '../../server/relay.ts';
import { serveStdio } from '../../server/stdio.ts';
import { Seat } from '../owner/seat.ts';
import { UsageError } from '../shared/failure.ts';
import { stopSignal } from '../shared/stop-signal.ts';

type Options = { readonly config?: string; readonly loop?: boolean };

const explanation = `
An MCP host such as Claude Desktop starts this command and talks to it on stdin and stdout:
  { "mcpServers": { "bigbrother": { "command": "bigbrother", "args": ["mcp", "--loop"] } } }

Without --loop nothing is done by itself: the host looks, proposes and executes plans. With
--loop the account is guarded as long as the host runs. In mode observe, execute_plan does not
exist. Messages for people go to stderr.

One process owns the account. Where another does already, this one relays to it, goes no further
than its own mode, and takes its place when it ends.`;

export const mcpCommand = (): Command =>
  new Command('mcp')
    .description('serves the tools to an MCP host on stdin and stdout (the default)')
    .option('--loop [true|false]', 'guard the account as well, while the host runs', yesOrNo)
    .addHelpText('after', explanation)
    // As the default command it also gets what was meant to be the name of another one.
    .allowExcessArguments()
    .action((_, command: Command) => {
      refuseUnknown(command);
      return serveMcp(command.optsWithGlobals<Options>());
    });

/** A host that fills in a switch of its own settings writes `--loop=false`. */
function yesOrNo(typed: string): boolean {
  if (typed === 'true' || typed === 'false') return typed === 'true';
  throw new InvalidArgumentError('Allowed: --loop, --loop=true or --loop=false.');
}

function refuseUnknown({ args, parent }: Command): void {
  const [unknown] = args;
  if (unknown === undefined) return;
  const known = parent?.commands.map((command) => command.name()).join(', ');
  throw new UsageError(`"${unknown}" is not a command; there are ${known}.`);
}

async function serveMcp(options: Options): Promise<void> {
  const reload = () => loadSettings(options.config ?? null);
  const settings = reload();
  const stopped = stopSignal();
  const relay = new Relay(new SystemClock());
  const seat = new Seat({
    settings,
    reload,
    guards: options.loop === true,
    relay,
    tell: (line) => void process.stderr.write(`${line}\n`),
    onOwning: () => () => undefined,
    onAttached: () => () => undefined,
  });
  const { stdin, stdout, stderr } = process;
  // A signal ends the connection as a host does that closes stdin: calls under way may end.
  void stopped.then(() => stdin.destroy());
  const served = serveStdio(relay, { stdin, stdout, stderr });
  try {
    await seat.take();
  } catch (error) {
    // Without an account nobody is served, and an open stdin would keep the process.
    stdin.destroy();
    await relay.close();
    throw error;
  }
  await served;
  await seat.leave();
}
