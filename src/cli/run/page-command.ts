import { Command } from 'commander';
import { loadSettings } from '../../config.ts';
import { answerOf } from '../shared/answer.ts';
import { wholeNumber } from '../shared/arguments.ts';
import { PageLogins } from './page-logins.ts';

/** Where `bigbrother serve` listens unless it is told otherwise. */
export const SERVE_PORT = 8_765;

type Options = { readonly config?: string; readonly port: number };

const explanation = `
Prints a link to the page that "bigbrother serve" shows on this machine: the board, the plans that
wait for you, what happened and why, charts, policies and guardrails. The link works once, within
15 minutes. The tab that it opens may answer plans; do not give the link to anybody.

Examples:
  bigbrother page
  bigbrother page --port 9000    where "serve --port 9000" listens`;

export const pageCommand = (): Command =>
  new Command('page')
    .description('prints a link to the page of "bigbrother serve"')
    .option('--port <port>', 'where it listens', wholeNumber(1, 65_535), SERVE_PORT)
    .option('--json', 'one JSON object')
    .addHelpText('after', explanation)
    .action((_, command: Command) => {
      const { config, port } = command.optsWithGlobals<Options>();
      const { dataDirectory } = loadSettings(config ?? null);
      const answer = answerOf(command);
      const link = new PageLogins(dataDirectory).link(`http://127.0.0.1:${port}`);
      answer.note({ link });
      answer.say(link);
    });
