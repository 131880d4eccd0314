import { guardrails, policySettings } from '../policies/registry.ts';
import type { JournalRecord } from '../src/domain/event.ts';
import { DerivedFaults } from './derived-faults.ts';
import { Ender } from './ender.ts';
import { FaultScript } from './fault-script.ts';
import { Host } from './host.ts';
import { Invariants } from './invariants/invariants.ts';
import type { NakedStretch } from './invariants/naked-times.ts';
import type { Asked, Observation, Violation } from './observation.ts';
import { Operator } from './operator.ts';
import { Prices } from './prices.ts';
import { ProcessScript } from './process-script.ts';
import { type Scenario, scenarioOf } from './scenario.ts';
import { SecondMachine } from './second-machine.ts';
import { KEYS, Stage } from './stage.ts';
import { Strangers } from './strangers.ts';
import { type Points, Supervisor } from './supervisor.ts';
import type { Limits } from './troubles.ts';

/** Within so many cycles after the last fault everything is well. */
const CYCLES_TO_SETTLE = 6;
const CYCLE_MS = 10_000;
/** A world that shows nothing for so long has come to its end. */
const LONGEST_WORLD_MS = 14 * 86_400_000;

export type WorldResult = {
  readonly nakedStretches: readonly NakedStretch[];
  readonly ambiguousPosts: number;
  readonly simulatedMs: number;
  readonly seed: number;
  readonly steps: number;
  readonly violations: readonly Violation[];
  readonly fired: ReadonlyMap<string, number>;
  readonly asked: ReadonlyMap<string, Asked>;
  readonly points: Points;
  readonly traceHash: string;
};

/** Lets one world happen, from its seed to its end. */
export async function runWorld(
  seed: number,
  limits: Limits,
  onObservation?: (observation: Observation) => void,
  onJournal?: (records: Iterable<JournalRecord>, scenario: Scenario) => void,
): Promise<WorldResult> {
  const scenario = scenarioOf(seed, limits);
  const stage = new Stage(scenario);
  const { clock } = stage;
  const onFault = (error: unknown) => stage.ownFault(error);
  process.on('unhandledRejection', onFault);
  if (onObservation !== undefined) stage.onObservation(onObservation);
  const supervisor = new Supervisor(stage, scenario);
  const invariants = invariantsFor(stage, scenario, limits);
  stage.watchBy(invariants);
  try {
    await happen(stage, scenario, supervisor, limits);
  } catch (error) {
    stage.ownFault(error);
  } finally {
    supervisor.end();
    stage.exchange.stop();
    await clock.advanceBy(0).catch(onFault);
    process.off('unhandledRejection', onFault);
  }
  onJournal?.(stage.disk.scan(1), scenario);
  const { steps, violations, fired, asked, ambiguousPosts } = stage;
  return {
    ...{ seed, steps, violations, fired, asked, ambiguousPosts },
    ...{ points: supervisor.points },
    nakedStretches: invariants.report(),
    simulatedMs: clock.now() - scenario.startAt,
    traceHash: stage.traceHash(),
  };
}

/** What is ended all the time leaves shares bare, which is not what that world is about. */
const OF_ORDERS: ReadonlySet<number> = new Set([1, 2, 3, 4, 6, 7, 14, 17]);

const invariantsFor = ({ exchange, accountId }: Stage, scenario: Scenario, { kind }: Limits) =>
  new Invariants(
    {
      ...{ core: exchange.core, accountId, canaries: [KEYS.secretKey] },
      countsRequests: scenario.hasRequestBudget,
      guardrails: guardrails(policySettings.parse({})).map(({ name }) => name),
    },
    kind === 'ambiguous' ? OF_ORDERS : null,
  );

async function happen(
  stage: Stage,
  scenario: Scenario,
  supervisor: Supervisor,
  limits: Limits,
): Promise<void> {
  const { clock, exchange } = stage;
  const prices = new Prices(stage, scenario);
  const scripts = [
    new FaultScript(stage, scenario, prices),
    new Strangers(stage, scenario, prices),
    new ProcessScript(stage, scenario, supervisor),
    new Host(stage, scenario, () => supervisor.guard),
    new Operator(stage, scenario, supervisor),
    new SecondMachine(stage, scenario, supervisor),
    ...(limits.kind === 'ambiguous' ? [new Ender(stage, scenario)] : []),
  ];
  new DerivedFaults(stage, scenario);
  prices.start();
  exchange.oracle?.rebase();
  supervisor.start();
  for (const script of scripts) script.start();

  const endsAt = clock.now() + LONGEST_WORLD_MS;
  const isFine = () => stage.violations.length === 0;
  while (isFine() && stage.steps < limits.steps && clock.now() < endsAt) await next(stage);
  if (!isFine()) return;

  for (const script of scripts) script.calm();
  supervisor.calm();
  stage.observe({ kind: 'faults_stopped', at: clock.now() });
  const isOpen = exchange.calendar.sessionAt(clock.now()) === 'regular';
  const cycleMs = isOpen ? CYCLE_MS : scenario.closedCycleMs;
  const settledAt = clock.now() + CYCLES_TO_SETTLE * cycleMs;
  while (isFine() && (clock.nextDueAt() ?? settledAt) < settledAt) await next(stage);
  await clock.advanceTo(settledAt);
  if (isFine()) stage.settle();
}

const next = ({ clock }: Stage): Promise<void> => clock.advanceTo(clock.nextDueAt() ?? clock.now());
