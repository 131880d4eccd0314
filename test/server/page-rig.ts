import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { listen } from '../../src/adapters/system/http-listener.ts';
import { RandomIds } from '../../src/adapters/system/random-ids.ts';
import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import { newToken } from '../../src/adapters/system/token-file.ts';
import { tapeOf } from '../../src/cli/owner/exchange-tape.ts';
import { pageDoor } from '../../src/cli/owner/page-door.ts';
import { pageFiles } from '../../src/cli/run/page-files.ts';
import type { Intent } from '../../src/domain/plan.ts';
import { defaultRuntimeSettings } from '../../src/runtime/settings/settings.ts';
import { TokenDoor } from '../../src/server/access/http-guard.ts';
import { HttpServer } from '../../src/server/http/http-server.ts';
import { LocalPage, type PageOwner } from '../../src/server/page/local-page.ts';
import { rulesFromJson } from '../../src/settings-file.ts';
import { AAPL, type Given, loopedAccount, settle } from '../support/guarded-account.ts';
import { givenTokens } from './http-rig.ts';

/** The page as the build made it. */
const builtPage = () => pageFiles(pathToFileURL(resolve('dist/page.html')).href);

const { approvals } = defaultRuntimeSettings;
/** Every sale of a host's needs a person. */
const STRICT = {
  approvals: { ...approvals, limits: { ...approvals.limits, saleDollarsPerDay: '0' } },
};

/** Serves the page of whatever `owner` tells, on a real loopback socket. */
export async function servedPage(owner: PageOwner) {
  const clock = new SystemClock();
  const ids = new RandomIds();
  const tokens = givenTokens();
  const logged: string[] = [];
  const log = (line: string) => void logged.push(line);
  const logins = new Set<string>();
  let server: HttpServer | null = null;
  const listener = await listen({
    ...{ host: '127.0.0.1', port: 0 },
    onRequest: (request, response) => void server?.handle(request, response),
  });
  const { port } = listener;
  server = new HttpServer({
    ...{ port, names: ['guard.example.org'], clock, ids, log, readTokens: tokens.texts },
    connect: () => Promise.reject(new Error('no host is served here')),
    ...{ whyNotReady: () => null, metrics: () => [] },
    page: new LocalPage({
      ...{ owner, port, clock, ids, log, files: builtPage() },
      tokens: new TokenDoor(tokens.texts, log),
      spendLogin: (secret) => logins.delete(secret),
    }),
  });
  const origin = `http://127.0.0.1:${port}`;
  return {
    ...{ origin, port, tokens, logged },
    /** As "bigbrother page" prints it. */
    link: () => {
      const secret = newToken();
      logins.add(secret);
      return { secret, url: `${origin}/#login=${secret}` };
    },
    close: async () => {
      await server?.close();
      await listener.close();
    },
  };
}

/** A value that must never reach the page. */
export const SECRET = 'PK-SECRET-OF-THE-ACCOUNT';

/** A whole account under guard on virtual time, and its page on a real socket. */
export async function guardedPage(given: Given = {}) {
  const guarded = await loopedAccount({ ...given, settings: { ...STRICT, ...given.settings } });
  await guarded.clock.advanceBy(5_000);
  const { exchange, clock } = guarded;
  const rules = rulesFromJson({ mode: 'execute' });
  const real = new SystemClock();
  const door = pageDoor(
    {
      ...guarded,
      // What waits between two pieces of the journal does not wait for virtual time.
      clock: {
        now: () => clock.now(),
        monotonicMs: () => clock.monotonicMs(),
        after: (delayMs, task) => clock.after(delayMs, task),
        sleep: (delayMs, signal) => real.sleep(delayMs, signal),
      },
      tape: tapeOf(exchange),
      settings: { rules: () => rules },
    },
    [SECRET],
  );
  const word = { by: 'a person on the page', channel: 'page' } as const;
  const served = await servedPage({
    read: (view, query) => door.read(view, query),
    waiting: () => Promise.resolve(guarded.approvals.pending()),
    approve: (said) => Promise.resolve(guarded.approvals.approve({ ...said, ...word })),
    reject: (said) =>
      Promise.resolve(guarded.approvals.reject({ ...said, ...word }, 'on the page')),
  });
  /** A plan of a host that needs a person, executed as far as it goes without one. */
  const askFor = async (quantity: string) => {
    const { bigBrother, price, context } = guarded;
    // Neither so soon after the last one, nor on a quote of long ago.
    await clock.advanceBy(60_000);
    price('AAPL', context()?.price.toFixed(2) ?? '100');
    await clock.advanceBy(1_000);
    const amount = { kind: 'quantity', quantity } as const;
    const intent: Intent = { kind: 'reduce', symbol: AAPL, amount };
    const proposal = await settle(clock, bigBrother.propose(intent, 'host'));
    if (proposal.outcome !== 'proposed') throw new Error(proposal.because.join());
    const { plan } = proposal;
    const execute = () => settle(clock, bigBrother.execute(plan.id, plan.hash));
    return { plan, execute, first: await execute() };
  };
  return { ...guarded, served, askFor };
}

export type GuardedPage = Awaited<ReturnType<typeof guardedPage>>;
