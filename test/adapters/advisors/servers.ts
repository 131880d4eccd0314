import { resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { ChildTransport } from '../../../src/adapters/advisors/child-transport.ts';
import { pinOf, programOf, type ServerName } from '../../../src/adapters/advisors/known-servers.ts';
import { McpAdvisor, type Pin } from '../../../src/adapters/advisors/mcp-advisor.ts';
import { childStarter, nodeProgram } from '../../../src/adapters/system/child-process.ts';
import { temporaryDirectory } from '../../../src/adapters/system/files.ts';
import { SystemClock } from '../../../src/adapters/system/system-clock.ts';
import type { Clock } from '../../../src/ports/clock.ts';

const NODE = nodeProgram(process.env.PATH ?? '') ?? 'node';

/** A directory of its own, until the test is over. */
export function ownDirectory(): string {
  const { path, remove } = temporaryDirectory('bigbrother-test-');
  onTestFinished(remove);
  return path;
}

/** The real server, as it is installed, over stdio. */
export function realServer(
  server: ServerName,
  env: Readonly<Record<string, string>>,
  clock: Clock = new SystemClock(),
): McpAdvisor {
  return started(pinOf(server), [programOf(server) ?? 'missing'], env, clock);
}

export function oddServer(
  way: string,
  { clock = new SystemClock() as Clock, toolsHash = null as string | null } = {},
): McpAdvisor {
  const pin: Pin = { name: 'odd', version: null, tools: ['echo'], toolsHash };
  const env = { GIVEN: 'yes' };
  return started(pin, [resolve('test/adapters/advisors/odd-server.mjs'), way], env, clock);
}

function started(
  pin: Pin,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  clock: Clock,
): McpAdvisor {
  const directory = ownDirectory();
  const start = childStarter(new SystemClock());
  const open = () => new ChildTransport({ command: NODE, args, env, directory }, start);
  const advisor = new McpAdvisor({ pin, open, clock });
  onTestFinished(() => advisor.close());
  return advisor;
}
