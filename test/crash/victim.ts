/**
 * A whole BigBrother over real HTTP and a journal on disk, which kills itself where it is told
 * to. Everything but the killing is what `compose` puts together.
 */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { guardrails, policySettings, tradingPolicies } from '../../policies/registry.ts';
import { connectAlpaca } from '../../src/adapters/alpaca/connect.ts';
import { acquireOwnerLock } from '../../src/adapters/event-stores/owner-lock.ts';
import { SqliteEventStore } from '../../src/adapters/event-stores/sqlite.ts';
import { FileHaltLatch } from '../../src/adapters/system/file-halt-latch.ts';
import { DataDirectory } from '../../src/adapters/system/files.ts';
import { RandomIds } from '../../src/adapters/system/random-ids.ts';
import { type Ticker, ticker } from '../../src/domain/ids.ts';
import { defaultPlanning } from '../../src/engine/planning-settings.ts';
import type { EventStore } from '../../src/ports/event-store.ts';
import { UnsettledSteps } from '../../src/runtime/plans/unsettled-steps.ts';
import { createRuntime } from '../../src/runtime/runtime.ts';
import { defaultRuntimeSettings } from '../../src/runtime/settings/settings.ts';
import { Heartbeat } from './heartbeat.ts';
import { rigClock } from './rig-clock.ts';
import type { KillPoint, VictimCommand, VictimSettings, VictimStatus } from './words.ts';

type Armed = { kill: KillPoint | null };

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('killed');
}

function journalThatKills(directory: string, armed: Armed): EventStore {
  const journal = new SqliteEventStore(join(directory, 'journal.sqlite'));
  return {
    append(records) {
      const point = armed.kill?.at === 'journal' ? armed.kill : null;
      const isHit = point !== null && records.some(({ type }) => type === point.type);
      if (isHit && point.side === 'before') die();
      journal.append(records);
      if (isHit) die();
    },
    last: () => journal.last(),
    query: (query) => journal.query(query),
    scan: (fromSeq) => journal.scan(fromSeq),
    close: () => journal.close(),
  };
}

const fetchThatKills =
  (armed: Armed, isPlanted: boolean): typeof fetch =>
  async (url, init) => {
    if (isPlanted && init?.method === 'POST') {
      return Response.json({ code: 40310000, message: 'planted' }, { status: 403 });
    }
    const kill = armed.kill?.at === 'broker' ? armed.kill : null;
    const moment = kill?.method === init?.method ? kill?.moment : null;
    if (moment === 'unsent') die();
    const answer = fetch(url, init);
    // The request leaves with the next turns of the event loop.
    if (moment === 'sent') setTimeout(die, 2);
    const answered = await answer;
    if (moment === 'answered') die();
    return answered;
  };

function composed(settings: VictimSettings, armed: Armed) {
  const clock = rigClock(settings.time);
  const policies = policySettings.parse({});
  return createRuntime({
    ...connectAlpaca(
      {
        keyId: settings.keyId,
        secret: settings.secretKey,
        endpoint: { url: settings.url },
        fetchApi: fetchThatKills(armed, settings.isPlanted),
      },
      clock,
    ),
    haltLatch: new FileHaltLatch(DataDirectory.open(settings.directory)),
    store: journalThatKills(settings.directory, armed),
    clock,
    ids: new RandomIds(),
    policies: tradingPolicies(policies),
    guardrails: guardrails(policies),
    planning: defaultPlanning,
    driftTolerance: { priceBps: 50 },
    settings: { ...defaultRuntimeSettings, cycleMs: 5_000 },
    settingsHash: 'crash',
  });
}

type Composed = ReturnType<typeof composed>;

async function exit({ bigBrother }: Composed, symbol: Ticker): Promise<void> {
  const proposal = await bigBrother.propose({ kind: 'exit', symbol }, 'host');
  if (proposal.outcome === 'proposed') {
    await bigBrother.execute(proposal.plan.id, proposal.plan.hash);
  }
}

/** Starts to guard; what it returns tells how things stand. */
async function guard(runtime: Composed, symbol: Ticker): Promise<() => VictimStatus> {
  const { bigBrother, coordinator, logger, recovery, state } = runtime;
  const heartbeat = new Heartbeat();
  const unsettled = new UnsettledSteps();
  for (const record of logger.recall(['step_intended', 'step_answered', 'step_observed'])) {
    unsettled.remember(record);
  }
  logger.onRecord((record) => unsettled.remember(record));
  await runtime.start();
  const journalOk = logger.brokenBecause === null;
  runtime.orchestrator.start();
  return () => {
    const why =
      recovery.whyNotReady() ??
      (unsettled.list().length > 0 ? 'a step is in doubt' : null) ??
      (coordinator.isBusy(symbol) ? 'a plan is at work' : null) ??
      (state.getCompleteContext(symbol)?.cover.nakedQuantity.gt('0') ? 'shares are bare' : null);
    const told = bigBrother.status();
    const isSound = why === null && told.tradingState === 'active';
    const causes = told.tradingStateCauses.map(({ because }) => because);
    const alerts = bigBrother.alerts().map(({ code, because }) => `${code}: ${because}`);
    return {
      isSound,
      journalOk,
      stillAt: heartbeat.stillAt,
      why: isSound ? '' : [why ?? 'nothing', ...causes, ...alerts].join('; '),
    };
  };
}

/**
 * @param keepCompiled keeps what was compiled for later processes
 */
export async function run(keepCompiled: () => void): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const tell = (line: unknown): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
  // Nothing of the account is touched before: the process waits for the end of the one before it.
  const first = await lines.next();
  if (first.done === true) process.exit(0);
  const settings = JSON.parse(first.value) as VictimSettings;
  const symbol = ticker(settings.symbol);
  const armed: Armed = { kill: settings.kill };
  acquireOwnerLock({ path: join(settings.directory, 'owner.lock'), pid: process.pid });
  const runtime = composed(settings, armed);
  const status = await guard(runtime, symbol);
  tell({ ready: true });
  for (;;) {
    const line = await lines.next();
    if (line.done === true) process.exit(0);
    const command = JSON.parse(line.value) as VictimCommand;
    switch (command.do) {
      case 'arm':
        armed.kill = command.kill;
        tell({ armed: true });
        break;
      case 'exit':
        void exit(runtime, symbol);
        break;
      case 'status':
        tell(status());
        break;
      case 'keep_compiled':
        keepCompiled();
    }
  }
}
