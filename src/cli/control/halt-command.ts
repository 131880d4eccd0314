import { Command, Option } from 'commander';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import { userName } from '../../adapters/system/terminal.ts';
import { type HaltSettings, loadHaltSettings } from '../../config.ts';
import type { Json } from '../../domain/canonical.ts';
import type { Halt, HaltLevel } from '../../domain/halt.ts';
import type { Account } from '../../domain/portfolio.ts';
import { BrokerError } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EmergencyBroker } from '../../ports/emergency-broker.ts';
import { carryOutHalt, type HaltReport, latchHalt } from '../../runtime/halt/halt.ts';
import { haltInWords, reportInWords } from '../../runtime/halt/halt-words.ts';
import {
  type AccountPlace,
  confirm,
  emergencyFor,
  placeOf,
  placesFor,
} from '../owner/halt-account.ts';
import { type Answer, answerOf } from '../shared/answer.ts';
import { wholeNumber } from '../shared/arguments.ts';
import { exitCodes, UsageError } from '../shared/failure.ts';
import { stopSignal } from '../shared/stop-signal.ts';
import { haltFacts, reportFacts } from './halt-facts.ts';

type Options = {
  readonly config?: string;
  readonly entries?: boolean;
  readonly everything?: boolean;
  readonly flatten?: boolean;
  readonly yes?: string;
  readonly because?: string;
  readonly giveUpAfter?: number;
};

const explanation = `
The halt is on disk before anything else is done: from then on no BigBrother on this machine
sends what it forbids, also after a restart, until a person runs "bigbrother resume". Then
orders are canceled one by one over a connection of its own, and the account is read until
nothing is left. Press it again as often as you like. It needs no running BigBrother, and no
settings file that can be read: the keys and the data directory are enough.

  --entries     no order that adds risk; resting entries are canceled, stops and exits go on
  --everything  no order at all; what rests is canceled, but for stops that protect (the default)
  --flatten     everything, then cancels every order and closes every position at the market

Without the network the halt holds all the same, and the rest is tried until Ctrl-C.
Exits with 0 only when it has read at the broker that nothing is left, with 1 otherwise.

Examples:
  bigbrother halt
  bigbrother halt --entries --because "strange fills"
  bigbrother halt --flatten --yes PA3HALT7`;

const option = (flag: string, description: string, ...others: readonly string[]): Option =>
  new Option(flag, description).conflicts([...others]);

export const haltCommand = (): Command =>
  new Command('halt')
    .description('the kill switch: stops trading, cancels, and verifies it at the broker')
    .addOption(option('--entries', 'stop what adds risk', 'everything', 'flatten'))
    .addOption(option('--everything', 'stop every order; the default', 'entries', 'flatten'))
    .addOption(option('--flatten', 'also close every position', 'entries', 'everything'))
    .option('--yes <account>', 'the account number, to confirm --flatten without a terminal')
    .option('--because <words>', 'why, for the journal')
    .option('--give-up-after <seconds>', 'then stop trying', wholeNumber(1, 86_400))
    .option('--json', 'one JSON object')
    .addHelpText('after', explanation)
    .action((_, command: Command) =>
      runHalt(command.optsWithGlobals<Options>(), answerOf(command)),
    );

async function runHalt(options: Options, answer: Answer): Promise<void> {
  const settings = loadHaltSettings(options.config ?? null);
  warnOfBroken(settings);
  const clock = new SystemClock();
  const level = levelOf(options);
  // Whoever wants to flatten is asked once more, and blocked meanwhile.
  const first = level === 'flatten' ? 'everything' : level;
  const press = pressing(options, clock, answer);
  const pressed = placesFor(settings).map((place) => press(place, first));

  const over = new AbortController();
  void stopSignal().then(() => over.abort());
  const { giveUpAfter } = options;
  if (giveUpAfter !== undefined) clock.after(giveUpAfter * 1_000, () => over.abort());
  const broker = emergencyFor(settings, clock);
  if (broker === null) return awaitOwner(pressed[0], { level, clock, signal: over.signal, answer });
  const looking = { clock, signal: over.signal, answer };
  const reading = readAccount(broker, pressed, looking);
  const account = await Promise.race([reading, aborted(over.signal)]);
  if (account === null) return end(exitCodes.failed, answer);
  const place = theOne(settings, pressed, account);
  const known = pressed.find((each) => each.place.name === place.name) ?? press(place, first);
  if (level === 'flatten') {
    await confirm('Closing every position at the market', place, options.yes, answer);
  }
  const { halt, latchFailure } = level === first ? known : press(place, level);
  const { latch } = place;
  const { signal } = over;
  const onLook = tellChanges(answer);
  const work = carryOutHalt({
    ...{ broker, latch, clock, halt, latchFailure, signal, onLook },
  });
  const report = await Promise.race([work, aborted(signal)]);
  const isDone = report?.outcome === 'verified' && latchFailure === null;
  await end(isDone ? exitCodes.done : exitCodes.failed, answer);
}

function warnOfBroken({ venue, dataDirectory, unusableBecause }: HaltSettings): void {
  if (unusableBecause === null) return;
  const account =
    venue.kind === 'embedded'
      ? 'of the built-in exchange'
      : `${venue.accountNumber ?? 'of these keys'} (${venue.environment})`;
  process.stderr.write(
    `bigbrother: ${unusableBecause}\nIt is halted all the same: the account ${account}, kept in ` +
      `${dataDirectory}. If it is kept elsewhere, set BIGBROTHER_DATA_DIR and press again.\n`,
  );
}

