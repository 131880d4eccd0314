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
import { ticker } from '../../src/domain/ids.ts';
import { defaultPlanning } from '../../src/engine/planning-settings.ts';
import type { EventStore } from '../../src/ports/event-store.ts';
import { UnsettledSteps } from '../../src/runtime/plans/unsettled-steps.ts';
import { createRuntime } from '../../src/runtime/runtime.ts';
import { defaultRuntimeSettings } from '../../src/runtime/settings/settings.ts';
import { rigClock } from './rig-clock.ts';
import type { KillPoint, VictimCommand, VictimSettings, VictimStatus } from './words.ts';

const settings = JSON.parse(process.argv[2] ?? '') as VictimSettings;
const symbol = ticker(settings.symbol);
let kill: KillPoint | null = settings.kill;

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('killed');
}

const journal = new SqliteEventStore(join(settings.directory, 'journal.sqlite'));
const store: EventStore = {
  append(records) {
    const point = kill?.at === 'journal' ? kill : null;
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

const fetchApi: typeof fetch = async (url, init) => {
  const moment = kill?.at === 'broker' && kill.method === init?.method ? kill.moment : null;
  if (moment === 'unsent') die();
  const answer = fetch(url, init);
  // The request leaves with the next turns of the event loop.
  if (moment === 'sent') setTimeout(die, 2);
  const answered = await answer;
  if (moment === 'answered') die();
  return answered;
};

acquireOwnerLock({ path: join(settings.directory, 'owner.lock'), pid: process.pid });
const clock = rigClock(settings.time);
const policies = policySettings.parse({});
const { broker, marketData, streams, emergency } = connectAlpaca(
  {
    keyId: settings.keyId,
    secret: settings.secretKey,
    endpoint: { url: settings.url },
    fetchApi,
  },
  clock,
);
const runtime = createRuntime({
  broker,
  marketData,
  streams,
  emergency,
  haltLatch: new FileHaltLatch(DataDirectory.open(settings.directory)),
  store,
  clock,
  ids: new RandomIds(),
  policies: tradingPolicies(policies),
  guardrails: guardrails(policies),
  planning: defaultPlanning,
  driftTolerance: { priceBps: 50 },
  settings: { ...defaultRuntimeSettings, cycleMs: 5_000 },
  settingsHash: 'crash',
});
const { bigBrother, coordinator, logger, recovery, state } = runtime;
const unsettled = new UnsettledSteps();
for (const record of logger.recall(['step_intended', 'step_answered', 'step_observed'])) {
  unsettled.remember(record);
}
logger.onRecord((record) => unsettled.remember(record));
await runtime.start();
const journalOk = logger.brokenBecause === null;
runtime.orchestrator.start();

function status(): VictimStatus {
  const context = state.getCompleteContext(symbol);
  const why =
    recovery.whyNotReady() ??
    (unsettled.list().length > 0 ? 'a step is in doubt' : null) ??
    (coordinator.isBusy(symbol) ? 'a plan is at work' : null) ??
    (context?.cover.nakedQuantity.gt('0') ? 'shares are bare' : null);
  const told = bigBrother.status();
  const causes = told.tradingStateCauses.map(({ because }) => because);
  const alerts = bigBrother.alerts().map(({ code, because }) => `${code}: ${because}`);
  return {
    isSound: why === null && told.tradingState === 'active',
    journalOk,
    why: [why ?? 'nothing', ...causes, ...alerts].join('; '),
  };
}

async function exit(): Promise<void> {
  const proposal = await bigBrother.propose({ kind: 'exit', symbol }, 'host');
  if (proposal.outcome === 'proposed') {
    await bigBrother.execute(proposal.plan.id, proposal.plan.hash);
  }
}

const tell = (line: unknown): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
tell({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as VictimCommand;
  switch (command.do) {
    case 'arm':
      kill = command.kill;
      tell({ armed: true });
      break;
    case 'exit':
      void exit();
      break;
    case 'status':
      tell(status());
  }
}
process.exit(0);
