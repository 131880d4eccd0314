import type { Clock } from '../../ports/clock.ts';
import type { Link, ProbeKeys, ProbeSocket } from './link.ts';

type Message = Readonly<Record<string, unknown>>;

const TURN_MS = 50;
const WITHIN_MS = 5_000;
/** No code of Alpaca's: the line closed without a word, or nothing came. */
const CLOSED = -1;

/** One stream of either kind, and everything that it has told. */
export class StreamEar {
  readonly #clock: Clock;
  readonly #socket: ProbeSocket;
  readonly #isTrading: boolean;
  readonly #heard: Message[] = [];
  #frames: 'text' | 'binary' | null = null;
  #isOver = false;

  constructor(clock: Clock, link: Link, path: string) {
    this.#clock = clock;
    this.#isTrading = path === '/stream';
    this.#socket = link.open(this.#isTrading ? 'trading' : 'data', path);
    this.#socket.on('message', (data: unknown, isBinary: unknown) => {
      this.#frames ??= isBinary === true ? 'binary' : 'text';
      this.#heard.push(...messagesIn(data));
    });
    for (const end of ['close', 'error']) {
      this.#socket.on(end, () => {
        this.#isOver = true;
      });
    }
  }

  get frames(): 'text' | 'binary' | null {
    return this.#frames;
  }

  /** Opens the stream for an account: 0, or the code with which it was refused. */
  async authenticate({ keyId, secretKey }: ProbeKeys): Promise<number> {
    if (this.#isTrading) return this.#authenticateTrading(keyId, secretKey);
    const greeted = await this.#next(({ T }) => T === 'success' || T === 'error');
    if (greeted?.T !== 'success') return Number(greeted?.code ?? CLOSED);
    const before = this.#heard.length;
    this.#socket.send(JSON.stringify({ action: 'auth', key: keyId, secret: secretKey }));
    const answer = await this.#next(({ T }) => T === 'success' || T === 'error', before);
    return answer?.T === 'success' ? 0 : Number(answer?.code ?? CLOSED);
  }

  /** Whether as many trades as there are symbols may be listened to. */
  async subscribe(symbols: readonly string[]): Promise<boolean> {
    const before = this.#heard.length;
    this.#socket.send(JSON.stringify({ action: 'subscribe', trades: symbols }));
    const answer = await this.#next(({ T }) => T === 'subscription' || T === 'error', before);
    return answer?.T === 'subscription';
  }

  /** Whether it told, or tells within a moment, of an order. */
  async hears(orderId: string, event: string | undefined, withinMs: number): Promise<boolean> {
    const isMeant = ({ stream, data }: Message): boolean => {
      if (stream !== 'trade_updates' || !isObject(data) || !isObject(data.order)) return false;
      return data.order.id === orderId && (event === undefined || data.event === event);
    };
    return (await this.#next(isMeant, 0, withinMs)) !== null;
  }

  close(): void {
    this.#isOver = true;
    this.#socket.close();
  }

  async #authenticateTrading(key_id: string, secret_key: string): Promise<number> {
    await this.#opened();
    this.#say({ action: 'authenticate', data: { key_id, secret_key } });
    const answer = await this.#next(({ stream }) => stream === 'authorization');
    if (!isObject(answer?.data) || answer.data.status !== 'authorized') return CLOSED;
    this.#say({ action: 'listen', data: { streams: ['trade_updates'] } });
    return (await this.#next(({ stream }) => stream === 'listening')) === null ? CLOSED : 0;
  }

  #say(message: object): void {
    if (!this.#isOver) this.#socket.send(JSON.stringify(message));
  }

  async #opened(): Promise<void> {
    let isOpen = false;
    this.#socket.on('open', () => {
      isOpen = true;
    });
    await this.#until(() => isOpen || this.#isOver, WITHIN_MS);
  }

  /** The first message of this kind from a place on; null when the line ends or none comes. */
  async #next(
    isMeant: (message: Message) => boolean,
    from = 0,
    withinMs = WITHIN_MS,
  ): Promise<Message | null> {
    const find = () => this.#heard.slice(from).find(isMeant);
    await this.#until(() => this.#isOver || find() !== undefined, withinMs);
    return find() ?? null;
  }

  async #until(isReached: () => boolean, withinMs: number): Promise<void> {
    for (let waitedMs = 0; waitedMs < withinMs && !isReached(); waitedMs += TURN_MS) {
      await this.#clock.sleep(TURN_MS);
    }
  }
}

const isObject = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function messagesIn(data: unknown): readonly Message[] {
  if (!(data instanceof Uint8Array)) return [];
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(data));
    return (Array.isArray(value) ? value : [value]).filter(isObject);
  } catch {
    return [];
  }
}
