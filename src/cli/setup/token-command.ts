import { Command, InvalidArgumentError } from 'commander';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import { newToken, TokenFiles } from '../../adapters/system/token-file.ts';
import { loadSettings } from '../../config.ts';
import { isoTime } from '../../domain/time.ts';
import {
  SCOPES,
  type Scope,
  textOfToken,
  tokenHash,
  tokensIn,
} from '../../server/access/tokens.ts';
import { type Answer, answerOf } from '../shared/answer.ts';
import { UsageError } from '../shared/failure.ts';
import { table } from '../shared/table.ts';

type Options = { readonly config?: string; readonly scope?: Scope; readonly json?: boolean };

const explanation = `
A token lets one host come in over HTTP ("bigbrother serve"). It is shown once, when it is made;
what is kept of it is a hash. Give each host its own, and take it back when the host is gone: it
opens nothing from then on, and what it had opened ends within a second.

  read      looks at the account and its history
  propose   also makes plans; sends nothing
  execute   also executes plans, as far as the mode and the guardrails let it

Examples:
  bigbrother token create desk --scope propose
  bigbrother token list
  bigbrother token revoke desk`;

export function tokenCommand(): Command {
  const token = new Command('token')
    .description('makes, lists and takes back the tokens of hosts that come over HTTP')
    .addHelpText('after', explanation);
  token
    .command('create')
    .description('makes a token and prints it, this once')
    .argument('<name>', 'what it is called in the log', tokenName)
    .requiredOption('--scope <scope>', SCOPES.join(', '), scope)
    .option('--json', 'one JSON object')
    .action((name: string, _, command: Command) =>
      create(name, command.optsWithGlobals<Options>(), answerOf(command)),
    );
  token
    .command('list')
    .description('the tokens there are, without themselves')
    .option('--json', 'as JSON')
    .action((_, command: Command) => listTokens(command.optsWithGlobals<Options>()));
  token
    .command('revoke')
    .description('takes a token back')
    .argument('<name>', 'as "list" shows it', tokenName)
    .option('--json', 'one JSON object')
    .action((name: string, _, command: Command) =>
      revoke(name, command.optsWithGlobals<Options>(), answerOf(command)),
    );
  return token;
}

function tokenName(typed: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,31}$/.test(typed)) return typed;
  throw new InvalidArgumentError('Allowed: up to 32 small letters, digits and hyphens.');
}

function scope(typed: string): Scope {
  const known = SCOPES.find((each) => each === typed);
  if (known !== undefined) return known;
  throw new InvalidArgumentError(`Allowed: ${SCOPES.join(', ')}.`);
}

const filesOf = ({ config }: Options): TokenFiles =>
  new TokenFiles(loadSettings(config ?? null).dataDirectory);

function tokensOf(options: Options) {
  const files = filesOf(options);
  try {
    return { files, tokens: tokensIn(files.read()) };
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Tokens cannot be used: ${because}.`);
  }
}

function create(name: string, options: Options, answer: Answer): void {
  const { files } = tokensOf(options);
  const { scope: given = 'read' } = options;
  const token = newToken();
  const entry = { name, scope: given, hash: tokenHash(token), createdAt: new SystemClock().now() };
  if (!files.add(name, textOfToken(entry))) {
    throw new UsageError(
      `There is a token ${name}: choose another name, or run "bigbrother token revoke ${name}".`,
    );
  }
  answer.note({ name, scope: given, token, created_at: isoTime(entry.createdAt) });
  // Alone on stdout, so that a script can take it.
  answer.say(token);
  process.stderr.write(
    `Token ${name} (${given}): it is not shown again. A host sends it as "Authorization: Bearer …".\n`,
  );
}

function listTokens(options: Options): void {
  const { tokens } = tokensOf(options);
  if (options.json === true) {
    const shown = tokens.map(({ name, scope: given, createdAt }) => ({
      ...{ name, scope: given, created_at: isoTime(createdAt) },
    }));
    process.stdout.write(`${JSON.stringify(shown)}\n`);
    return;
  }
  const columns = ['name', 'scope', 'created'].map((title) => ({ title, align: 'left' }) as const);
  const rows = tokens.map((token) => [token.name, token.scope, isoTime(token.createdAt)]);
  const lines = tokens.length === 0 ? ['There is no token.'] : table(columns, rows);
  process.stdout.write(`${lines.join('\n')}\n`);
}

function revoke(name: string, options: Options, answer: Answer): void {
  // Also of one that is damaged: what opens nothing is not in the way either.
  if (!filesOf(options).remove(name)) {
    throw new UsageError(`There is no token ${name}: "bigbrother token list" shows them.`);
  }
  answer.note({ revoked: name });
  answer.say(`REVOKED: ${name} opens nothing any more.`);
}
