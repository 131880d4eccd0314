import { Command } from 'commander';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import { userName } from '../../adapters/system/terminal.ts';
import { StartError } from '../../composition/start-error.ts';
import { loadSettings } from '../../config.ts';
import { isTerminal } from '../../domain/order.ts';
import { isoTime } from '../../domain/time.ts';
import { BrokerError } from '../../ports/broker.ts';
import type { EmergencyBroker } from '../../ports/emergency-broker.ts';
import { clearingFor } from '../../runtime/halt/halt-orders.ts';
import { haltInWords } from '../../runtime/halt/halt-words.ts';
import { type AccountPlace, confirm, emergencyFor, placesFor } from '../owner/halt-account.ts';
import { exitCodes, UsageError } from '../shared/failure.ts';

type Options = { readonly config?: string; readonly yes?: string };

const explanation = `
Shows what was halted, by whom and when, then reads the account and shows what is without a
stop, and then asks for the account's number. Nothing but this command ends a halt, and no
agent can run it through BigBrother. A BigBrother that runs goes on at once, and writes it down.

Examples:
  bigbrother resume
  bigbrother resume --yes PA3HALT7        without a terminal`;

export const resumeCommand = (): Command =>
  new Command('resume')
    .description('ends a halt, after a look at the account and a word from you')
    .option('--yes <account>', 'the account number, in place of typing it')
    .addHelpText('after', explanation)
    .action((_, command: Command) => runResume(command.optsWithGlobals<Options>()));

const tell = (line: string): void => void process.stdout.write(`${line}\n`);

async function runResume(options: Options): Promise<void> {
  const settings = loadSettings(options.config ?? null);
  const clock = new SystemClock();
  const places = placesFor(settings);
  const latched = places.filter(({ latch }) => latch.read() !== null);
  if (latched.length === 0) {
    const names = places.map(({ name }) => name).join(', ') || 'an account that never ran here';
    tell(`Nothing is halted: ${names}.`);
    process.exitCode = exitCodes.done;
    return;
  }
  for (const place of latched) show(place);
  const broker = emergencyFor(settings, clock);
  const place = broker === null ? latched[0] : await reconciled(broker, latched, clock.now());
  if (place === undefined) throw new UsageError('The account of these keys is not halted.');
  await confirm('Ending the halt', place, options.yes);
  place.latch.lift({ at: clock.now(), by: `${userName()} on the command line` });
  tell(`LIFTED ${place.name}: trading goes on where a BigBrother runs, and when one starts.`);
  process.exitCode = exitCodes.done;
}

function show({ name, latch }: AccountPlace): void {
  const halt = latch.read();
  if (halt === null) return;
  const verified = latch.isVerified(halt) ? 'verified at the broker' : 'NOT verified at the broker';
  tell(`${name}: ${haltInWords(halt)}; since ${isoTime(halt.since)}, ${verified}`);
}

/**
 * The account of the keys, once it was read and shown.
 *
 * @throws StartError when it cannot be read: then the halt stays
 */
async function reconciled(
  broker: EmergencyBroker,
  latched: readonly AccountPlace[],
  now: number,
): Promise<AccountPlace | undefined> {
  try {
    const [account, positions, orders] = await Promise.all([
      broker.readAccount(),
      broker.readPositions(),
      broker.readOrders(now),
    ]);
    const { blockedBecause, accountNumber } = account;
    const live = orders.filter(({ status }) => !isTerminal(status)).length;
    const look = { positions, orders };
    const halt = { level: 'entries', includesForeign: true } as const;
    const { uncovered } = clearingFor(halt, look, () => false);
    tell(`Account ${accountNumber}: ${positions.length} positions, ${live} orders rest.`);
    if (blockedBecause !== null) tell(`The broker takes no orders: ${blockedBecause}`);
    for (const words of uncovered) tell(`WITHOUT A STOP: ${words}`);
    if (uncovered.length === 0) tell('Every position is covered by a stop.');
    return latched.find((place) => place.accountNumber === accountNumber);
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    throw new StartError(
      `The account cannot be read, so the halt stays: ${error.message}. Try again when it can.`,
      { cause: error },
    );
  }
}
