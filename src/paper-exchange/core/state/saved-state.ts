import { createHash } from 'node:crypto';
import type { JsonValue } from '../basics/types.ts';

const FORMAT = 'paper exchange state';
/** Raised with each change after which an older program would read the state wrongly. */
const VERSION = 2;

type Parts = { readonly [name: string]: JsonValue };

/** The saved state of several parts as one JSON text with its version and its seal. */
export function writeState(parts: Parts): string {
  const body = JSON.stringify(parts);
  return `{"format":"${FORMAT}","version":${VERSION},"seal":"${sealOf(body)}","parts":${body}}`;
}

/** @throws when the text is no saved state, is damaged or was saved by a newer program */
export function readState(text: string): Parts {
  const { format, version, seal, parts } = parsed(text);
  if (format !== FORMAT) throw new Error('this is not a saved state of the paper exchange');
  if (version !== VERSION) throw new Error(wrongVersion(version));
  if (seal !== sealOf(JSON.stringify(parts))) {
    throw new Error('the saved state is damaged: its seal does not fit; start without it');
  }
  return parts as Parts;
}

/** What a whole exchange saved, part by part. @throws when it is not such a state */
export function exchangeParts(state: JsonValue) {
  if (typeof state === 'object' && state !== null && 'core' in state) {
    const { core, market, faults, shift } = state;
    if (market !== undefined && faults !== undefined && shift !== undefined) {
      return { core, market, faults, shift };
    }
  }
  throw new Error('this is not the saved state of a paper exchange');
}

function parsed(text: string): { readonly [key: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch (cause) {
    const message = 'the saved state is damaged: it is no complete JSON text; start without it';
    throw new Error(message, { cause });
  }
}

function wrongVersion(version: unknown): string {
  const known = `this program reads version ${VERSION}`;
  return typeof version === 'number' && version > VERSION
    ? `the state was saved by a newer program as version ${version}, ${known}; use the newer one`
    : `the state has version ${version}, ${known}; start without it`;
}

function sealOf(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}
