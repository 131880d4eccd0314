import { z } from 'zod';
import { catalogue, injectionOf, type Scene } from '../faults/catalogue.ts';
import { FaultRuleError } from '../faults/fault-book.ts';
import { type FaultRuleInput, ruleSchema } from '../faults/rule.ts';
import { commandSchema } from '../protocol/command.ts';
import { instantSchema, parsed } from '../protocol/json.ts';
import type { Answer } from '../protocol/outcome.ts';
import {
  headerOf,
  internalError,
  type RestRequest,
  type RestResponse,
} from '../protocol/request.ts';
import type { Controlled } from './controlled.ts';

export type ControlOptions = {
  /** What `X-Sim-Token` must say. It opens nothing but the control API. */
  readonly token: string;
  /** Lets time pass, where it is virtual; where it is not, the clock cannot be set. */
  readonly advanceTo?: (at: number) => Promise<void>;
  /** How many entries the journal keeps. */
  readonly journalEntries?: number;
};

const CONTROL_PATH = '/__sim';

const clockSchema = z.union([
  z.strictObject({ to: instantSchema }),
  z.strictObject({ byMs: z.number().positive() }),
  z.strictObject({ session: z.enum(['overnight', 'pre', 'regular', 'post', 'closed']) }),
]);
const faultSchema = z.union([ruleSchema, z.array(ruleSchema)]);
/** What an entry of the catalogue is to befall; each entry needs only some of it. */
const sceneSchema = z.strictObject({
  symbol: z.string().default(''),
  price: z.number().positive().default(100),
  shares: z.number().positive().default(1),
  orderId: z.string().default(''),
});
const MOST_ENTRIES = 1_000;
/** What the catalogue is shown with. */
const EXAMPLE: Scene = { symbol: 'AAPL', price: 100, shares: 10, orderId: '{order id}', now: 0 };

/** The operator's own API under `/__sim`. Trading keys open nothing here, and its token nothing there. */
export class ControlApi {
  readonly #options: ControlOptions;
  readonly #exchange: Controlled;
  readonly #now: () => number;

  constructor(options: ControlOptions, exchange: Controlled, now: () => number) {
    this.#options = options;
    this.#exchange = exchange;
    this.#now = now;
  }

  async handle(request: RestRequest): Promise<RestResponse> {
    if (!isSame(headerOf(request, 'x-sim-token'), this.#options.token)) {
      return json(401, { message: 'the control API needs its token in X-Sim-Token' });
    }
    const { journal, state, reset } = this.#exchange;
    const { method, query } = request;
    const [, , what = '', id] = request.path.split('/');
    switch (`${method} ${what}`) {
      case 'GET ':
        return json(200, state());
      case 'POST clock':
        return this.#clock(request);
      case 'POST commands':
        return this.#command(request);
      case 'GET faults':
        return json(200, id === 'catalogue' ? examples() : this.#reports());
      case 'POST faults':
        return id === undefined ? this.#addFaults(request) : this.#inject(id, request);
      case 'DELETE faults':
        return this.#removeFaults(id);
      case 'GET journal': {
        const limit = Math.min(MOST_ENTRIES, Number(query.get('limit') ?? MOST_ENTRIES) || 1);
        return json(200, journal.after(Number(query.get('after') ?? 0) || 0, limit));
      }
      case 'POST reset':
        reset();
        return json(200, state());
      default:
        return json(404, { message: `${method} ${request.path} is nothing of the control API` });
    }
  }

  async #clock({ body }: RestRequest): Promise<RestResponse> {
    const { advanceTo } = this.#options;
    if (advanceTo === undefined) {
      return json(409, { message: 'the time of this exchange passes by itself' });
    }
    const wish = clockSchema.safeParse(parsed(body));
    if (!wish.success) return json(422, { message: z.prettifyError(wish.error) });
    const now = this.#now();
    const at = this.#instantOf(wish.data, now);
    if (at < now) return json(422, { message: 'time does not go back' });
    try {
      await advanceTo(at);
    } catch (error) {
      return json(409, { message: error instanceof Error ? error.message : String(error) });
    }
    return json(200, this.#exchange.state());
  }

  #instantOf(wish: z.output<typeof clockSchema>, now: number): number {
    if ('to' in wish) return wish.to;
    return 'byMs' in wish ? now + wish.byMs : this.#exchange.nextSession(wish.session);
  }

  #command({ body }: RestRequest): RestResponse {
    const command = commandSchema.safeParse(parsed(body));
    if (!command.success) return json(422, { message: z.prettifyError(command.error) });
    const outcome = this.#exchange.run(command.data);
    return outcome.ok ? json(200, { result: outcome.result }) : json(outcome.status, outcome.body);
  }

