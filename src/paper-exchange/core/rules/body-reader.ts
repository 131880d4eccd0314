import { type Decimal, parseDecimal } from '../basics/decimal.ts';
import type { WireError } from '../basics/types.ts';
import { invalidField } from './refusals.ts';

export type JsonObject = { readonly [key: string]: unknown };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads a request body field by field and keeps the first thing that is wrong with it. */
export class BodyReader {
  problem: WireError | null = null;
  readonly #body: JsonObject;

  constructor(body: JsonObject) {
    this.#body = body;
  }

  has(field: string): boolean {
    const value = this.#body[field];
    return value !== undefined && value !== null;
  }

  text(field: string): string | null {
    const value = this.#body[field];
    if (value === undefined || value === null) return null;
    if (typeof value === 'string') return value;
    return this.#wrong(field);
  }

  /** Takes digits as text or as a number, as the wire does. */
  decimal(field: string): Decimal | null {
    const value = this.#body[field];
    if (value === undefined || value === null || value === '') return null;
    if (typeof value !== 'string' && typeof value !== 'number') return this.#wrong(field);
    return parseDecimal(String(value)) ?? this.#wrong(field);
  }

  flag(field: string): boolean {
    const value = this.#body[field];
    if (value === undefined || value === null) return false;
    if (typeof value === 'boolean') return value;
    this.#wrong(field);
    return false;
  }

  choice<Choice extends string>(field: string, choices: readonly Choice[]): Choice | null {
    const value = this.#body[field];
    if (value === undefined || value === null || value === '') return null;
    return choices.find((choice) => choice === value) ?? this.#wrong(field);
  }

  /** The fields of an object within the body; null when it is absent. */
  nested(field: string): BodyReader | null {
    const value = this.#body[field];
    if (value === undefined || value === null) return null;
    return isJsonObject(value) ? new BodyReader(value) : this.#wrong(field);
  }

  /** Takes over what went wrong in a part. */
  adopt(part: BodyReader | null, field: string): void {
    if (part?.problem) this.#wrong(field);
  }

  #wrong(field: string): null {
    this.problem ??= invalidField(`invalid ${field}`);
    return null;
  }
}
