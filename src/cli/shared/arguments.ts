import { InvalidArgumentError } from 'commander';
import type { EventType } from '../../domain/event.ts';
import { isTicker, type Ticker } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';

/** A whole number within bounds, for commander. */
export const wholeNumber =
  (lowest: number, highest: number) =>
  (typed: string): number => {
    const value = /^\d+$/.test(typed) ? Number(typed) : Number.NaN;
    if (value >= lowest && value <= highest) return value;
    throw new InvalidArgumentError(`Allowed: a whole number from ${lowest} to ${highest}.`);
  };

/** A comma-separated list without empty entries, for commander. */
export const list = (typed: string): readonly string[] => {
  const entries = typed.split(',').map((entry) => entry.trim());
  if (entries.every((entry) => entry !== '')) return entries;
  throw new InvalidArgumentError('Allowed: names separated by single commas.');
};

export const symbol = (typed: string): Ticker => {
  const upper = typed.trim().toUpperCase();
  if (isTicker(upper)) return upper;
  throw new InvalidArgumentError('Allowed: a symbol such as AAPL, BRK.B or BTC/USD.');
};

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** An instant (`2026-11-22`, `2026-11-22T14:30:00Z`) or an age before now (`90m`, `2h`, `7d`). */
export const since =
  (now: () => EpochMs) =>
  (typed: string): EpochMs => {
    const age = /^(\d+)([smhd])$/.exec(typed);
    if (age !== null) return now() - Number(age[1]) * (UNITS_MS[age[2] ?? ''] ?? 0);
    const at = /^\d{4}-\d{2}-\d{2}/.test(typed) ? Date.parse(typed) : Number.NaN;
    if (!Number.isNaN(at)) return at;
    throw new InvalidArgumentError(
      'Allowed: a time such as 2026-11-22 or 2026-11-22T14:30:00Z, or an age such as 90m, 2h, 7d.',
    );
  };

const allEventTypes = Object.keys({
  started: true,
  stopped: true,
  settings_loaded: true,
  snapshot_taken: true,
  decision_made: true,
  plan_proposed: true,
  plan_not_made: true,
  plan_refused: true,
  plan_spent: true,
  inputs_noted: true,
  plan_reviewed: true,
  step_intended: true,
  step_answered: true,
  step_observed: true,
  plan_finished: true,
  effect_vetoed: true,
  approval_requested: true,
  approval_given: true,
  approval_refused: true,
  part_proposed: true,
  part_reviewed: true,
  part_refused: true,
  part_finished: true,
  order_update_received: true,
  fill_received: true,
  stream_changed: true,
  episode_opened: true,
  episode_changed: true,
  episode_closed: true,
  naked_time_measured: true,
  outcome_measured: true,
  trading_state_changed: true,
  halt_latched: true,
  halt_verified: true,
  halt_lifted: true,
  orders_adopted: true,
  alert_raised: true,
  alert_cleared: true,
  control_latched: true,
  control_enabled: true,
  policy_stepped_back: true,
  policy_enabled: true,
  settings_changed: true,
  regime_seen: true,
  settings_held: true,
  stood_down: true,
  stood_up: true,
  account_handed_over: true,
  equity_peak_moved: true,
  cash_moved: true,
  checkpoint_signed: true,
  advice_given: true,
  trade_begun: true,
  learning_forgotten: true,
  advisor_asked: true,
  scenario_analyzed: true,
  opinion_noted: true,
  tool_called: true,
  cycle_failed: true,
} satisfies Record<EventType, true>) as readonly EventType[];

export const eventTypes = (typed: string): readonly EventType[] =>
  list(typed).map((name) => {
    const known = allEventTypes.find((type) => type === name);
    if (known !== undefined) return known;
    throw new InvalidArgumentError(`Allowed: ${allEventTypes.join(', ')}.`);
  });
