import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type {
  JSONRPCMessage,
  JSONRPCRequest,
  JSONRPCResponse,
  RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import type { Clock } from '../../ports/clock.ts';
import { type Greeter, isAnswered } from '../greeting/greeting.ts';
import {
  type Answer,
  lostAnswer,
  type Named,
  UNKNOWN_METHOD,
  unsentAnswer,
} from '../greeting/relay-answers.ts';

/** A request waits so long for an owner to be there; then it is answered with why there is none. */
const LONGEST_WAIT_MS = 15_000;
/** An answer has left by then, whatever keeps the processor busy afterwards. */
const LEAVING_MS = 20;
/** An owner that does not answer a greeting in this time is asked all the same. */
const LONGEST_INTRODUCTION_MS = 5_000;
const NO_OWNER_YET = 'no process owns the account at the moment';

type Asked = { readonly request: JSONRPCRequest; readonly isSent: boolean };

/**
 * Stands between a host and whoever owns the account, this process or another one, and
 * outlives a change of owner. What was sent to an owner that ended is answered with an error
 * and never sent again: nobody here can tell what became of it. What was not sent waits.
 */
export class Relay {
  readonly #clock: Clock;
  readonly #asked = new Map<RequestId, Asked>();
  /** Requests that came while there was no owner, each with what stops its wait. */
  #waiting: ReadonlyMap<JSONRPCRequest, () => void> = new Map();
  #host: Transport | null = null;
  #owner: Transport | null = null;
  /** Answers first questions while there was no owner yet. */
  #greeter: Greeter | null = null;
  #onListed: () => void = () => {};
  #onIntroduced: () => void = () => {};
  #named: Named | null = null;
  #initialize: JSONRPCRequest | null = null;
  #initialized: JSONRPCMessage | null = null;
  #generation = 0;
  #because = NO_OWNER_YET;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins to serve a host. Keeps a listener that the transport has already. */
  async connect(host: Transport): Promise<void> {
    this.#host = host;
    const listener = host.onmessage;
    host.onmessage = (message, extra) => {
      listener?.(message, extra);
      this.#fromHost(message);
    };
    await host.start();
  }

  async close(): Promise<void> {
    const owner = this.#owner;
    this.#owner = null;
    this.#takeWaiting();
    await owner?.close();
    await this.#host?.close();
  }

  /**
   * Until the first owner is there, `greeter` answers what a host asks before anything else: how
   * the server is called and what it offers. Everything else waits.
   */
  greet(greeter: Greeter, named: Named): void {
    this.#named = named;
    this.#greeter = greeter;
    // What came before it: the greetings among them are answered now, the rest waits on.
    for (const request of this.#takeWaiting()) this.#toOwner(request);
  }

  /** Resolves when the host was told of the tools, or after `atMostMs`: not every host asks. */
  listed(atMostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(atMostMs, resolve);
      this.#onListed = () => {
        cancel();
        this.#clock.after(LEAVING_MS, resolve);
      };
    });
  }

  /** From now on `owner` answers. The host notices nothing, unless other tools are offered now. */
  async use(owner: Transport, named: Named): Promise<void> {
    this.#generation += 1;
    const generation = this.#generation;
    const hasOtherTools = this.#named !== null && this.#named.mode !== named.mode;
    this.#named = named;
    owner.onmessage = (message) => this.#fromOwner(message, generation);
    owner.onclose = () => {
      if (this.#generation === generation) this.lose('the process that owned the account ended');
    };
    await owner.start();
    this.#owner = owner;
    this.#greeter = null;
    await this.#introduce(owner);
    if (this.#generation !== generation) return;
    for (const request of this.#takeWaiting()) this.#toOwner(request);
    if (hasOtherTools && this.#initialized !== null) {
      this.#toHost({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    }
  }

  /** The same for an owner in this very process. */
  async useServer(server: McpServer, named: Named): Promise<void> {
    const [relaySide, serverSide] = InMemoryTransport.createLinkedPair();
    await server.connect(serverSide);
    await this.use(relaySide, named);
  }

  /** There will be no owner: what waits for one is answered with why. */
  refuse(because: string): void {
    this.#because = because.replace(/\.$/, '');
    for (const request of this.#takeWaiting()) this.#giveUp(request);
  }

  /** There is no owner until the next `use`. What it had not answered is answered with an error. */
  lose(because: string): void {
    this.#owner = null;
    this.#because = because;
    this.#generation += 1;
    for (const [id, { request, isSent }] of this.#asked) {
      if (!isSent) continue;
      if (request.method === 'initialize') this.#toOwner(request);
      else this.#answer(id, lostAnswer(request, because, this.#named));
    }
  }

  #fromHost(message: JSONRPCMessage): void {
    if (isRequest(message)) {
      if (message.method === 'initialize') this.#initialize = message;
      this.#asked.set(message.id, { request: message, isSent: false });
    } else if ('method' in message) {
      if (message.method === 'notifications/initialized') this.#initialized = message;
      if (message.method === 'notifications/cancelled') this.#forget(message.params);
    } else {
      this.#answerOwner(message);
      return;
    }
    this.#toOwner(message);
  }

  #toOwner(message: JSONRPCMessage): void {
    const request = isRequest(message) ? message : null;
    if (this.#owner === null) {
      if (request === null) return;
      if (!isAnswered(request)) {
        this.#answer(request.id, UNKNOWN_METHOD);
        return;
      }
      const result = this.#greeter?.(request) ?? null;
      if (result !== null) {
        this.#answer(request.id, { result });
        if (request.method === 'tools/list') this.#onListed();
        return;
      }
      this.#asked.set(request.id, { request, isSent: false });
      const stopWaiting = this.#clock.after(LONGEST_WAIT_MS, () => this.#giveUp(request));
      this.#waiting = new Map([...this.#waiting, [request, stopWaiting]]);
      return;
    }
    if (request !== null) {
      // Cancelled while it waited: the host wants no answer any more.
      if (!this.#asked.has(request.id)) return;
      this.#asked.set(request.id, { request, isSent: true });
    }
    void this.#owner.send(message).catch(() => undefined);
  }

  #takeWaiting(): readonly JSONRPCRequest[] {
    const waiting = this.#waiting;
    this.#waiting = new Map();
    for (const stopWaiting of waiting.values()) stopWaiting();
    return [...waiting.keys()];
  }

  #giveUp(request: JSONRPCRequest): void {
    this.#waiting = new Map([...this.#waiting].filter(([each]) => each !== request));
    if (!this.#asked.has(request.id)) return;
    this.#answer(request.id, unsentAnswer(request, this.#because, this.#named));
  }

  #forget(params: unknown): void {
    const { requestId } = (params ?? {}) as { readonly requestId?: RequestId };
    if (requestId !== undefined) this.#asked.delete(requestId);
  }

  /** A server that never heard the host's greeting is told it again; its answer stays here. */
  #introduce(owner: Transport): Promise<void> {
    const initialize = this.#initialize;
    if (initialize === null || this.#asked.has(initialize.id)) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#clock.after(LONGEST_INTRODUCTION_MS, resolve);
      this.#onIntroduced = () => {
        cancel();
        // Only now: a server that has not read the greeting knows nothing of what its host can do.
        if (this.#initialized !== null) void owner.send(this.#initialized).catch(() => undefined);
        resolve();
      };
      void owner.send({ ...initialize, id: this.#introduction() }).catch(() => undefined);
    });
  }

  #introduction(): string {
    return `bigbrother-relay-${this.#generation}`;
  }

  #fromOwner(message: JSONRPCMessage, generation: number): void {
    if (generation !== this.#generation) return;
    if (isRequest(message)) {
      this.#toHost({ ...message, id: this.#marked(message.id) });
      return;
    }
    if (!('method' in message)) {
      if (message.id === this.#introduction()) this.#onIntroduced();
      if (message.id === this.#introduction() || message.id === undefined) return;
      this.#asked.delete(message.id);
    } else if (message.method === 'notifications/cancelled') {
      const { requestId, ...rest } = message.params as { readonly requestId: RequestId };
      this.#toHost({ ...message, params: { ...rest, requestId: this.#marked(requestId) } });
      return;
    }
    this.#toHost(message);
  }

  /**
   * Each owner counts its questions to the host from the start, so an answer names its owner: a
   * yes that was meant for one question is never taken for the answer to another.
   */
  #marked(id: RequestId): string {
    return `${this.#generation}:${typeof id}:${id}`;
  }

  #answerOwner(message: JSONRPCResponse): void {
    const [generation, type, ...rest] = String(message.id).split(':');
    if (this.#owner === null || generation !== String(this.#generation)) return;
    const text = rest.join(':');
    const id = type === 'number' ? Number(text) : text;
    void this.#owner.send({ ...message, id }).catch(() => undefined);
  }

  #answer(id: RequestId, answer: Answer): void {
    this.#asked.delete(id);
    this.#toHost({ jsonrpc: '2.0', id, ...answer });
  }

  #toHost(message: JSONRPCMessage): void {
    void this.#host?.send(message).catch(() => undefined);
  }
}

const isRequest = (message: JSONRPCMessage): message is JSONRPCRequest =>
  'method' in message && 'id' in message;
