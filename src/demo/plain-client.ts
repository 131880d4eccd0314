import type { PaperExchange } from '../paper-exchange/exchange.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** The exchange's no, in its own words. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** How an app without any SDK talks to the exchange: requests with the account's keys. */
export class PlainClient {
  readonly #exchange: Pick<PaperExchange, 'credentials' | 'fetchApi'>;

  constructor(exchange: Pick<PaperExchange, 'credentials' | 'fetchApi'>) {
    this.#exchange = exchange;
  }

  /** @throws Refusal */
  async get(path: string): Promise<Fields> {
    return fieldsOf(await this.#send('GET', path, null));
  }

  /** @throws Refusal */
  async list(path: string): Promise<readonly Fields[]> {
    const rows = await this.#send('GET', path, null);
    return Array.isArray(rows) ? rows.map(fieldsOf) : [];
  }

  /** @throws Refusal */
  async order(body: Fields): Promise<void> {
    await this.#send('POST', '/v2/orders', body);
  }

  async #send(method: string, path: string, body: Fields | null): Promise<unknown> {
    const { keyId, secretKey } = this.#exchange.credentials;
    const response = await this.#exchange.fetchApi(`http://exchange${path}`, {
      method,
      headers: { 'APCA-API-KEY-ID': keyId, 'APCA-API-SECRET-KEY': secretKey },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
    });
    if (response.ok) return response.json();
    throw new Refusal(
      `${method} ${path} was answered ${response.status}: ${await response.text()}`,
    );
  }
}

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? { ...value } : {};
