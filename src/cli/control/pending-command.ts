import { Command, Option } from 'commander';
import { loadSettings } from '../../config.ts';
import { isoTime } from '../../domain/time.ts';
import type { OwnerWord } from '../../server/attach/attach-words.ts';
import { askOwner, ownerOf, refusalIn } from '../owner/ask-owner.ts';
import type { OwnerFile } from '../owner/owner-file.ts';
import { UsageError } from '../shared/failure.ts';

type Options = {
  readonly config?: string;
  readonly page?: boolean;
  readonly details?: boolean;
  readonly json?: boolean;
};

const explanation = `
An agent may do what stays inside your limits; a plan beyond them waits here for your yes. What
you see is read out of the plan itself, not out of what the agent said about it.

Examples:
  bigbrother pending             what waits, each with its code
  bigbrother pending --page      the same in a browser of this machine; the address works once
  bigbrother approve plan-7k2m…  asks you; "--yes CODE" without a terminal
  bigbrother reject plan-7k2m…   no, and the same is not asked again for an hour`;

export const pendingCommand = (): Command =>
  new Command('pending')
    .description('shows the plans that wait for your approval')
    .addOption(new Option('--page', 'serve them as a page on this machine').conflicts('json'))
    .option('--details', 'every step and every reason')
    .option('--json', 'as JSON')
    .addHelpText('after', explanation)
    .action((_, command: Command) => runPending(command.optsWithGlobals<Options>()));

async function runPending(options: Options): Promise<void> {
  const { place, owner } = ownerOf(loadSettings(options.config ?? null));
  if (options.page === true) {
    const answer = await askOwner(owner, { kind: 'open_page', token: owner.token });
    if (answer.kind !== 'page') throw new UsageError(refusalIn(answer));
    tell(`${answer.url}\nThe address works once. Do not give it to anybody.`);
    return;
  }
  const waiting = await waitingAt(owner);
  if (options.json === true) {
    tell(JSON.stringify(waiting.map((each) => ({ ...each, expiresAt: isoTime(each.expiresAt) }))));
    return;
  }
  if (waiting.length === 0) tell(`${place.name}: no plan waits for you.`);
  for (const each of waiting) tell(shownInFull(each, options.details === true));
}

type Waiting = Extract<OwnerWord, { kind: 'approvals' }>['approvals'][number];

/** @throws UsageError when the owner says no */
async function waitingAt(owner: OwnerFile): Promise<readonly Waiting[]> {
  const answer = await askOwner(owner, { kind: 'list_approvals', token: owner.token });
  if (answer.kind !== 'approvals') throw new UsageError(refusalIn(answer));
  return answer.approvals;
}

export const shown = ({ text }: Waiting, withDetails: boolean): string =>
  [...text.lines, ...(withDetails ? text.details.map((line) => `  ${line}`) : [])].join('\n');

const shownInFull = (waiting: Waiting, withDetails: boolean): string =>
  [
    shown(waiting, withDetails),
    `  bigbrother approve ${waiting.planId} --yes ${waiting.code}`,
    `  bigbrother reject ${waiting.planId}`,
    '',
  ].join('\n');

/** @throws UsageError when it does not wait, with what does */
export async function waitingPlan(owner: OwnerFile, planId: string): Promise<Waiting> {
  const waiting = await waitingAt(owner);
  const found = waiting.find((each) => each.planId === planId);
  if (found !== undefined) return found;
  const names = waiting.map((each) => each.planId).join(', ') || 'nothing';
  throw new UsageError(
    `No plan "${planId}" waits for you: it expired, was used or was answered. Waiting: ${names}.`,
  );
}

const tell = (line: string): void => void process.stdout.write(`${line}\n`);
