import type { RestRequest } from '../../../src/paper-exchange/protocol/request.ts';
import type { Floor, Json } from '../core/floor.ts';

/** One request and what came back. */
export type Answer = {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
};

/** Sends requests and keeps what they were answered. */
export class Recorder {
  readonly floor: Floor;
  readonly answers: Answer[] = [];

  constructor(floor: Floor) {
    this.floor = floor;
  }

  send(method: RestRequest['method'], path: string, body?: unknown): Json {
    const { status, headers, body: text } = this.floor.send(method, path, body);
    const parsed = text === '' ? null : (JSON.parse(text) as unknown);
    this.answers.push({ method, path: path.split('?')[0] ?? '', status, headers, body: parsed });
    return typeof parsed === 'object' && parsed !== null ? (parsed as Json) : {};
  }

  get(...paths: readonly string[]): void {
    for (const path of paths) this.send('GET', path);
  }

  order(fields: Json): string {
    const qty = 'notional' in fields ? {} : { qty: '1' };
    const order = { symbol: 'AAPL', side: 'buy', type: 'market', time_in_force: 'day', ...qty };
    return String(this.send('POST', '/v2/orders', { ...order, ...fields }).id);
  }
}
