import type { Clock } from '../../ports/clock.ts';
import type { Api, Call, Fact, Facts, ProbeCase, Step } from './case.ts';
import type { Link, ProbeKeys } from './link.ts';
import type { Pacer } from './pacer.ts';
import { StreamEar } from './stream-ear.ts';
import { filled, type Words } from './words.ts';

export type BenchParts = {
  readonly link: Link;
  readonly keys: ProbeKeys;
  readonly clock: Clock;
  readonly pacer: Pacer;
  readonly words: Words;
  /** Begins every client order id, so that what was placed is found again. */
  readonly prefix: string;
  /** Set when the user wants it to end. */
  readonly signal: AbortSignal;
};

/** A case could not be brought to its end; the message says why, the facts so far are none. */
export class CaseStopped extends Error {
  override readonly name = 'CaseStopped';
}

export type Answer = {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
};

const LOOK_EVERY_MS = 250;
const WAIT_MS = 15_000;
const LOOK_AFTER_MS = 3_000;
const HEAR_MS = 3_000;
const CLOSED_AFTER_MS = 500;
const TOO_MANY = 429;
const RETRY_AFTER_MS = 20_000;
const MOST_RETRIES = 4;
const ENDED = new Set(['canceled', 'filled', 'expired', 'rejected', 'replaced']);

/** Runs cases against one broker and leaves nothing behind. */
export class Bench {
  readonly #parts: BenchParts;
  readonly #facts = new Map<string, Fact>();
  readonly #orders = new Map<string, unknown>();
  readonly #streams = new Map<string, StreamEar>();
  #case = '';
  #hasPlaced = false;

  constructor(parts: BenchParts) {
    this.#parts = parts;
  }

  /**
   * What the broker says to one case. Its orders and streams are closed again afterwards.
   *
   * @throws CaseStopped when a step has no answer
   */
  async run(probeCase: ProbeCase): Promise<Facts> {
    this.#facts.clear();
    this.#orders.clear();
    this.#hasPlaced = false;
    this.#case = probeCase.name.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 40);
    try {
      for (const step of probeCase.steps) await this.#step(step, null);
      return new Map(this.#facts);
    } finally {
      for (const stream of this.#streams.values()) stream.close();
      this.#streams.clear();
    }
  }

  /** Whether the last case has placed an order, or may have: a lost answer tells nothing. */
  get hasPlaced(): boolean {
    return this.#hasPlaced;
  }

  /** @throws CaseStopped when no answer came */
  async ask(api: Api, method: string, path: string, body?: string): Promise<Answer> {
    const { pacer, link, keys, clock } = this.#parts;
    const headers = {
      'APCA-API-KEY-ID': keys.keyId,
      'APCA-API-SECRET-KEY': keys.secretKey,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    };
    for (let attempt = 0; ; attempt += 1) {
      await pacer.turn();
      const init = { method, headers, ...(body === undefined ? {} : { body }) };
      const answer = await this.#sent(() => link.request(api, path, init), `${method} ${path}`);
      // Refused before it was looked at, so it may be asked again.
      if (answer.status !== TOO_MANY || attempt === MOST_RETRIES) return answer;
      await clock.sleep(RETRY_AFTER_MS);
    }
  }

  async #sent(send: () => Promise<Response>, what: string): Promise<Answer> {
    try {
      const response = await send();
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: parsed(text) };
    } catch (cause) {
      throw new CaseStopped(`no answer to ${what}: ${reasonOf(cause)}`, { cause });
    }
  }

  async #step(step: Step, n: number | null): Promise<void> {
    if (this.#parts.signal.aborted) throw new CaseStopped('it was stopped');
    const as = this.#fill(step.as, n);
    switch (step.do) {
      case 'call':
        return this.#call(step, as, n);
      case 'wait':
        return this.#wait(as, this.idOf(step.order), step.for);
      case 'look':
        return this.#look(as, this.idOf(step.order));
      case 'open':
        return this.#open(as, step.stream);
      case 'close':
        this.#streams.get(as)?.close();
        return this.#parts.clock.sleep(CLOSED_AFTER_MS);
      case 'hear': {
        const stream = this.#streams.get(step.stream);
        const heard = await stream?.hears(this.idOf(step.order), step.event, HEAR_MS);
        this.#facts.set(`${as}.heard`, heard ?? false);
        return;
      }
      case 'subscribe': {
        const count = Number(this.#fill(step.symbols, n));
        const symbols = this.#parts.words.names.slice(0, count);
        const isTaken = await this.#streams.get(step.stream)?.subscribe(symbols);
        this.#facts.set(`${as}.ok`, isTaken ?? false);
        return;
      }
      case 'search':
        return this.#search(step, as);
    }
  }

  async #call(call: Call, as: string, n: number | null): Promise<void> {
    const path = this.#fill(call.path, n);
    const body = call.body === undefined ? undefined : this.#fill(JSON.stringify(call.body), n);
    const asked = call.wrongSecret ? this.#withWrongSecret() : this;
    const isOrder = call.method === 'POST';
    const hadPlaced = this.#hasPlaced;
    this.#hasPlaced ||= isOrder;
    const answer = await asked.ask(call.api ?? 'trading', call.method, path, body);
    const isRefused = answer.status >= 400 && answer.status < 500;
    if (isOrder && isRefused) this.#hasPlaced = hadPlaced;
    if (answer.status >= 500 || answer.status === TOO_MANY) {
      throw new CaseStopped(`${call.method} ${path} was answered with ${answer.status}`);
    }
    if (isObject(answer.body) && typeof answer.body.id === 'string') {
      this.#orders.set(as, answer.body);
    }
    for (const [aspect, fact] of factsOf(call, answer)) this.#facts.set(`${as}.${aspect}`, fact);
  }

