import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import { ErrorCode, McpError, type ReadResourceResult } from '@modelcontextprotocol/sdk/types.js';
import { type Asking, askHistory } from '../../../tools/history/ask.ts';
import type { Question } from '../../../tools/history/question.ts';
import type { BigBrotherFace } from '../../../tools/tool.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Redactor } from '../answers/redact.ts';

type Deps = {
  readonly bigBrother: BigBrotherFace;
  readonly clock: Clock;
};

const JSON_TYPE = 'application/json';
const PLAIN = /^[\w.-]{1,100}$/;
/** What a whole day is told by: its sums, what was closed, what was refused, what went wrong. */
const OF_A_DAY = {
  totals: { view: 'by_symbol' },
  closed: { kind: 'outcomes' },
  refused: { view: 'why_not' },
  alerts: { kind: 'alerts' },
} as const satisfies Readonly<Record<string, Question>>;

/** A plan, an order's story and a day, for hosts that let people attach what they talk about. */
export function registerResources(server: McpServer, deps: Deps, redactor: Redactor): void {
  const read = new HistoryReader(deps, redactor);
  server.registerResource(
    'plan',
    new ResourceTemplate('bigbrother://plans/{plan_id}', { list: undefined }),
    { title: 'Plan', description: 'What a plan did and why', mimeType: JSON_TYPE },
    (uri, { plan_id }) => read.story(uri, { plan_id: plainIn(uri, plan_id) }),
  );
  server.registerResource(
    'order',
    new ResourceTemplate('bigbrother://orders/{order_id}', { list: undefined }),
    { title: 'Order', description: 'The story of an order', mimeType: JSON_TYPE },
    (uri, { order_id }) => read.story(uri, { order_id: plainIn(uri, order_id) }),
  );
  server.registerResource(
    'day',
    new ResourceTemplate('bigbrother://days/{day}', { list: undefined }),
    { title: 'Day', description: 'A day of New York, 2026-10-06 or today', mimeType: JSON_TYPE },
    (uri, { day }) => read.day(uri, plainIn(uri, day)),
  );
}

class HistoryReader {
  readonly #deps: Deps;
  readonly #redactor: Redactor;

  constructor(deps: Deps, redactor: Redactor) {
    this.#deps = deps;
    this.#redactor = redactor;
  }

  async story(uri: URL, named: Pick<Question, 'plan_id' | 'order_id'>) {
    const { stories, ...answer } = await this.#answerTo(uri, { view: 'why', ...named });
    if (stories === undefined || stories.length === 0) throw notFound(uri);
    return this.#contents(uri, { ...answer, stories });
  }

  async day(uri: URL, day: string) {
    const told: Record<string, unknown> = { day };
    for (const [name, question] of Object.entries(OF_A_DAY)) {
      told[name] = await this.#answerTo(uri, { ...question, day });
    }
    return this.#contents(uri, told);
  }

  async #answerTo(uri: URL, question: Question) {
    const { bigBrother, clock } = this.#deps;
    const { environment } = bigBrother.status();
    const source = { query: bigBrother.history.bind(bigBrother) };
    const asking: Asking = { source, environment, now: clock.now() };
    const answer = await askHistory(question, asking);
    if (answer.outcome === 'answered') return answer.result;
    throw new McpError(ErrorCode.InvalidParams, `${uri.href}: ${answer.refusal.message}`);
  }

  /** Named like every answer: nobody takes a paper account's story for that of a live one. */
  #contents(uri: URL, told: Readonly<Record<string, unknown>>): ReadResourceResult {
    const { environment, mode } = this.#deps.bigBrother.status();
    const text = this.#redactor.answer(JSON.stringify({ environment, mode, ...told }));
    return { contents: [{ uri: uri.href, mimeType: JSON_TYPE, text }] };
  }
}

/** Part of an address: nothing else gets into a query or an error. */
function plainIn(uri: URL, part: string | string[] | undefined): string {
  if (typeof part === 'string' && PLAIN.test(part)) return part;
  throw notFound(uri);
}

const notFound = (uri: URL): McpError =>
  new McpError(
    ErrorCode.InvalidParams,
    `Nothing is recorded under ${uri.protocol}//${uri.host}/…: ids are in get_history.`,
  );
