// Packs the built command line as an MCP bundle for Claude Desktop, with a checksum beside it, and
// as a plugin folder for Claude Code.
// Version and tools are those of what is packed, so they cannot be wrong. The same input gives
// the same bytes. It is not signed: signatures of the tool break the archive for the host.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';

const PROGRAM = 'server/bigbrother.js';
/** What "bigbrother page" shows, beside the program and its parts. */
const PAGE = ['page.html', 'page.js', 'page.css'];

const target = process.argv[2] ?? 'dist';
await mkdir(target, { recursive: true });
// Beneath the checkout: an older Node finds its SQLite there while the tools are asked for.
await mkdir('dist', { recursive: true });
const folder = await mkdtemp('dist/mcpb-draft-');
try {
  const program = JSON.parse(await readFile('dist/parts/program.json', 'utf8'));
  for (const file of [...program, ...PAGE, 'parts/program.json']) {
    await cp(join('dist', file), join(folder, 'server', file));
  }
  await cp('LICENSE', join(folder, 'LICENSE'));
  const { version } = JSON.parse(await readFile('package.json', 'utf8'));
  // Node reads the program as a module because of this file.
  await writeJson('package.json', { name: 'bigbrother', version, type: 'module' });
  const template = JSON.parse(await readFile('mcpb/manifest.json', 'utf8'));
  const tools = (await toolsOf(PROGRAM)).map(({ name, description }) => ({ name, description }));
  await writeJson('manifest.json', { ...template, version, tools });

  const name = `bigbrother-${version}.mcpb`;
  const archive = await archiveOf(folder);
  const checksum = createHash('sha256').update(archive).digest('hex');
  await writeFile(join(target, name), archive);
  await writeFile(join(target, `${name}.sha256`), `${checksum}  ${name}\n`);
  process.stdout.write(`${join(target, name)}: ${archive.length} bytes, sha256 ${checksum}\n`);

  const plugin = join(target, 'claude-code');
  await rm(join(folder, 'manifest.json'));
  await mkdir(join(folder, '.claude-plugin'));
  const described = JSON.parse(await readFile('.claude-plugin/plugin.json', 'utf8'));
  await writeJson('.claude-plugin/plugin.json', { ...described, version });
  await rm(plugin, { recursive: true, force: true });
  await cp(folder, plugin, { recursive: true });
  process.stdout.write(`${plugin}: a plugin for Claude Code\n`);
} finally {
  await rm(folder, { recursive: true });
}

async function writeJson(name, content) {
  await writeFile(join(folder, name), `${JSON.stringify(content, null, 2)}\n`);
}

/** What the packed program offers in its widest mode, on its own paper exchange. */
async function toolsOf(program) {
  const data = join(folder, 'data');
  const env = { PATH: process.env.PATH, BIGBROTHER_DATA_DIR: data, BIGBROTHER_MODE: 'execute' };
  const child = execFile(process.execPath, [join(folder, program), 'mcp'], { env });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let said = '';
  let told = '';
  child.stderr.on('data', (chunk) => {
    told += chunk;
  });
  const line = new Promise((resolve) => {
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (said.includes('\n')) resolve(said.slice(0, said.indexOf('\n')));
    });
  });
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })}\n`);
  const answer = await Promise.race([line, ended.then(() => null)]);
  child.stdin.end();
  await ended;
  await rm(data, { recursive: true, force: true });
  if (answer === null) throw new Error(`the packed program did not list its tools:\n${told}`);
  return JSON.parse(answer).result.tools;
}

async function archiveOf(root) {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .map((name) => name.replaceAll('\\', '/'))
    .sort();
  const files = [];
  let offset = 0;
  for (const name of names) {
    const content = await readFile(join(root, name));
    const packed = deflateRawSync(content, { level: 9 });
    const common = headerOf(content, packed, name);
    const local = Buffer.concat([number(0x04034b50, 4), common, number(0, 2), Buffer.from(name)]);
    files.push({ name, local, packed, central: centralOf(common, name, offset) });
    offset += local.length + packed.length;
  }
  const directory = Buffer.concat(files.map(({ central }) => central));
  const end = Buffer.concat([
    ...[number(0x06054b50, 4), number(0, 4), number(files.length, 2), number(files.length, 2)],
    ...[number(directory.length, 4), number(offset, 4), number(0, 2)],
  ]);
  const packed = files.flatMap(({ local, packed }) => [local, packed]);
  return Buffer.concat([...packed, directory, end]);
}

/** What a file's own header and its line in the directory have in common. */
function headerOf(content, packed, name) {
  const FIRST_DAY_OF_1980 = 0x0021;
  return Buffer.concat([
    ...[number(20, 2), number(0, 2), number(8, 2), number(0, 2), number(FIRST_DAY_OF_1980, 2)],
    ...[number(crc32(content), 4), number(packed.length, 4), number(content.length, 4)],
    number(Buffer.byteLength(name), 2),
  ]);
}

function centralOf(common, name, offset) {
  const MADE_ON_UNIX = (3 << 8) | 20;
  const READABLE_FILE = (0o100644 << 16) >>> 0;
  return Buffer.concat([
    ...[number(0x02014b50, 4), number(MADE_ON_UNIX, 2), common, number(0, 8)],
    ...[number(READABLE_FILE, 4), number(offset, 4), Buffer.from(name)],
  ]);
}

function number(value, bytes) {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, Math.min(bytes, 6));
  return buffer;
}