  #withWrongSecret(): Bench {
    const { keys } = this.#parts;
    return new Bench({ ...this.#parts, keys: { ...keys, secretKey: 'of-nobody' } });
  }

  async #wait(as: string, orderId: string, states: readonly string[]): Promise<void> {
    let state = '';
    for (let waitedMs = 0; waitedMs <= WAIT_MS; waitedMs += LOOK_EVERY_MS) {
      state = await this.state(orderId);
      if (states.includes(state)) {
        this.#facts.set(`${as}.state`, state);
        return;
      }
      if (ENDED.has(state)) break;
      await this.#parts.clock.sleep(LOOK_EVERY_MS);
    }
    throw new CaseStopped(`the order stayed ${state} and did not become ${states.join(' or ')}`);
  }

  async #look(as: string, orderId: string): Promise<void> {
    await this.#parts.clock.sleep(LOOK_AFTER_MS);
    this.#facts.set(`${as}.state`, await this.state(orderId));
  }

  async #open(as: string, path: string): Promise<void> {
    const { clock, link, keys } = this.#parts;
    const stream = new StreamEar(clock, link, path);
    this.#streams.set(as, stream);
    const code = await stream.authenticate(keys);
    this.#facts.set(`${as}.code`, code);
    this.#facts.set(`${as}.ok`, code === 0);
    this.#facts.set(`${as}.frames`, stream.frames);
  }

  async #search(step: Extract<Step, { do: 'search' }>, as: string): Promise<void> {
    const isTaken = async (n: number): Promise<boolean> => {
      await this.#step(step.step, n);
      return this.#facts.get(`${this.#fill(step.step.as, n)}.ok`) === true;
    };
    const largest = await (step.by === 'ones' ? byOnes : byHalves)(step.most, isTaken);
    this.#facts.set(`${as}.largest`, largest);
  }

  /** Of the order that a step brought: `name`, or `name:limit` for its leg of this type. */
  idOf(reference: string): string {
    const [name = '', legType] = reference.split(':');
    const order = this.#orders.get(name);
    if (!isObject(order)) throw new CaseStopped(this.#whyNoOrder(name));
    if (legType === undefined) return String(order.id);
    const legs = Array.isArray(order.legs) ? order.legs.filter(isObject) : [];
    const leg = legs.find(({ type }) => type === legType);
    if (leg === undefined) throw new CaseStopped(`the order "${name}" has no ${legType} leg`);
    return String(leg.id);
  }

  #whyNoOrder(name: string): string {
    const [status, message] = ['status', 'message'].map((aspect) =>
      this.#facts.get(`${name}.${aspect}`),
    );
    return `the order "${name}" was refused with ${status} (${message})`;
  }

  async state(orderId: string): Promise<string> {
    const { body } = await this.ask('trading', 'GET', `/v2/orders/${orderId}`);
    return isObject(body) ? String(body.status) : 'unknown';
  }

  #fill(text: string, n: number | null): string {
    const { words, prefix } = this.#parts;
    return filled(text.replaceAll('{n}', String(n)), {
      ...words,
      client: (name) => `${prefix}-${this.#case}-${name.replaceAll(' ', '-')}`,
      id: (reference) => this.idOf(reference),
    });
  }
}

async function byOnes(most: number, isTaken: (n: number) => Promise<boolean>): Promise<number> {
  for (let n = 1; n <= most; n += 1) if (!(await isTaken(n))) return n - 1;
  return most;
}

async function byHalves(most: number, isTaken: (n: number) => Promise<boolean>): Promise<number> {
  if (await isTaken(most)) return most;
  let [taken, refused] = [0, most];
  while (refused - taken > 1) {
    const middle = Math.floor((taken + refused) / 2);
    if (await isTaken(middle)) taken = middle;
    else refused = middle;
  }
  return taken;
}

function factsOf(call: Call, { status, body, headers }: Answer): readonly [string, Fact][] {
  const object = isObject(body) ? body : null;
  const isOk = status >= 200 && status < 300;
  return [
    ['ok', isOk],
    ['status', status],
    ['code', typeof object?.code === 'number' ? object.code : null],
    ['message', typeof object?.message === 'string' ? masked(object.message) : null],
    ['keys', object === null ? null : Object.keys(object).sort().join(' ')],
    ['state', isOk && typeof object?.status === 'string' ? object.status : null],
    ...(call.fields ?? []).flatMap((name): [string, Fact][] => [
      [`has ${name}`, object !== null && name in object],
      [name, factIn(object?.[name])],
    ]),
    ...(call.headers ?? []).map((name): [string, Fact] => [`header ${name}`, headers.has(name)]),
  ];
}

function factIn(value: unknown): Fact {
  if (value === undefined || value === null) return null;
  if (typeof value === 'object') return JSON.stringify(value);
  return typeof value === 'string' || typeof value === 'number' ? value : Boolean(value);
}

/** Without what differs from account to account. */
const masked = (message: string): string =>
  message.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>').replace(/\d+(\.\d+)?/g, '<number>');

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** With its cause, where `fetch` hides it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? `${error.message} (${cause.message})` : error.message;
}
