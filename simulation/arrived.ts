/**
 * An answer as it has reached the process: head and whole body. Lighter than the platform's
 * own, which the simulation would wait for most of its time.
 */
export class Arrived implements Response {
  readonly headers: Headers;
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly redirected = false;
  readonly type = 'basic';
  readonly body = null;
  bodyUsed = false;
  readonly #text: string;
  /** Set where the line broke inside the body. */
  readonly #broken: unknown;

  constructor(response: Response, text: string, broken: unknown = null) {
    this.headers = response.headers;
    this.status = response.status;
    this.statusText = response.statusText;
    this.url = response.url;
    this.#text = text;
    this.#broken = broken;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  text(): Promise<string> {
    this.bodyUsed = true;
    return this.#broken === null ? Promise.resolve(this.#text) : Promise.reject(this.#broken);
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return new TextEncoder().encode(await this.text()).buffer;
  }

  async blob(): Promise<Blob> {
    return new Blob([await this.text()]);
  }

  formData(): Promise<FormData> {
    return Promise.reject(new TypeError('the exchange answers no forms'));
  }

  clone(): Response {
    return new Arrived(this, this.#text, this.#broken);
  }
}
