#!/usr/bin/env node
import { keepMemorySmall } from './adapters/system/small-memory.ts';

// Whoever reads no further, such as "head", is no fault: the command ends by itself.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = isHostStart(process.argv) ? await startForHost() : await startCommand();

/** Whether a host starts us: no command, or "mcp", and nothing but options behind it. */
function isHostStart([, , first = 'mcp', ...others]: readonly string[]): boolean {
  return first === 'mcp' && others.every((word) => word.startsWith('-'));
}

/** A host waits for the first answer, and starts several of us: nothing that can wait is loaded. */
async function startForHost(): Promise<number> {
  keepMemorySmall();
  await hideSecretsOfFaults();
  const { runForHost } = await import('./cli/run/host-start.ts');
  return runForHost(process.argv);
}

async function startCommand(): Promise<number> {
  await hideSecretsOfFaults();
  const { runCommandLine } = await import('./cli/program.ts');
  return runCommandLine(process.argv);
}

/** An error that nobody caught may hold a request with its keys, and Node would print all of it. */
async function hideSecretsOfFaults(): Promise<void> {
  const { faultText } = await import('./cli/shared/fault-text.ts');
  process.on('uncaughtException', (error) => {
    process.stderr.write(faultText(error));
    process.exit(1);
  });
}
