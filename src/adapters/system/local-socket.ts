import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { FileError } from './files.ts';

/** Systems take 104 to 108 bytes, the closing zero included; a longer path is cut or refused. */
const LONGEST_ADDRESS_BYTES = 103;
/** A line longer than this is no message of ours. */
const LONGEST_LINE = 8 * 1024 * 1024;
/** With this much unread by the other side, nothing more is taken from it. */
const PAUSED_ABOVE_BYTES = 1024 * 1024;
/** A side that leaves this much unread will never read it. */
const LONGEST_BACKLOG_BYTES = 32 * 1024 * 1024;

export type LocalListener = {
  readonly address: string;
  /** Takes no more connections; those there are live on. */
  close(): void;
};

/** Lines of text to and from another process on this machine. */
export class LocalConnection {
  readonly #socket: Socket;
  readonly #isServing: boolean;
  readonly #decoder = new StringDecoder('utf8');
  #parts: string[] = [];
  #length = 0;
  #onLine: (line: string) => void = () => {};
  #onClose: (because: string) => void = () => {};
  #because = 'the other side ended';
  #isClosed = false;
  #isBroken = false;

  /** @param isServing takes nothing more from a side that does not read its answers */
  constructor(socket: Socket, isServing: boolean) {
    this.#socket = socket;
    this.#isServing = isServing;
    socket.on('data', (chunk) => this.#take(this.#decoder.write(chunk)));
    socket.on('error', (error) => {
      this.#because = error.message;
    });
    socket.on('close', () => {
      this.#isClosed = true;
      this.#onClose(this.#because);
    });
    socket.on('drain', () => socket.resume());
    socket.pause();
  }

  /** Begins to read. `onClose` is called once, with the reason in words. */
  listen(onLine: (line: string) => void, onClose: (because: string) => void): void {
    this.#onLine = onLine;
    this.#onClose = onClose;
    if (this.#isClosed) onClose(this.#because);
    else this.#socket.resume();
  }

  /** One line, without its end. Nothing is sent once the connection is closed. */
  send(line: string): void {
    if (this.#isClosed || !this.#socket.writable) return;
    this.#socket.write(`${line}\n`);
    const { writableLength } = this.#socket;
    if (writableLength > LONGEST_BACKLOG_BYTES) this.#break('the other side does not read');
    else if (this.#isServing && writableLength > PAUSED_ABOVE_BYTES) this.#socket.pause();
  }

  /** Ends it once everything that was sent is written. */
  close(because = 'this side ended'): void {
    this.#because = because;
    this.#onLine = () => {};
    // A side that never reads must not keep this process alive.
    this.#socket.unref();
    this.#socket.end();
    this.#socket.resume();
  }

  #take(text: string): void {
    const [end = '', ...others] = text.split('\n');
    this.#extend(end);
    for (const part of others) {
      if (this.#isBroken) return;
      const line = this.#parts.join('');
      this.#parts = [];
      this.#length = 0;
      this.#onLine(line);
      this.#extend(part);
    }
  }

  #extend(part: string): void {
    this.#parts.push(part);
    this.#length += part.length;
    if (this.#length > LONGEST_LINE) this.#break('a line is too long');
  }

  #break(because: string): void {
    this.#because = because;
    this.#isBroken = true;
    this.#parts = [];
    this.#socket.destroy();
  }
}

/**
 * An address for the one who serves `directory`, which only its owner can enter from then on:
 * in the directory, or in a place of the user's own where the path would be too long.
 *
 * @throws FileError when a place cannot be made the user's own
 */
export function localAddressFor(
  directory: string,
  platform: NodeJS.Platform = process.platform,
): string {
  // Everybody can see a pipe, so its name is one that nobody could have taken before.
  if (platform === 'win32') return `\\\\.\\pipe\\bigbrother-${randomBytes(16).toString('hex')}`;
  keepToOwner(directory);
  const path = join(directory, 'owner.sock');
  if (Buffer.byteLength(path) <= LONGEST_ADDRESS_BYTES) return path;
  const place = join(tmpdir(), `bigbrother-${userInfo().uid}`);
  keepToOwner(place);
  const name = createHash('sha256').update(directory).digest('hex').slice(0, 16);
  const short = join(place, `${name}.sock`);
  if (Buffer.byteLength(short) <= LONGEST_ADDRESS_BYTES) return short;
  throw new FileError(`the path ${short} is too long for a socket: shorten TMPDIR`, short);
}

/**
 * Listens where only this user can connect. What an earlier process left at the address is
 * removed, so the caller has to be the only one who may listen there.
 *
 * @throws FileError when the system refuses
 */
export function listenLocally(
  address: string,
  onConnection: (connection: LocalConnection) => void,
): Promise<LocalListener> {
  const isFile = !address.startsWith('\\\\');
  const server = createServer((socket) => onConnection(new LocalConnection(socket, true)));
  if (isFile) rmSync(address, { force: true });
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new FileError(`the socket ${address} cannot be used: ${error.message}`, address, error),
      );
    });
    server.listen(address, () => {
      if (isFile) chmodSync(address, 0o600);
      // Who serves here lives as long as its own work lasts.
      server.unref();
      resolve({ address, close: () => void server.close() });
    });
  });
}

/** @returns null when nobody listens at the address */
export function connectLocally(address: string): Promise<LocalConnection | null> {
  return new Promise((resolve) => {
    const socket = createConnection(address);
    const fail = (): void => resolve(null);
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      resolve(new LocalConnection(socket, false));
    });
  });
}

function keepToOwner(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const { uid } = userInfo();
    const found = lstatSync(directory);
    if (!found.isDirectory() || found.uid !== uid) {
      throw new Error('it belongs to somebody else, or is a link');
    }
    if ((found.mode & 0o077) !== 0) chmodSync(directory, 0o700);
    if ((statSync(directory).mode & 0o077) !== 0) throw new Error('others may enter it');
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    throw new FileError(
      `the directory ${directory} cannot be kept to its owner: ${because}`,
      directory,
      error,
    );
  }
}
