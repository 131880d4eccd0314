#!/usr/bin/env node
import { isHostStart, startForHost } from './cli/run/host-start.ts';
import { faultText } from './cli/shared/fault-text.ts';

// Whoever reads no further, such as "head", is no fault: the command ends by itself.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.on('uncaughtException', (error) => {
  process.stderr.write(faultText(error));
  process.exit(1);
});

// A host waits for the first answer, so everything else is loaded after it.
process.exitCode = isHostStart(process.argv)
  ? await startForHost(process.argv)
  : await (await import('./cli/program.ts')).runCommandLine(process.argv);
