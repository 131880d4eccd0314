import type { WsFactory } from '../src/adapters/alpaca/client.ts';
import type { PaperExchange } from '../src/paper-exchange/exchange.ts';
import type { Clock } from '../src/ports/clock.ts';
import { isAnothersTurn } from './crash-points.ts';
import type { Life } from './life.ts';

type Socket = ReturnType<PaperExchange['wsFactory']>;
type Listener = (...args: unknown[]) => void;
type Parts = {
  readonly life: Life;
  readonly clock: Clock;
  readonly open: PaperExchange['wsFactory'];
  /** How long the next frame is on its way; none overtakes another. */
  readonly delayMs: () => number;
  readonly onFrame: () => void;
};

/** The streams of one process: they break when it dies, and tell it nothing while it is stopped. */
export class LifeSockets {
  readonly #parts: Parts;
  readonly #open = new Set<Socket>();
  /** Those that were not told yet that their socket has closed. */
  readonly #closeListeners = new Set<Listener>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  readonly factory: WsFactory = (url, codec) => {
    const { life, clock, open, delayMs, onFrame } = this.#parts;
    const socket = open(url, codec);
    const closeListeners = this.#closeListeners;
    this.#open.add(socket);
    socket.on('close', () => this.#open.delete(socket));
    let arrivesAt = 0;
    let onTheirWay = 0;
    const arrive = (task: () => void): void => {
      arrivesAt = Math.max(arrivesAt, clock.now() + delayMs());
      const isHere = arrivesAt <= clock.now() && onTheirWay === 0;
      // Amid another process, a part of this one would run in its name, and end with it.
      if (isHere && !isAnothersTurn(life)) {
        life.enter(task);
        return;
      }
      onTheirWay += 1;
      clock.after(Math.max(0, arrivesAt - clock.now()), () => {
        onTheirWay -= 1;
        life.enter(task);
      });
    };
    return {
      get readyState() {
        return socket.readyState;
      },
      on(event: string, listener: Listener) {
        if (event === 'close') closeListeners.add(listener);
        socket.on(event, (...args) => {
          arrive(() => {
            closeListeners.delete(listener);
            listener(...args);
            if (event === 'message') onFrame();
          });
        });
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
    // Their real timers would outlive the process; a stopped one had not heard of it yet.
    for (const listener of this.#closeListeners) listener(1006, '');
    this.#closeListeners.clear();
  }
}
