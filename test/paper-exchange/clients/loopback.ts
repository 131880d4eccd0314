import { Socket } from 'node:net';

/** Addresses that lead nowhere else than to this machine. */
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * From now on a socket of this process that would leave the machine throws instead, whoever
 * opens it; `release` ends that.
 */
export function onlyLoopback(): {
  /** Every host that a socket was opened to. */
  readonly hosts: ReadonlySet<string>;
  readonly release: () => void;
} {
  const hosts = new Set<string>();
  const connect = Socket.prototype.connect;
  const guarded = function (this: Socket, ...args: unknown[]): Socket {
    const host = hostOf(args);
    hosts.add(host);
    if (!LOOPBACK.has(host)) throw new Error(`${host} is not this machine`);
    return Reflect.apply(connect, this, args);
  };
  Object.assign(Socket.prototype, { connect: guarded });
  return { hosts, release: () => Object.assign(Socket.prototype, { connect }) };
}

/** `connect` takes a port and a host, or an object; Node itself passes both in one array. */
function hostOf(args: readonly unknown[]): string {
  const [first, second] = args.flat();
  if (typeof first !== 'object' || first === null) return String(second ?? 'localhost');
  const target = Reflect.get(first, 'host') ?? Reflect.get(first, 'path') ?? 'localhost';
  return String(target);
}
