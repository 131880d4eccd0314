import { Command } from 'commander';
import { adoptCommand } from './control/adopt-command.ts';
import { approveCommand } from './control/approve-command.ts';
import { enableCommand } from './control/enable-command.ts';
import { forgetCommand } from './control/forget-command.ts';
import { haltCommand } from './control/halt-command.ts';
import { pendingCommand } from './control/pending-command.ts';
import { rejectCommand } from './control/reject-command.ts';
import { resumeCommand } from './control/resume-command.ts';
import { rollbackCommand } from './control/rollback-command.ts';
import { settingsCommand } from './control/settings-command.ts';
import { exchangeCommand } from './exchange/exchange-command.ts';
import { archiveCommand } from './journal/archive-command.ts';
import { exportCommand } from './journal/export-command.ts';
import { historyCommand } from './journal/history-command.ts';
import { memoryCommand } from './journal/memory-command.ts';
import { replayCommand } from './journal/replay-command.ts';
import { shadowCommand } from './journal/shadow-command.ts';
import { verifyCommand } from './journal/verify-command.ts';
import { backtestCommand } from './run/backtest-command.ts';
import { demoCommand } from './run/demo-command.ts';
import { loopCommand } from './run/loop-command.ts';
import { mcpCommand } from './run/mcp-command.ts';
import { pageCommand } from './run/page-command.ts';
import { serveCommand } from './run/serve-command.ts';
import { statusCommand } from './run/status-command.ts';
import { alertsCommand } from './setup/alerts-command.ts';
import { doctorCommand } from './setup/doctor-command.ts';
import { setupCommand } from './setup/setup-command.ts';
import { supabaseCommand } from './setup/supabase-command.ts';
import { tokenCommand } from './setup/token-command.ts';
import { exitCodes, failureOf } from './shared/failure.ts';
import { VERSION } from './shared/version.ts';

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

Exit codes: 0 done; 1 the run found a problem or failed; 2 arguments, settings or files cannot be
used; 3 the broker refused or could not be reached.`;

/** Runs what the arguments ask for. Resolves with the exit code; everything is printed. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const program = createProgram();
  try {
    await program.parseAsync(argv);
    return Number(process.exitCode ?? exitCodes.done);
  } catch (error) {
    const { exitCode, message } = failureOf(error);
    if (message !== '') process.stderr.write(`bigbrother: ${message}\n`);
    if (program.opts<{ debug?: boolean }>().debug === true && error instanceof Error) {
      process.stderr.write(`${error.stack ?? error.message}\n`);
    }
    return exitCode;
  }
}

/** All commands, as they are called and as `--help` shows them. */
export function createProgram(): Command {
  const program = new Command('bigbrother')
    .description(
      'Guards an Alpaca account: policies recommend, guardrails veto, one coordinator acts.',
    )
    .option('-c, --config <file>', 'settings file (JSON)')
    .option('--debug', 'print the stack of an error')
    .version(VERSION)
    .addHelpText('after', overview);
  program.addCommand(mcpCommand(), { isDefault: true });
  const others = [
    loopCommand,
    statusCommand,
    demoCommand,
    backtestCommand,
    exchangeCommand,
    historyCommand,
    verifyCommand,
    serveCommand,
    pageCommand,
    tokenCommand,
    setupCommand,
    doctorCommand,
    alertsCommand,
    archiveCommand,
    exportCommand,
    replayCommand,
    shadowCommand,
    haltCommand,
    resumeCommand,
    rollbackCommand,
    settingsCommand,
    adoptCommand,
    enableCommand,
    pendingCommand,
    approveCommand,
    rejectCommand,
    supabaseCommand,
    () => memoryCommand().addCommand(forgetCommand()),
  ];
  for (const create of others) program.addCommand(create());
  for (const command of [program, ...program.commands]) {
    command.exitOverride().showHelpAfterError('(add --help to see what is allowed)');
  }
  return program;
}
