import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { type Tool, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import type { AdvisorState, AdvisorStatus } from '../../domain/answers.ts';
import { digestOf, type Json, toJson } from '../../domain/canonical.ts';
import type { EpochMs } from '../../domain/time.ts';
import { type Advisor, type AdvisorAnswer, AdvisorError } from '../../ports/advisor.ts';
import { BrokerError } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import { withDeadline } from '../../ports/deadline.ts';

/** What an advisor has to be, so that it is asked at all. */
export type Pin = {
  readonly name: string;
  readonly version: string | null;
  /** The tools that are called; no other ever is. */
  readonly tools: readonly string[];
  /** Null where nobody has seen its tools yet: then it is disabled, and says its own hash. */
  readonly toolsHash: string | null;
};

const START_TIMEOUT_MS = 20_000;
const FAILURES_UNTIL_REST = 3;
const FIRST_REST_MS = 5_000;
const LONGEST_REST_MS = 300_000;
const MOST_PAGES = 10;

type Connection = { readonly client: Client; readonly transport: Transport };

/**
 * One MCP server of another vendor, started when it is asked and watched all along: what does
 * not answer in time is ended and started anew, what fails again and again rests longer each
 * time, and what offers other tools than those that were pinned is not asked any more.
 */
export class McpAdvisor implements Advisor {
  readonly #pin: Pin;
  readonly #open: () => Transport;
  readonly #clock: Clock;
  #connecting: Promise<Connection> | null = null;
  #connection: Connection | null = null;
  #version: string | null;
  #toolsHash: string | null = null;
  #failures = 0;
  #restsUntil: EpochMs = 0;
  #because: string | null = null;
  #disabledBecause: string | null = null;
  #isClosed = false;

  /** @param parts `open` makes a new, unstarted transport to the server */
  constructor(parts: {
    readonly pin: Pin;
    readonly open: () => Transport;
    readonly clock: Clock;
  }) {
    this.#pin = parts.pin;
    this.#open = parts.open;
    this.#clock = parts.clock;
    this.#version = parts.pin.version;
  }

  status(): AdvisorStatus {
    const status = this.#state();
    const because = this.#disabledBecause ?? this.#because;
    return {
      name: this.#pin.name,
      version: this.#version,
      status,
      toolsHash: this.#toolsHash,
      because: status === 'ready' || status === 'idle' ? null : because,
    };
  }

  async call(
    tool: string,
    args: Readonly<Record<string, unknown>>,
    timeoutMs: number,
  ): Promise<AdvisorAnswer> {
    if (!this.#pin.tools.includes(tool)) throw this.#unavailable(`${tool} is no tool that is used`);
    const whyNot = this.#whyNot();
    if (whyNot !== null) throw this.#unavailable(whyNot);
    const { client } = await this.#connected();
    const { name } = this.#pin;
    let answer: Awaited<ReturnType<Client['callTool']>>;
    try {
      answer = await this.#timed(`${name} ${tool}`, timeoutMs, (timeout) =>
        client.callTool({ name: tool, arguments: args }, undefined, { timeout }),
      );
    } catch (error) {
      const lost = this.#connection?.client === client ? null : this.#because;
      const because = lost ?? ownWords(error);
      this.#fail(because);
      this.restart();
      throw new AdvisorError(`${name}: ${because}`, 'timeout', error);
    }
    this.#failures = 0;
    this.#because = null;
    const text = textIn(answer.content);
    if (answer.isError === true) {
      throw new AdvisorError(`${name} refuses ${tool}${statusIn(text)}`, 'refused');
    }
    return { structured: toJson(answer.structuredContent ?? null), text };
  }

  restart(): void {
    const connection = this.#connection;
    this.#connection = null;
    this.#connecting = null;
    void connection?.client.close().catch(() => undefined);
  }

  close(): void {
    this.#isClosed = true;
    this.restart();
  }

  #state(): AdvisorState {
    if (this.#disabledBecause !== null) return 'disabled';
    if (this.#isClosed) return 'off';
    if (this.#connection !== null) return 'ready';
    if (this.#clock.now() < this.#restsUntil) return 'resting';
    if (this.#connecting !== null) return 'starting';
    return this.#because === null ? 'idle' : 'resting';
  }

  #whyNot(): string | null {
    if (this.#disabledBecause !== null) return this.#disabledBecause;
    if (this.#isClosed) return 'BigBrother is stopping';
    return this.#clock.now() < this.#restsUntil ? `it rests: ${this.#because}` : null;
  }

  #connected(): Promise<Connection> {
    if (this.#connection !== null) return Promise.resolve(this.#connection);
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = null;
    });
    return this.#connecting;
  }

  async #connect(): Promise<Connection> {
    const { name } = this.#pin;
    const client = new Client({ name: 'bigbrother', version: '1' });
    const transport = this.#open();
    const connection = { client, transport };
    client.onclose = () => this.#lost(connection);
    try {
      const hash = await this.#timed(`starting ${name}`, START_TIMEOUT_MS, async (timeout) => {
        await client.connect(transport, { timeout });
        return toolsHashOf(await allTools(client, timeout));
      });
      this.#version = client.getServerVersion()?.version ?? this.#version;
      this.#compare(hash);
    } catch (error) {
      void client.close().catch(() => undefined);
      if (this.#disabledBecause === null) this.#fail(endOf(transport) ?? ownWords(error));
      throw this.#unavailable(this.#disabledBecause ?? this.#because ?? ownWords(error));
    }
    if (this.#isClosed) {
      void client.close().catch(() => undefined);
      throw this.#unavailable('BigBrother is stopping');
    }
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => this.#look(connection));
    this.#connection = connection;
    return connection;
  }

  /** A server may change its tools while it runs: after somebody has looked at them. */
  async #look(connection: Connection): Promise<void> {
    try {
      const tools = await this.#timed(`${this.#pin.name} tools`, START_TIMEOUT_MS, (timeout) =>
        allTools(connection.client, timeout),
      );
      this.#compare(toolsHashOf(tools));
    } catch (error) {
      if (this.#disabledBecause === null) this.#fail(ownWords(error));
      this.restart();
    }
  }

  /** @throws AdvisorError where the tools are not those that were pinned */
  #compare(hash: string): void {
    this.#toolsHash = hash;
    const { name, toolsHash } = this.#pin;
    if (hash === toolsHash) return;
    this.#disabledBecause =
      toolsHash === null
        ? `nobody has looked at the tools of ${name} yet; to trust them as they are now, set its toolsHash to ${hash}`
        : `the tools of ${name} are not those that were pinned (${hash} instead of ${toolsHash})`;
    throw this.#unavailable(this.#disabledBecause);
  }

  #lost(connection: Connection): void {
    if (this.#connection !== connection) return;
    this.#connection = null;
    this.#fail(endOf(connection.transport) ?? 'it closed the connection');
  }

  #fail(because: string): void {
    this.#because = because;
    this.#failures += 1;
    const over = this.#failures - FAILURES_UNTIL_REST;
    if (over < 0) return;
    this.#restsUntil =
      this.#clock.now() + Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** Math.min(over, 10));
  }

  #timed<Answer>(
    what: string,
    timeoutMs: number,
    call: (sdkTimeoutMs: number) => Promise<Answer>,
  ): Promise<Answer> {
    // Our clock decides; the SDK's own timer only cleans up behind it.
    const sdkTimeoutMs = timeoutMs + 1_000;
    return withDeadline({
      ...{ clock: this.#clock, timeoutMs, what },
      call: () => call(sdkTimeoutMs),
    });
  }

  #unavailable(because: string): AdvisorError {
    return new AdvisorError(`${this.#pin.name}: ${because}`, 'unavailable');
  }
}

