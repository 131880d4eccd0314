import { type Milliseconds, WireError } from '../../core/basics/types.ts';
import { malformed, unprocessable } from '../../core/rules/refusals.ts';

/** A date, or a time with its zone: without one it would mean the zone of this machine. */
const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/i;

/** Reads a JSON body. */
export function readJson(body: string): { readonly value: unknown } | WireError {
  try {
    return { value: JSON.parse(body) };
  } catch {
    return malformed('request body format is invalid');
  }
}

/** How each API refuses a parameter; of the trading API two ways are told. */
const refusals = {
  422: unprocessable,
  400: malformed,
  data: (message: string) => new WireError(400, { message }),
  locates: (message: string) => new WireError(400, { code: 'invalid_input', message }),
} as const;

/** Reads query parameters one by one and keeps the first thing that is wrong with them. */
export class QueryReader {
  problem: WireError | null = null;
  readonly #query: URLSearchParams;
  readonly #refuse: (message: string) => WireError;

  constructor(query: URLSearchParams, api: keyof typeof refusals) {
    this.#query = query;
    this.#refuse = refusals[api];
  }

  text(name: string): string | null {
    return this.#query.get(name) || null;
  }

  /** Words between commas. Of a repeated parameter only the first counts, as on the wire. */
  list(name: string): readonly string[] | null {
    const words = this.text(name)
      ?.split(',')
      .map((word) => word.trim());
    return words?.filter((word) => word !== '') ?? null;
  }

  /** A date or a time with its zone; a date means its first instant in UTC. */
  time(name: string): Milliseconds | null {
    const text = this.text(name);
    if (text === null) return null;
    const at = TIME.test(text) ? Date.parse(text) : Number.NaN;
    return Number.isNaN(at) ? this.#wrong(name, text) : at;
  }

  /** A date, also when it is written as a time. */
  date(name: string): string | null {
    const text = this.text(name);
    if (text === null || this.time(name) === null) return null;
    return text.slice(0, 10);
  }

  wholeNumber(name: string, otherwise: number, most: number): number {
    const text = this.text(name);
    if (text === null) return otherwise;
    const value = /^\d+$/.test(text) ? Number(text) : 0;
    if (value >= 1 && value <= most) return value;
    if (value > most) {
      this.refuse(`invalid ${name}: larger than the allowed maximum of ${most}`);
    } else {
      this.#wrong(name, text);
    }
    return otherwise;
  }

  choice<Choice extends string>(
    name: string,
    choices: readonly Choice[],
    otherwise: Choice,
  ): Choice {
    const text = this.text(name);
    if (text === null) return otherwise;
    return choices.find((choice) => choice === text) ?? this.#wrong(name, text) ?? otherwise;
  }

  flag(name: string): boolean {
    return this.choice(name, ['true', 'false'], 'false') === 'true';
  }

  refuse(message: string): void {
    this.problem ??= this.#refuse(message);
  }

  #wrong(name: string, text: string): null {
    this.refuse(`invalid ${name}: ${text}`);
    return null;
  }
}
