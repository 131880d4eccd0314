import { Command } from 'commander';
import { secretValues } from '../../config.ts';
import { createRedactor } from '../../server/answers/redact.ts';
import { Answer, begunAnswerOf, type Ending } from './answer.ts';
import { VERSION } from './version.ts';

const overview = `
Without keys BigBrother guards an account on its own paper exchange, inside this process.
With keys it guards your Alpaca paper account; live needs two more settings.

Environment:
  APCA_API_KEY_ID          key of your Alpaca account; without it the built-in exchange is used
  APCA_API_SECRET_KEY      its secret
  APCA_API_BASE_URL        https://paper-api.alpaca.markets (the default), https://api.alpaca.markets
                           or a loopback address, for example of "bigbrother exchange"
  BIGBROTHER_MODE          observe (look), propose (suggest) or execute (act); default: execute on
                           the built-in exchange, propose elsewhere
  BIGBROTHER_LIVE_ACCOUNT  the account number that may be traded live; needed for live, refused else
  BIGBROTHER_DATA_DIR      where journals are kept
  SUPABASE_URL, SUPABASE_KEY, SUPABASE_ACCOUNT_KEY
                           keep a copy of the journal in your Supabase project (docs/supabase.md)
  PERPLEXITY_API_KEY       asks Perplexity about what is held (docs/intelligence.md)
  BIGBROTHER_ALERT_WEBHOOKS, BIGBROTHER_HEARTBEAT_URL
                           who is told when something is wrong (docs/alerts.md)
  BIGBROTHER_CONFIG        a settings file; default: bigbrother.config.json in the data directory

With --json a command prints one object on stdout, or one a line where it runs on; an error is
there as {"ok":false,"error":{…}} as well as on stderr.

Exit codes: 0 done; 1 the run found a problem or failed; 2 arguments, settings or files cannot be
used; 3 the broker refused or could not be reached.`;

/** What is the same for every command. @param usual runs where none is named */
export const rootCommand = (usual: Command): Command =>
  new Command('bigbrother')
    .description(
      'Guards an Alpaca account: policies recommend, guardrails veto, one coordinator acts.',
    )
    .option('-c, --config <file>', 'settings file (JSON)')
    .option('--debug', 'print the stack of an error')
    .version(VERSION)
    .addHelpText('after', overview)
    .addCommand(usual, { isDefault: true });

/** Runs what the arguments ask for. Resolves with the exit code; everything is printed. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<number> {
  for (const command of allOf(program)) {
    command.exitOverride().showHelpAfterError('(add --help to see what is allowed)');
  }
  const begun: Command[] = [];
  program.hook('preAction', (_, command) => void begun.push(command));
  try {
    await program.parseAsync(argv);
    const exitCode = Number(process.exitCode ?? 0);
    for (const command of begun) begunAnswerOf(command)?.give({ exitCode, because: null });
    return exitCode;
  } catch (error) {
    // Knows what every command may end with; a start that goes well has no need of it.
    const { failureOf } = await import('./failure.ts');
    const { exitCode, message } = failureOf(error);
    const { answer } = createRedactor(secretValues());
    const said = error instanceof Error ? error.message : String(error);
    const because = answer(message === '' ? said : message);
    const [asked = namedIn(program, argv)] = begun;
    if (exitCode !== 0) giveError(asked, argv, { exitCode, because });
    if (message !== '') process.stderr.write(answer(`bigbrother: ${message}\n`));
    if (program.opts<{ debug?: boolean }>().debug === true && error instanceof Error) {
      process.stderr.write(answer(`${error.stack ?? error.message}\n`));
    }
    return exitCode;
  }
}

const allOf = (command: Command): readonly Command[] => [
  command,
  ...command.commands.flatMap((each) => allOf(each)),
];

/** The command that was meant, where the arguments are too wrong for one to begin. */
const namedIn = (program: Command, words: readonly string[]): Command =>
  words.reduce(
    (command, word) => command.commands.find((each) => each.name() === word) ?? command,
    program,
  );

/** Nothing for a command without `--json`: the stdout of `mcp` is its host's. */
function giveError(command: Command, argv: readonly string[], ending: Ending): void {
  const knowsJson = command.options.some(({ long }) => long === '--json');
  const isJson = knowsJson && argv.includes('--json');
  (begunAnswerOf(command) ?? new Answer(isJson)).give(ending);
}