/** Ends the process although a request or a timer may still run; what was printed is out first. */
function end(exitCode: number, answer: Answer): Promise<never> {
  answer.give({ exitCode, because: null });
  return new Promise(() => process.stdout.write('', () => process.exit(exitCode)));
}

const aborted = (signal: AbortSignal): Promise<null> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(null)));

const levelOf = ({ entries, flatten }: Options): HaltLevel =>
  entries === true ? 'entries' : flatten === true ? 'flatten' : 'everything';

type Pressed = {
  readonly place: AccountPlace;
  readonly halt: Halt;
  readonly latchFailure: string | null;
};

type Looking = { readonly clock: Clock; readonly signal: AbortSignal; readonly answer: Answer };

/** What latches an account, says so, and keeps count of what was latched. */
function pressing(
  { because: given }: Options,
  clock: Clock,
  answer: Answer,
): (place: AccountPlace, level: HaltLevel) => Pressed {
  const by = `${userName()} on the command line`;
  const latched: Json[] = [];
  answer.note({ latched });
  return (place, level) => {
    // Pressed again without a word, the reason of the halt that holds is not lost.
    const because = given ?? place.latch.read()?.because ?? 'asked for on the command line';
    const request = { level, actor: 'person', by, because, includesForeign: true } as const;
    const { halt, latchFailure } = latchHalt({ latch: place.latch, clock }, request);
    latched.push({ account: place.name, ...haltFacts(halt), not_latched_because: latchFailure });
    answer.say(
      latchFailure === null
        ? `LATCHED ${place.name}: ${haltInWords(halt)}`
        : `NOT LATCHED ${place.name}: ${latchFailure}`,
    );
    return { place, halt, latchFailure };
  };
}

/** Tries until it is read, or until told to stop. */
async function readAccount(
  broker: EmergencyBroker,
  pressed: readonly Pressed[],
  { clock, signal, answer }: Looking,
): Promise<Account | null> {
  if (pressed.length === 0) {
    answer.say('These keys never ran here: the broker is asked for the account.');
  }
  answer.note({ outcome: 'at_work', broker_failure: 'the broker has not answered yet' });
  for (;;) {
    try {
      const account = await broker.readAccount();
      answer.note({ broker_failure: null });
      return account;
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      const holds = pressed.length === 0 ? 'NOTHING is latched yet' : 'the halt holds';
      answer.note({ outcome: 'at_work', broker_failure: error.message });
      answer.say(
        `NOT VERIFIED: ${error.message}; ${holds}, and it is tried again. Ctrl-C gives up.`,
      );
    }
    await clock.sleep(2_000, signal);
    if (signal.aborted) return null;
  }
}

/** @throws UsageError when the keys belong to another account than the one that was named */
function theOne(
  settings: HaltSettings,
  pressed: readonly Pressed[],
  { accountNumber }: Account,
): AccountPlace {
  const known = pressed.find(({ place }) => place.accountNumber === accountNumber);
  if (known !== undefined) return known.place;
  const { venue } = settings;
  if (venue.kind === 'embedded' || venue.accountNumber !== null) {
    const names = pressed.map(({ place }) => place.name).join(', ');
    throw new UsageError(
      `The keys belong to account ${accountNumber}, not to ${names}, which is blocked; nothing ` +
        'was canceled. Use the keys of the account that you mean.',
    );
  }
  return placeOf(settings, `${venue.environment}-${accountNumber}`);
}

/** Says what a look has found when it is something new. */
function tellChanges(answer: Answer): (report: HaltReport) => void {
  let last = '';
  return (report) => {
    const text = reportInWords(report).join('\n');
    if (text !== last) answer.say(text);
    answer.note(reportFacts(report));
    last = text;
  };
}

const OWNER_POLL_MS = 100;
/** The owner of an exchange inside its process clears it; without one there is nothing left. */
const OWNER_TIMEOUT_MS = 20_000;

async function awaitOwner(
  pressed: Pressed | undefined,
  { level, clock, signal, answer }: Looking & { readonly level: HaltLevel },
): Promise<void> {
  if (pressed === undefined) {
    throw new UsageError('There are no keys, and no BigBrother ever ran here: nothing to halt.');
  }
  if (level === 'flatten') {
    throw new UsageError(
      'The exchange inside another process cannot be flattened from here; it is halted. ' +
        'Stopping that process forgets its account.',
    );
  }
  const { place, halt } = pressed;
  const until = clock.now() + OWNER_TIMEOUT_MS;
  while (!place.latch.isVerified(halt) && clock.now() < until && !signal.aborted) {
    await clock.sleep(OWNER_POLL_MS, signal);
  }
  const isVerified = place.latch.isVerified(halt);
  answer.note({ outcome: isVerified ? 'verified' : 'at_work' });
  answer.say(
    isVerified
      ? 'VERIFIED by the BigBrother that runs the account: nothing is left that has to end'
      : 'NOT VERIFIED: no BigBrother runs this account, or it is in no mode to act',
  );
  await end(isVerified ? exitCodes.done : exitCodes.failed, answer);
}