  #addFaults({ body }: RestRequest): RestResponse {
    const wish = faultSchema.safeParse(parsed(body));
    if (!wish.success) return json(422, { message: z.prettifyError(wish.error) });
    const ids = this.#add(Array.isArray(wish.data) ? wish.data : [wish.data]);
    return typeof ids === 'string' ? json(422, { message: ids }) : json(200, { ids });
  }

  /** POST faults/{id}: what the catalogue says, on the scene of the body. */
  #inject(id: string, { body }: RestRequest): RestResponse {
    const wish = sceneSchema.safeParse(body === '' ? {} : parsed(body));
    if (!wish.success) return json(422, { message: z.prettifyError(wish.error) });
    const injection = injectionOf(id, { ...wish.data, now: this.#now() });
    if (injection === null) return json(404, { message: `the catalogue has no fault ${id}` });
    const ids = this.#add(injection.rules ?? []);
    if (typeof ids === 'string') return json(422, { message: ids });
    const results = (injection.commands ?? []).map((input) =>
      this.#exchange.run(commandSchema.parse(input)),
    );
    return json(200, { ids, results, session: injection.session ?? null });
  }

  /** Adds all or none of them; says why not. */
  #add(rules: readonly FaultRuleInput[]): readonly string[] | string {
    const { faults } = this.#exchange;
    const ids: string[] = [];
    try {
      for (const rule of rules) ids.push(faults.add(rule));
      return ids;
    } catch (error) {
      for (const id of ids) faults.remove(id);
      if (error instanceof FaultRuleError) return error.message;
      throw error;
    }
  }

  #removeFaults(id: string | undefined): RestResponse {
    const { faults } = this.#exchange;
    if (id === undefined) faults.clear();
    else if (!faults.remove(id)) {
      return json(404, { message: `no fault ${id} is in force` });
    }
    return { status: 204, headers: {}, body: '' };
  }

  #reports(): object {
    const { faults } = this.#exchange;
    return { rules: faults.list(), fired: Object.fromEntries(faults.firedById()) };
  }
}

/** Lets the control API answer what names it, and `others` all else. */
export function besideControl(
  api: ControlApi,
  others: Answer,
  onFault?: (error: unknown, request: RestRequest) => void,
): Answer {
  return (request, settle) => {
    if (!isControlPath(request.path)) {
      others(request, settle);
      return;
    }
    const respond = (response: RestResponse) => settle({ kind: 'answered', response });
    void api.handle(request).then(respond, (error: unknown) => {
      onFault?.(error, request);
      respond(internalError);
    });
  };
}

/** True for the control API's own paths, and for nothing that merely leads there. */
const isControlPath = (path: string): boolean =>
  path === CONTROL_PATH || path.startsWith(`${CONTROL_PATH}/`);

function examples(): readonly object[] {
  return catalogue.map(({ id, what, inject }) => ({ id, what, ...inject(EXAMPLE) }));
}

/** Takes as long whichever character differs. */
function isSame(given: string, wanted: string): boolean {
  let difference = given.length ^ wanted.length;
  for (let place = 0; place < wanted.length; place += 1) {
    difference |= wanted.charCodeAt(place) ^ (given.charCodeAt(place) || 0);
  }
  return difference === 0;
}

function json(status: number, body: unknown): RestResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    body: JSON.stringify(body),
  };
}
