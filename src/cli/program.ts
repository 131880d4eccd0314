import type { Command } from 'commander';
import { mcpCommand } from './run/mcp-command.ts';
import { rootCommand, runProgram } from './shared/root-command.ts';

/** In the order in which `--help` shows them. */
const commands = new Map<string, () => Promise<Command>>(
  Object.entries({
    loop: async () => (await import('./run/loop-command.ts')).loopCommand(),
    status: async () => (await import('./run/status-command.ts')).statusCommand(),
    demo: async () => (await import('./run/demo-command.ts')).demoCommand(),
    backtest: async () => (await import('./run/backtest-command.ts')).backtestCommand(),
    exchange: async () => (await import('./exchange/exchange-command.ts')).exchangeCommand(),
    history: async () => (await import('./journal/history-command.ts')).historyCommand(),
    verify: async () => (await import('./journal/verify-command.ts')).verifyCommand(),
    serve: async () => (await import('./run/serve-command.ts')).serveCommand(),
    page: async () => (await import('./run/page-command.ts')).pageCommand(),
    token: async () => (await import('./setup/token-command.ts')).tokenCommand(),
    setup: async () => (await import('./setup/setup-command.ts')).setupCommand(),
    doctor: async () => (await import('./setup/doctor-command.ts')).doctorCommand(),
    alerts: async () => (await import('./setup/alerts-command.ts')).alertsCommand(),
    archive: async () => (await import('./journal/archive-command.ts')).archiveCommand(),
    export: async () => (await import('./journal/export-command.ts')).exportCommand(),
    replay: async () => (await import('./journal/replay-command.ts')).replayCommand(),
    shadow: async () => (await import('./journal/shadow-command.ts')).shadowCommand(),
    halt: async () => (await import('./control/halt-command.ts')).haltCommand(),
    resume: async () => (await import('./control/resume-command.ts')).resumeCommand(),
    rollback: async () => (await import('./control/rollback-command.ts')).rollbackCommand(),
    settings: async () => (await import('./control/settings-command.ts')).settingsCommand(),
    adopt: async () => (await import('./control/adopt-command.ts')).adoptCommand(),
    enable: async () => (await import('./control/enable-command.ts')).enableCommand(),
    pending: async () => (await import('./control/pending-command.ts')).pendingCommand(),
    approve: async () => (await import('./control/approve-command.ts')).approveCommand(),
    reject: async () => (await import('./control/reject-command.ts')).rejectCommand(),
    supabase: async () => (await import('./setup/supabase-command.ts')).supabaseCommand(),
    memory: async () => {
      const { memoryCommand } = await import('./journal/memory-command.ts');
      const { forgetCommand } = await import('./control/forget-command.ts');
      return memoryCommand().addCommand(forgetCommand());
    },
  }),
);

/** Runs what the arguments ask for. Resolves with the exit code; everything is printed. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const named = commands.get(argv[2] ?? '');
  // Half of what a process takes to start is loading what others need.
  if (named !== undefined)
    return runProgram(rootCommand(mcpCommand()).addCommand(await named()), argv);
  return runProgram(await createProgram(), argv);
}

/** All commands, as they are called and as `--help` shows them. */
export async function createProgram(): Promise<Command> {
  const program = rootCommand(mcpCommand());
  for (const create of commands.values()) program.addCommand(await create());
  return program;
}
