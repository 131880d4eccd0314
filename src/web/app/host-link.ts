import { type Fields, fieldsOf, isFields, listOf, textOf } from '../wire.ts';

/** A host that does not answer for so long will not. A plan that is executed may take its time. */
const TIMEOUT_MS = 120_000;

/** What a tool answered, whichever of its two forms the host passed on. */
export type ToolAnswer = {
  readonly fields: Fields;
  readonly isError: boolean;
  /** What travels beside the answer. */
  readonly meta: Fields;
  /** Where it was no JSON: the text as it stands. */
  readonly text: string;
};

type Waiting = {
  readonly resolve: (result: Fields) => void;
  readonly reject: (error: Error) => void;
};

/**
 * The host that shows this page, by JSON-RPC over postMessage as MCP Apps has it. Hears nobody
 * but the window that it was made with.
 */
export class HostLink {
  readonly #host: Window;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onNotice: (method: string, params: Fields) => void;
  #lastId = 0;

  constructor(host: Window, onNotice: (method: string, params: Fields) => void) {
    this.#host = host;
    this.#onNotice = onNotice;
    window.addEventListener('message', (event) => {
      if (event.source === host) this.#receive(fieldsOf(event.data));
    });
  }

  /** @throws Error with the host's words when it refuses, or when it never answers */
  request(method: string, params: Fields): Promise<Fields> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#post({ id, method, params });
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      window.setTimeout(() => {
        if (this.#waiting.delete(id)) reject(new Error('the host does not answer'));
      }, TIMEOUT_MS);
    });
  }

  notify(method: string, params: Fields): void {
    this.#post({ method, params });
  }

  async callTool(name: string, args: Fields): Promise<ToolAnswer> {
    return answerOf(await this.request('tools/call', { name, arguments: args }));
  }

  #receive({ id, method, params, result, error }: Fields): void {
    if (typeof method === 'string') {
      // A host may ask whether anybody is there, and for the end.
      if (id !== undefined) this.#post({ id, result: {} });
      this.#onNotice(method, fieldsOf(params));
      return;
    }
    const waiting = typeof id === 'number' ? this.#waiting.get(id) : undefined;
    if (waiting === undefined || typeof id !== 'number') return;
    this.#waiting.delete(id);
    if (error === undefined) waiting.resolve(fieldsOf(result));
    else waiting.reject(new Error(textOf(fieldsOf(error).message) ?? 'the host refused'));
  }

  /** The page is sandboxed and knows no origin of its host; the window is the one it was made with. */
  #post(message: Fields): void {
    this.#host.postMessage({ jsonrpc: '2.0', ...message }, '*');
  }
}

/** Some hosts pass on only the text of an answer, some only its fields. */
export function answerOf(result: Fields): ToolAnswer {
  const text = listOf(result.content)
    .map(fieldsOf)
    .flatMap((block) => (block.type === 'text' ? (textOf(block.text) ?? '') : []))
    .join('\n');
  const structured = isFields(result.structuredContent) ? result.structuredContent : parsed(text);
  return {
    fields: structured,
    isError: result.isError === true,
    meta: fieldsOf(result._meta),
    text: Object.keys(structured).length === 0 ? text : '',
  };
}

function parsed(text: string): Fields {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return {};
  }
}
