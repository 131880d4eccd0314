import type { Command } from 'commander';
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
import { rootCommand, runProgram } from './shared/root-command.ts';

/** Runs what the arguments ask for. Resolves with the exit code; everything is printed. */
export const runCommandLine = (argv: readonly string[]): Promise<number> =>
  runProgram(createProgram(), argv);

/** All commands, as they are called and as `--help` shows them. */
export function createProgram(): Command {
  const program = rootCommand(mcpCommand());
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
  return program;
}
