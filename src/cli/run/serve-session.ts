import { connectLocally } from '../../adapters/system/local-socket.ts';
import type { Mode } from '../../domain/environment.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Attaching, type Attachment, attachTo } from '../../server/attach/attach.ts';
import { Relay } from '../../server/attach/relay.ts';
import type { ConnectHost } from '../../server/http/http-sessions.ts';
import { readOwnerFile } from '../owner/owner-file.ts';

/** Between two tries to find who owns the account now. */
const LOOK_EVERY_MS = 100;

type Parts = {
  /** Where the account lies; null while that is not known. */
  readonly accountDirectory: () => string | null;
  readonly mode: Mode;
  readonly clock: Clock;
};

/**
 * Keeps the host of one session attached to the owner of the account, as every process of this
 * machine is: the owner may be this very process or another one, and may change.
 *
 * @returns ends it
 */
export async function attachHost(
  host: Parameters<ConnectHost>[0],
  parts: Parts,
): Promise<() => Promise<void>> {
  const { clock } = parts;
  const relay = new Relay(clock);
  await relay.connect(host);
  const leaving = new AbortController();
  let current: Attachment | null = null;
  const stay = async (): Promise<void> => {
    while (!leaving.signal.aborted) {
      const attaching = await tryToAttach(parts);
      if (attaching.outcome === 'refused') {
        relay.lose(attaching.because);
        await clock.sleep(LOOK_EVERY_MS, leaving.signal);
        continue;
      }
      current = attaching.attachment;
      if (leaving.signal.aborted) break;
      const { environment, mode, pid } = current.welcome;
      await relay.use(current.transport, { environment, mode });
      const because = await current.ended;
      relay.lose(`process ${pid}, which owned the account, is gone (${because})`);
    }
    current?.close();
  };
  const staying = stay();
  return async () => {
    leaving.abort();
    current?.close();
    await staying;
    await relay.close();
  };
}

async function tryToAttach({ accountDirectory, mode, clock }: Parts): Promise<Attaching> {
  const directory = accountDirectory();
  const owner = directory === null ? null : readOwnerFile(directory);
  const link = owner === null ? null : await connectLocally(owner.address);
  if (owner === null || link === null) {
    return { outcome: 'refused', because: 'no process owns the account at the moment' };
  }
  const { token } = owner;
  const place = { token, pid: process.pid, mode, guards: false, clock };
  return attachTo(link, { ...place, onGuarding: () => undefined });
}
