import type { WsFactory } from '../src/adapters/alpaca/client.ts';
import type { PaperExchange } from '../src/paper-exchange/exchange.ts';
import type { Life } from './life.ts';

type Socket = ReturnType<PaperExchange['wsFactory']>;
type Listener = (...args: unknown[]) => void;

/** The streams of one process: they break when it dies, and tell it nothing while it is stopped. */
export class LifeSockets {
  readonly #parts: {
    readonly life: Life;
    readonly open: PaperExchange['wsFactory'];
    readonly onFrame: () => void;
  };
  readonly #open = new Set<Socket>();

  constructor(parts: {
    readonly life: Life;
    readonly open: PaperExchange['wsFactory'];
    readonly onFrame: () => void;
  }) {
    this.#parts = parts;
  }

  readonly factory: WsFactory = (url, codec) => {
    const { life, open, onFrame } = this.#parts;
    const socket = open(url, codec);
    this.#open.add(socket);
    socket.on('close', () => this.#open.delete(socket));
    return {
      get readyState() {
        return socket.readyState;
      },
      on(event: string, listener: Listener) {
        socket.on(event, (...args) =>
          life.enter(() => {
            listener(...args);
            if (event === 'message') onFrame();
          }),
        );
      },
      send: (data: string | Uint8Array) => {
        if (life.isAlive) socket.send(data);
      },
      close: (code?: number) => socket.close(code),
      terminate: () => socket.terminate(),
    };
  };

  /** The kernel closes what a dead process had open. */
  breakAll(): void {
    for (const socket of this.#open) socket.terminate();
  }
}
