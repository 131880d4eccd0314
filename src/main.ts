#!/usr/bin/env node
import { runCommandLine } from './cli/program.ts';

// Whoever reads no further, such as "head", is no fault: the command ends by itself.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runCommandLine(process.argv);
