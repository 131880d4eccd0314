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
import { type Answer, answerOf } from '../shared/answer.ts';
import { exitCodes, UsageError } from '../shared/failure.ts';

import { haltFacts } from './halt-facts.ts';

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
    .option('--json', 'one JSON object')
    .addHelpText('after', explanation)
    .action((_, command: Command) =>
      runResume(command.optsWithGlobals<Options>(), answerOf(command)),
    );

async function runResume(options: Options, answer: Answer): Promise<void> {
  const settings = loadSettings(options.config ?? null);
  const clock = new SystemClock();
  const places = placesFor(settings);
  const latched = places.filter(({ latch }) => latch.read() !== null);
  answer.note({ halted: latched.flatMap(haltAt), lifted: null });
  if (latched.length === 0) {
    const names = places.map(({ name }) => name).join(', ') || 'an account that never ran here';
    answer.say(`Nothing is halted: ${names}.`);
    process.exitCode = exitCodes.done;
    return;
  }
  for (const place of latched) show(place, answer);
  const broker = emergencyFor(settings, clock);
  const place =
    broker === null ? latched[0] : await reconciled(broker, latched, clock.now(), answer);
  if (place === undefined) throw new UsageError('The account of these keys is not halted.');
  await confirm('Ending the halt', place, options.yes, answer);
  place.latch.lift({ at: clock.now(), by: `${userName()} on the command line` });
  answer.note({ lifted: place.name });
  answer.say(`LIFTED ${place.name}: trading goes on where a BigBrother runs, and when one starts.`);
  process.exitCode = exitCodes.done;
}

/** None, or the one that holds there. */
function haltAt({ name, latch }: AccountPlace) {
  const halt = latch.read();
  return halt === null
    ? []
    : [{ account: name, ...haltFacts(halt), is_verified: latch.isVerified(halt) }];
}

function show({ name, latch }: AccountPlace, answer: Answer): void {
  const halt = latch.read();
  if (halt === null) return;
  const verified = latch.isVerified(halt) ? 'verified at the broker' : 'NOT verified at the broker';
  answer.say(`${name}: ${haltInWords(halt)}; since ${isoTime(halt.since)}, ${verified}`);
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
  answer: Answer,
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
    answer.note({
      account: accountNumber,
      positions: positions.length,
      resting_orders: live,
      blocked_because: blockedBecause,
      without_a_stop: uncovered,
    });
    answer.say(`Account ${accountNumber}: ${positions.length} positions, ${live} orders rest.`);
    if (blockedBecause !== null) answer.say(`The broker takes no orders: ${blockedBecause}`);
    for (const words of uncovered) answer.say(`WITHOUT A STOP: ${words}`);
    if (uncovered.length === 0) answer.say('Every position is covered by a stop.');
    return latched.find((place) => place.accountNumber === accountNumber);
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    throw new StartError(
      `The account cannot be read, so the halt stays: ${error.message}. Try again when it can.`,
      { cause: error },
    );
  }
}
