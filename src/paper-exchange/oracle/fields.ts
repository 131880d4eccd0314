import { type Amount, amountOf } from './amounts.ts';
import type { Judge } from './rules.ts';

/** Reads one JSON object of the wire; a field of another type breaks the rule of shapes. */
export class Fields {
  readonly #object: { readonly [key: string]: unknown };
  readonly #judge: Judge;

  constructor(value: unknown, judge: Judge) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      judge.fail('shape', `${JSON.stringify(value)} is no object`);
    }
    this.#object = { ...value };
    this.#judge = judge;
  }

  text(name: string): string {
    const value = this.#object[name];
    return typeof value === 'string' ? value : this.#refuse(name, 'text');
  }

  textOrNull(name: string): string | null {
    return this.#object[name] === null ? null : this.text(name);
  }

  flag(name: string): boolean {
    const value = this.#object[name];
    return typeof value === 'boolean' ? value : this.#refuse(name, 'true or false');
  }

  amount(name: string): Amount {
    return amountOf(this.text(name)) ?? this.#refuse(name, 'a decimal');
  }

  amountOrNull(name: string): Amount | null {
    return this.#object[name] === null ? null : this.amount(name);
  }

  /** Zero where the field is absent. */
  amountIfAny(name: string): Amount {
    return this.has(name) ? this.amount(name) : 0n;
  }

  objects(name: string): readonly unknown[] {
    const value = this.#object[name];
    if (value === null) return [];
    return Array.isArray(value) ? value : this.#refuse(name, 'a list');
  }

  has(name: string): boolean {
    const value = this.#object[name];
    return value !== undefined && value !== null;
  }

  #refuse(name: string, expected: string): never {
    const { id, symbol } = this.#object;
    return this.#judge.fail(
      'shape',
      `${name} of ${id ?? symbol ?? 'an answer'} is ${JSON.stringify(this.#object[name])}, not ${expected}`,
    );
  }
}
