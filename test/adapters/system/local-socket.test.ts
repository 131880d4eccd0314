import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FileError } from '../../../src/adapters/system/files.ts';
import {
  connectLocally,
  type LocalConnection,
  listenLocally,
  localAddressFor,
} from '../../../src/adapters/system/local-socket.ts';

function directoryOf(): string {
  const path = mkdtempSync(join(tmpdir(), 'bb-sock-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** One that listens, and the other ends of those who come. */
async function listening() {
  const address = localAddressFor(directoryOf());
  const come: ((connection: LocalConnection) => void)[] = [];
  const listener = await listenLocally(address, (connection) => come.shift()?.(connection));
  onTestFinished(() => listener.close());
  const next = () =>
    new Promise<LocalConnection>((resolve) => {
      come.push(resolve);
    });
  return { address, listener, next };
}

async function connected() {
  const { address, next } = await listening();
  const accepted = next();
  const raw = createConnection(address);
  onTestFinished(() => void raw.destroy());
  return { raw, server: await accepted };
}

/** What a connection has heard, and why it ended. */
function heardBy(connection: LocalConnection) {
  const lines: string[] = [];
  let tell: () => void = () => {};
  const closed = new Promise<string>((resolve) => {
    connection.listen((line) => {
      lines.push(line);
      tell();
    }, resolve);
  });
  const hears = (count: number) =>
    new Promise<readonly string[]>((resolve) => {
      tell = () => {
        if (lines.length >= count) resolve(lines);
      };
      tell();
    });
  return { hears, closed };
}

const write = (socket: Socket, ...chunks: readonly (string | Buffer)[]) => {
  for (const chunk of chunks) socket.write(chunk);
};

describe('a local connection', () => {
  it('carries lines both ways, however they are cut on the way', async () => {
    const { address, next } = await listening();
    const accepted = next();
    const client = await connectLocally(address);
    if (client === null) throw new Error('nobody listens');
    const server = await accepted;
    const atServer = heardBy(server);
    const atClient = heardBy(client);
    client.send('{"a":1}');
    server.send('grüße');
    expect(await atServer.hears(1)).toEqual(['{"a":1}']);
    expect(await atClient.hears(1)).toEqual(['grüße']);
    client.close();
    expect(await atServer.closed).toBe('the other side ended');
  });

  it('puts a line together that comes in pieces, within a letter too', async () => {
    const { raw, server } = await connected();
    const { hears } = heardBy(server);
    const bytes = Buffer.from('grüße\nzwei\n');
    for (const byte of bytes) write(raw, Buffer.from([byte]));
    expect(await hears(2)).toEqual(['grüße', 'zwei']);
  });

  it('ends when a line is too long, and keeps none of it', async () => {
    const { raw, server } = await connected();
    raw.on('error', () => {});
    const { closed } = heardBy(server);
    write(raw, 'x'.repeat(9 * 1024 * 1024));
    expect(await closed).toBe('a line is too long');
  });

  it('takes nothing more from a side that does not read, and lets it go in the end', async () => {
    const { raw, server } = await connected();
    raw.pause();
    const { closed } = heardBy(server);
    const mebibyte = 'y'.repeat(1024 * 1024);
    for (let sent = 0; sent < 40; sent += 1) server.send(mebibyte);
    expect(await closed).toBe('the other side does not read');
  });

  it('hears what was sent before it listened, and an end before that too', async () => {
    const { raw, server } = await connected();
    write(raw, 'early\n');
    raw.end();
    const { hears, closed } = heardBy(server);
    expect(await hears(1)).toEqual(['early']);
    expect(await closed).toBe('the other side ended');
  });
});

describe('a local address', () => {
  it('can be reached by its user alone', async () => {
    const { address } = await listening();
    expect(statSync(address).mode & 0o777).toBe(0o600);
    expect(statSync(join(address, '..')).mode & 0o777).toBe(0o700);
  });

  it('takes the place of what a killed process left there', async () => {
    const directory = directoryOf();
    const address = localAddressFor(directory);
    writeFileSync(address, '');
    const listener = await listenLocally(address, () => {});
    onTestFinished(() => listener.close());
    expect(await connectLocally(address)).not.toBeNull();
  });

  it('is null for who connects where nobody listens', async () => {
    expect(await connectLocally(localAddressFor(directoryOf()))).toBeNull();
  });

  it('is short where the path of the directory is too long, and the same each time', async () => {
    const deep = join(directoryOf(), 'd'.repeat(100));
    mkdirSync(deep);
    const address = localAddressFor(deep);
    expect(Buffer.byteLength(address)).toBeLessThan(104);
    expect(localAddressFor(deep)).toBe(address);
    const listener = await listenLocally(address, () => {});
    onTestFinished(() => listener.close());
    expect(statSync(join(address, '..')).mode & 0o077).toBe(0);
  });

  it('is refused where the directory is a link to somewhere else', () => {
    const directory = directoryOf();
    const link = join(directory, 'link');
    symlinkSync(directory, link);
    expect(() => localAddressFor(link)).toThrow(FileError);
  });

  it('is a pipe that nobody can guess on Windows', () => {
    const one = localAddressFor('C:\\data', 'win32');
    expect(one).toMatch(/^\\\\\.\\pipe\\bigbrother-[0-9a-f]{32}$/);
    expect(localAddressFor('C:\\data', 'win32')).not.toBe(one);
  });
});