async function allTools(client: Client, timeout: number): Promise<readonly Tool[]> {
  const tools: Tool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const listed = await client.listTools(cursor === undefined ? {} : { cursor }, { timeout });
    tools.push(...listed.tools);
    cursor = listed.nextCursor;
    if (cursor === undefined) return tools;
  }
  throw new Error(`it lists more than ${MOST_PAGES} pages of tools`);
}

/** All that a model or a caller would go by: names, descriptions and schemas, in any order. */
const toolsHashOf = (tools: readonly Tool[]): string =>
  digestOf(
    tools
      .map(({ name, description, inputSchema, outputSchema }) => ({
        ...{ name, description, inputSchema, outputSchema },
      }))
      .sort((one, other) => (one.name < other.name ? -1 : 1)),
  );

const endOf = (transport: Transport): string | null =>
  'endedBecause' in transport && typeof transport.endedBecause === 'string'
    ? transport.endedBecause
    : null;

function textIn(content: unknown): string {
  const parts: Json = toJson(content ?? null);
  return (Array.isArray(parts) ? parts : [])
    .flatMap((part) => {
      const text = (part as { readonly text?: Json } | null)?.text;
      return typeof text === 'string' ? [text] : [];
    })
    .join('\n');
}

/** Why a call failed, in our own words alone: what the other side wrote may be written for us. */
function ownWords(error: unknown): string {
  if (error instanceof BrokerError || error instanceof AdvisorError) return error.message;
  const code = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : null;
  if (typeof code === 'number') return `it answered with the error ${code}`;
  const name = error instanceof Error && /^\w{1,40}$/.test(error.name) ? error.name : 'unknown';
  return `what it said cannot be read (${name})`;
}

/** Of an answer that is a no only the status of the service behind it, where it names one. */
function statusIn(text: string): string {
  const [, status] = /\b([45]\d\d)\b/.exec(text) ?? [];
  return status === undefined ? '' : ` (${status})`;
}
