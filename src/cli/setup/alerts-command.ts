import { Command } from 'commander';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import { notifiersOf } from '../../composition/alerting.ts';
import { loadSettings, type Settings } from '../../config.ts';
import { reasonOf, withDeadline } from '../../ports/deadline.ts';
import type { Notice } from '../../ports/notifier.ts';
import { exitCodes } from '../shared/failure.ts';
import { type Finding, ok } from './doctor-checks.ts';

type Options = { readonly config?: string; readonly json?: boolean };

const LONGEST_MS = 10_000;
const HOW =
  'set BIGBROTHER_ALERT_WEBHOOKS, or "alerts" in the settings file (docs/alerts.md), to have ' +
  'somebody told';

const explanation = `
Who is told when a position stands naked, an order is unknown, a stream is down, trading is halted
or a plan waits for you:
  BIGBROTHER_ALERT_WEBHOOKS  addresses of Slack, Discord or any program that takes JSON
  BIGBROTHER_HEARTBEAT_URL   called every minute while the loop is well
  "alerts" in the settings   {"desktop": true, "command": ["/home/me/tell.sh"]}

Examples:
  bigbrother alerts test
  bigbrother alerts test --json`;

export function alertsCommand(): Command {
  const command = new Command('alerts')
    .description('says who is told when something is wrong, and tries it')
    .addHelpText('after', explanation);
  command
    .command('test')
    .description('sends one notice each way that the settings name')
    .option('--json', 'one JSON object')
    .addHelpText('after', '\nExit code 0 when each was taken, 1 when one was not.')
    .action((_, self: Command) => sendTest(self.optsWithGlobals<Options>()));
  return command;
}

type Trial = { readonly name: string; readonly taken: boolean; readonly because: string | null };

async function sendTest(options: Options): Promise<void> {
  const settings = loadSettings(options.config ?? null);
  const clock = new SystemClock();
  const notice: Notice = {
    ...{ kind: 'test', code: 'test', symbol: null, since: clock.now() },
    because: 'this is how BigBrother reaches you',
    environment: settings.venue.kind === 'embedded' ? 'simulated' : settings.venue.environment,
  };
  const trials = await Promise.all(
    notifiersOf(settings, clock).map(async (notifier): Promise<Trial> => {
      const { name } = notifier;
      try {
        const call = () => notifier.send(notice);
        await withDeadline({ clock, timeoutMs: LONGEST_MS, what: name, call });
        return { name, taken: true, because: null };
      } catch (error) {
        return { name, taken: false, because: reasonOf(error) };
      }
    }),
  );
  const isWell = trials.every(({ taken }) => taken);
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ ok: isWell, ways: trials })}\n`
      : `${trials.length === 0 ? `Nobody is told outside this program: ${HOW}.` : trials.map(inWords).join('\n')}\n`,
  );
  process.exitCode = isWell ? exitCodes.done : exitCodes.failed;
}

const inWords = ({ name, taken, because }: Trial): string =>
  taken ? `ok     ${name}` : `WRONG  ${name}: ${because}`;

/** Whether anybody is told; nothing is sent. */
export function alertsFinding(settings: Settings): Finding {
  const ways = notifiersOf(settings, new SystemClock()).map(({ name }) => name);
  const heart = settings.alerts.heartbeat === null ? [] : ['heartbeat'];
  const all = [...ways, ...heart];
  if (all.length === 0) return ok('alerts', `nobody is told outside this program: ${HOW}`);
  return ok('alerts', `${all.join(', ')}; try them with "bigbrother alerts test"`);
}
