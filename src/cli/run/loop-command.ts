import { Command } from 'commander';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import type { Running } from '../../compose.ts';
import { loadSettings } from '../../config.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { followJournal } from '../journal/journal-follower.ts';
import { Seat } from '../owner/seat.ts';
import { ActionTeller } from '../shared/action-teller.ts';
import { LiveScreen } from '../shared/live-screen.ts';
import { RunLog } from '../shared/run-log.ts';
import { stopSignal } from '../shared/stop-signal.ts';
import { Dashboard } from './dashboard.ts';

type Options = { readonly config?: string; readonly plain?: boolean; readonly json?: boolean };

const REDRAW_MS = 500;

const explanation = `
Looks at the account every 10 seconds and on every fill, and does what the mode allows:
observe looks, propose writes down what it would do, execute does it. Ctrl-C stops it cleanly;
orders that rest at the broker stay there and keep protecting.

One process owns the account. Where another does already, this one asks it to guard, shows what
it does, and takes its place when it ends.

Examples:
  bigbrother loop                              the built-in paper exchange, no keys needed
  APCA_API_KEY_ID=... APCA_API_SECRET_KEY=... BIGBROTHER_MODE=execute bigbrother loop`;

export const loopCommand = (): Command =>
  new Command('loop')
    .description('guards the account until it is stopped')
    .option('--plain', 'a line for each action even when this is a terminal')
    .option('--json', 'one JSON object a line on stdout, also of what is said to people')
    .addHelpText('after', explanation)
    .action((_, command: Command) => runLoop(command.optsWithGlobals<Options>()));

async function runLoop(options: Options): Promise<void> {
  const reload = () => loadSettings(options.config ?? null);
  const settings = reload();
  const stopped = stopSignal();
  const log = new RunLog(options);
  const isLive = process.stdout.isTTY && options.plain !== true && !log.isJson;
  const seat = new Seat({
    settings,
    reload,
    guards: true,
    relay: null,
    tell: (line) => log.tell(line),
    onOwning: (running) => (isLive ? showDashboard(running) : logActions(hearing(running), log)),
    onAttached: (path) =>
      logActions((onRecord) => followJournal(path, new SystemClock(), onRecord), log),
  });
  await seat.take();
  await stopped;
  await seat.leave();
}

/** Has a listener told of each record; what it returns ends that. */
type Hearing = (onRecord: (record: JournalRecord) => void) => () => void;

export const hearing =
  ({ logger }: Running): Hearing =>
  (onRecord) => {
    logger.onRecord(onRecord);
    return () => undefined;
  };

/** Draws what is held and done, again and again. The returned function ends it. */
function showDashboard(running: Running): () => void {
  const dashboard = new Dashboard(running);
  const screen = new LiveScreen(process.stdout);
  const teller = new ActionTeller();
  running.logger.onRecord((record) => {
    const action = teller.actionIn(record);
    if (action !== null) dashboard.add(action);
  });
  let cancel = (): void => undefined;
  const draw = (): void => {
    screen.draw(dashboard.lines());
    cancel = running.clock.after(REDRAW_MS, draw);
  };
  draw();
  return () => {
    cancel();
    screen.close();
  };
}

/** One line of the log for each thing done, refused or changed. */
export function logActions(hear: Hearing, log: RunLog): () => void {
  const teller = new ActionTeller();
  const stop = hear((record) => {
    const action = teller.actionIn(record);
    if (action === null) return;
    const { seq, type, symbol, planId, orderId } = record;
    log.act({ seq, type, symbol, planId, orderId }, action.text);
  });
  return () => {
    stop();
    log.flush();
  };
}
