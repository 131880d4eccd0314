import type { Milliseconds } from './types.ts';

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Draws that depend on the seed alone (small fast counter generator, 128 bits of state). */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter: number;
  private ulidAt: Milliseconds = -1;
  private ulidTime = '';

  constructor(seed: string) {
    this.a = hash(seed, 0x9e3779b9);
    this.b = hash(seed, 0x85ebca6b);
    this.c = hash(seed, 0xc2b2ae35);
    this.counter = 1;
    for (let round = 0; round < 15; round += 1) this.uint32();
  }

  uint32(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A whole number from 0 up to, but without, `bound`. */
  below(bound: number): number {
    return Math.floor((this.uint32() / 4_294_967_296) * bound);
  }

  /** The shape of a version 4 UUID. */
  uuid(): string {
    const first = this.uint32();
    const second = (this.uint32() & 0xffff0fff) | 0x4000;
    const third = (this.uint32() & 0x3fffffff) | 0x80000000;
    const fourth = this.uint32();
    return `${hex32(first)}-${hex16(second >>> 16)}-${hex16(second)}-${hex16(third >>> 16)}-${hex16(third)}${hex32(fourth)}`;
  }

  /** Sorts by time, in milliseconds. */
  ulid(at: Milliseconds): string {
    if (at !== this.ulidAt) {
      this.ulidAt = at;
      this.ulidTime = ulidTime(at);
    }
    return `${this.ulidTime}${this.letters(6)}${this.letters(5)}${this.letters(5)}`;
  }

  private letters(count: number): string {
    let bits = this.uint32();
    let text = '';
    for (let position = 0; position < count; position += 1) {
      text += CROCKFORD[bits & 31];
      bits >>>= 5;
    }
    return text;
  }
}

function hash(text: string, start: number): number {
  let value = start | 0;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
    value ^= value >>> 15;
  }
  return value | 0;
}

function hex16(value: number): string {
  return `${HEX[(value >>> 8) & 255]}${HEX[value & 255]}`;
}

function hex32(value: number): string {
  return hex16(value >>> 16) + hex16(value);
}

function ulidTime(at: Milliseconds): string {
  let rest = at;
  let text = '';
  for (let position = 0; position < 10; position += 1) {
    text = CROCKFORD[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
