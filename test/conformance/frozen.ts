// The frozen requirements of a protocol version, which only a preview of the official suite knows.
// That one needs Node 22 and is no dependency: npm fetches both when this is run.
import { spawn } from 'node:child_process';
import { registerFixtures } from './fixtures.ts';
import { served } from './served.ts';

const SUITE = '@modelcontextprotocol/conformance@0.2.0-alpha.12';
const VERSION = process.argv[2] ?? '2025-11-25';

const server = await served(registerFixtures);
const asked = ['server', '--url', server.url, '--requirements', VERSION];
const program = ['--yes', '--package', 'node@22', '--package', SUITE, '--', 'conformance'];
const child = spawn('npx', [...program, ...asked], { stdio: ['ignore', 'inherit', 'inherit'] });
process.exitCode = await new Promise((ended) => child.once('close', ended));
await server.close();
