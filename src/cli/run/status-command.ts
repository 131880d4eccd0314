import { join } from 'node:path';
import { Command } from 'commander';
import { loadSettings } from '../../config.ts';
import { type BoardView, boardViewOf } from '../../web/board-view.ts';
import { askOwner } from '../owner/ask-owner.ts';
import { placesFor } from '../owner/halt-account.ts';
import { readOwnerFile } from '../owner/owner-file.ts';
import { exitCodes } from '../shared/failure.ts';
import { statusLines } from './status-lines.ts';

type Options = { readonly config?: string; readonly json?: boolean };

const explanation = `
Asks the BigBrother that runs: what is held and how it is covered, what is wrong, which plans wait
for you. Asks no broker and changes nothing.

Exit code 0 when the account is guarded and nothing is wrong, 1 when something is: for a script that
watches from outside.

Examples:
  bigbrother status
  bigbrother status --json | jq .problems`;

export const statusCommand = (): Command =>
  new Command('status')
    .description('says how the account stands now, and whether all is well')
    .option('--json', 'one JSON object')
    .addHelpText('after', explanation)
    .action((_, command: Command) => runStatus(command.optsWithGlobals<Options>()));

async function runStatus(options: Options): Promise<void> {
  const { answer, because } = await ownersBoard(options);
  const board = answer === null ? null : boardViewOf(answer);
  const problems = board === null ? [because] : problemsOf(board);
  const report =
    options.json === true
      ? [JSON.stringify({ ok: problems.length === 0, problems, board })]
      : statusLines(board, problems);
  process.stdout.write(`${report.join('\n')}\n`);
  process.exitCode = problems.length === 0 ? exitCodes.done : exitCodes.failed;
}

type Heard = { readonly answer: unknown; readonly because: string };

/** The board as the owner of the account sees it; null and why where nobody says. */
async function ownersBoard({ config }: Options): Promise<Heard> {
  const settings = loadSettings(config ?? null);
  const nobody = 'nothing runs that guards this account: start "bigbrother loop"';
  let because = nobody;
  for (const { name } of placesFor(settings)) {
    const owner = readOwnerFile(join(settings.dataDirectory, name));
    if (owner === null) continue;
    const about = { kind: 'read_page', view: 'board', query: {} } as const;
    const word = await askOwner(owner, { ...about, token: owner.token });
    if (word.kind === 'page_view' && word.json !== null) {
      return { answer: JSON.parse(word.json), because: '' };
    }
    const said = word.kind === 'page_view' ? word.because : null;
    because = `${name}: ${said ?? (word.kind === 'refused' ? word.because : word.kind)}`;
    // It leaves its file behind when it ends.
    if (because.endsWith('does not listen')) because = nobody;
  }
  return { answer: null, because };
}

/** Everything that somebody should look at, in sentences. */
function problemsOf(board: BoardView): readonly string[] {
  const bare = board.cover.naked + board.cover.partly;
  return [
    ...(board.isGuarded ? [] : ['it runs and does not guard: start "bigbrother loop"']),
    ...(board.tradingState === 'active'
      ? []
      : [`trading is ${board.tradingState}: ${board.tradingStateCauses.join('; ')}`]),
    ...(bare === 0 ? [] : [`${bare} positions have shares without a stop`]),
    ...board.alerts.map(
      ({ code, symbol, because }) => `${symbol === null ? '' : `${symbol} `}${code}: ${because}`,
    ),
    ...(board.alertsLeftOut === 0 ? [] : [`${board.alertsLeftOut} more alerts`]),
  ];
}
