import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { FileError, syncDirectory } from './files.ts';

const OWNER_ONLY = 0o600;
const CHUNK_CHARACTERS = 1 << 18;

export type WrittenFile = { readonly bytes: number; readonly sha256: string };

/**
 * Writes a file out of pieces of any number, whole or not at all, for its owner's eyes only. Its
 * directory is made when it is not there.
 *
 * @throws FileError when it cannot be written; whatever `pieces` throws
 */
export function writeWholeFile(path: string, pieces: Iterable<string>): WrittenFile {
  const draft = `${path}.${process.pid}.draft`;
  const digest = createHash('sha256');
  let bytes = 0;
  let file: number | null = null;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    file = openSync(draft, 'w', OWNER_ONLY);
    for (const chunk of chunksOf(pieces)) {
      const buffer = Buffer.from(chunk);
      for (let at = 0; at < buffer.length; ) at += writeSync(file, buffer, at);
      digest.update(buffer);
      bytes += buffer.length;
    }
    fsyncSync(file);
    closeSync(file);
    file = null;
    renameSync(draft, path);
  } catch (error) {
    if (file !== null) closeSync(file);
    rmSync(draft, { force: true });
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new FileError(`the file ${path} cannot be written: ${error.message}`, path, error);
  }
  syncDirectory(dirname(path));
  return { bytes, sha256: digest.digest('hex') };
}

/** What a file holds now. @throws FileError when it cannot be read */
export function digestOfFile(path: string): string {
  const digest = createHash('sha256');
  try {
    const file = openSync(path, 'r');
    try {
      const chunk = Buffer.alloc(1 << 18);
      for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
        digest.update(chunk.subarray(0, size));
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    throw new FileError(`the file ${path} cannot be read: ${because}`, path, error);
  }
  return digest.digest('hex');
}

function* chunksOf(pieces: Iterable<string>): Iterable<string> {
  let chunk = '';
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}
