import { runtimeSettingsFrom } from '../../src/composition/settings-in-force.ts';
import { digestOf } from '../../src/domain/canonical.ts';
import type { JournalRecord } from '../../src/domain/event.ts';
import { rulesFromJson, rulesToJson } from '../../src/settings-file.ts';
import { type Given, type Guarded, guardedAccount, settle } from '../support/guarded-account.ts';

/** Something that happens to an account, whose journal is kept. */
export type Situation = {
  readonly name: string;
  /** What happens, in a few words. */
  readonly about: string;
  /** What stands in the journal when it has happened. */
  readonly shows: readonly RegExp[];
  readonly given?: Given;
  /** Settings beside the defaults, as a settings file has them. */
  readonly rules?: object;
  readonly isWatchedOnly?: boolean;
  readonly play: (guarded: Guarded) => Promise<void>;
};

/** Longer than a plan lives by default, so that nothing expires between two cycles. */
const PLAN_LIFETIME_MS = 120_000;

/** Lets it happen to a guarded account, and gives the journal that it leaves. */
export async function recorded(situation: Situation): Promise<readonly JournalRecord[]> {
  const rules = rulesFromJson({
    ...{ mode: 'execute', planLifetimeMs: PLAN_LIFETIME_MS },
    ...(situation.rules as Record<string, never>),
  });
  const given = situation.given ?? {};
  const guarded = await guardedAccount({
    ...given,
    policies: { partialProfit: {}, ...rulesIn(situation.rules) },
    settings: { ...runtimeSettingsFrom(rules, 'simulated'), ...given.settings },
  });
  const body = {
    codeVersion: 'recorded',
    rules: rulesToJson(rules),
    settingsHash: digestOf(rules),
  };
  guarded.logger.log({ type: 'settings_loaded', actor: 'system', body });
  await settle(guarded.clock, guarded.start());
  if (situation.isWatchedOnly !== true) {
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(1_000);
  }
  await situation.play(guarded);
  await settle(guarded.clock, guarded.stop());
  guarded.exchange.stop();
  return [...guarded.store.scan(1)];
}

const rulesIn = (rules: object | undefined): object =>
  (rules as { readonly policies?: object } | undefined)?.policies ?? {};
