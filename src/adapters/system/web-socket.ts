import { WebSocket } from 'ws';

export type ClientSocket = {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  send(text: string): void;
  close(): void;
};

/** A WebSocket of a client; what goes wrong with it is told by its event `error`. */
export const openWebSocket = (url: string): ClientSocket => new WebSocket(url);
