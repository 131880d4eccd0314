import { realpathSync, statfsSync } from 'node:fs';
import { sep } from 'node:path';

/** Linux's numbers for file systems that another machine keeps. */
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
]);
const SYNCED = /^(dropbox|onedrive|google ?drive|my drive|icloud ?drive|mobile documents)\b/i;

/**
 * Why locks and durable writes cannot be relied on in a directory: it lies on another machine,
 * or a program copies it there and back. Null when it is a place of this machine.
 */
export function whyNotLocal(
  path: string,
  fileSystemType: (path: string) => number = (each) => statfsSync(each).type,
): string | null {
  const real = realpathSync(path);
  const synced = real.split(sep).find((part) => SYNCED.test(part));
  if (synced !== undefined) return `it lies in "${synced}", which is copied to other machines`;
  const network = NETWORK.get(fileSystemType(real) >>> 0);
  return network === undefined ? null : `it lies on a network file system (${network})`;
}
