import { Command, InvalidArgumentError } from 'commander';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import { loadSettings, type Settings, secretsOf } from '../../config.ts';
import { createRedactor } from '../../server/answers/redact.ts';
import { Relay } from '../../server/attach/relay.ts';
import { greeterOf } from '../../server/greeting/greeting.ts';
import { serveStdio } from '../../server/stdio.ts';
import { stopSignal } from '../shared/stop-signal.ts';
import { UsageError } from '../shared/usage-error.ts';
import { GREETING } from './greeting.ts';

/** How long a host is given to ask what is offered. */
const GREETING_MS = 300;

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
  const { stdin, stdout, stderr } = process;
  // A signal ends the connection as a host does that closes stdin: calls under way may end.
  void stopped.then(() => stdin.destroy());
  let isOver = false;
  const served = serveStdio(relay, { stdin, stdout, stderr }).then(() => {
    isOver = true;
  });
  try {
    await greet(relay, settings, served);
    if (isOver) return;
    // Knows everything that an account needs, so it is loaded after the first answers.
    const { Seat } = await import('../owner/seat.ts');
    if (isOver) return;
    const seat = new Seat({
      ...{ settings, reload, guards: options.loop === true, relay },
      tell: (line) => void process.stderr.write(`${line}\n`),
      onOwning: () => () => undefined,
      onAttached: () => () => undefined,
    });
    await seat.take();
    await served;
    await seat.leave();
  } catch (error) {
    // Without an account nobody is served, and an open stdin would keep the process.
    const because = error instanceof Error ? error.message : String(error);
    relay.refuse(createRedactor(secretsOf(settings)).freeText(because));
    stdin.destroy();
    await relay.close();
    throw error;
  }
}

/** A host need not wait until everything is loaded and the account taken up to be told of it. */
async function greet(relay: Relay, settings: Settings, served: Promise<void>): Promise<void> {
  if (GREETING === null) return;
  const { venue, rules } = settings;
  const environment = venue.kind === 'embedded' ? 'simulated' : venue.environment;
  const named = { environment, mode: rules.mode };
  relay.greet(greeterOf(GREETING, named), named);
  // What follows keeps the processor busy, and a host that was just started asks at once.
  await Promise.race([relay.listed(GREETING_MS), served]);
}
