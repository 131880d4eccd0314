import { crc32, inflateRawSync } from 'node:zlib';

const END = 0x06054b50;
const END_BYTES = 22;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;

/**
 * The files of an archive, read as strictly as the strictest host: nothing before, between or
 * behind what the directory names, no comment, no odd flag, no name that leads elsewhere.
 *
 * @throws Error naming the first thing that is not in order
 */
export function filesInZip(zip: Buffer): ReadonlyMap<string, Buffer> {
  const end = zip.length - END_BYTES;
  demand(end >= 0 && zip.readUInt32LE(end) === END, 'the end is not at the end');
  demand(zip.readUInt16LE(end + 20) === 0, 'there is a comment');
  const count = zip.readUInt16LE(end + 10);
  const directory = zip.readUInt32LE(end + 16);
  demand(directory + zip.readUInt32LE(end + 12) === end, 'the directory does not reach the end');
  const files = new Map<string, Buffer>();
  let [at, next] = [directory, 0];
  for (let index = 0; index < count; index += 1) {
    demand(zip.readUInt32LE(at) === CENTRAL, 'a line of the directory is none');
    const [nameBytes, extra, comment] = [28, 30, 32].map((where) => zip.readUInt16LE(at + where));
    demand(extra === 0 && comment === 0, 'a file has something extra');
    const name = zip.toString('utf8', at + 46, at + 46 + (nameBytes ?? 0));
    demand(/^(?:[\w.-]+\/)*[\w.-]+$/.test(name) && !/(^|\/)\.\.?(\/|$)/.test(name), name);
    demand(!files.has(name), `${name} is there twice`);
    demand(zip.readUInt32LE(at + 42) === next, `${name} is not where the one before ends`);
    demand(zip.readUInt32LE(next) === LOCAL, `${name} has no header`);
    const isSame = zip.subarray(next + 4, next + 30).equals(zip.subarray(at + 6, at + 32));
    demand(isSame, `${name} is described in two ways`);
    demand(zip.readUInt16LE(at + 8) === 0, `${name} has flags`);
    demand(zip.readUInt16LE(at + 10) === 8, `${name} is not deflated`);
    demand(zip.toString('utf8', next + 30, next + 30 + name.length) === name, `${name}: its name`);
    const from = next + 30 + name.length;
    next = from + zip.readUInt32LE(at + 20);
    const content = inflateRawSync(zip.subarray(from, next));
    demand(content.length === zip.readUInt32LE(at + 24), `${name} has another length`);
    demand(crc32(content) === zip.readUInt32LE(at + 16), `${name} has another checksum`);
    files.set(name, content);
    at += 46 + name.length;
  }
  demand(at === end && next === directory, 'something lies between');
  return files;
}

function demand(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new Error(otherwise);
}
