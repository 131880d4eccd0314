import type { JournalRecord } from '../../src/domain/event.ts';
import { canonicalText, digestOf } from './canonical-text.ts';
import { fieldsOf } from './fields.ts';
import type { Rule } from './rule.ts';
import type { Scene } from './scene.ts';
import { digitsOf, magnitude, unitsOf } from './units.ts';

/** What is done is what was proposed, for this account, in time. */
export const plansAreCapabilities: Rule = {
  number: 12,
  sentence:
    'A plan that is spent was proposed before, word for word as its hash says, for this ' +
    'account, has not expired, and fits what is held.',

  watch(scene, tell) {
    return {
      on: {
        record_written({ record }) {
          if (record.type !== 'plan_spent' || record.planId === null) return;
          for (const because of objectionsTo(scene, record)) {
            tell(record.symbol, `plan ${record.planId} was spent: ${because}`);
          }
        },
      },
    };
  },
};

function objectionsTo(scene: Scene, record: JournalRecord): string[] {
  const plan = scene.chronicle.plans.get(record.planId ?? '');
  if (plan === undefined) return ['nobody proposed it'];
  const found: string[] = [];
  const { hash, ...fields } = plan.written;
  if (hash !== fieldsOf(record.body).hash) found.push('under another hash than it was proposed');
  if (digestOf(canonicalText(fields)) !== hash) found.push('its hash is not that of its text');
  const { core, accountId } = scene.world;
  const { accountNumber } = core.account(accountId);
  if (plan.accountNumber !== accountNumber) found.push(`it is for account ${plan.accountNumber}`);
  // Both by the clock of the process, which the plan's life is measured on.
  const isLate = plan.expiresAt === null || record.at > plan.expiresAt;
  // To forbid is never too late.
  if (isLate && fieldsOf(plan.written.intent).kind !== 'halt') found.push('it had expired');
  for (const { symbol, basis } of plan.parts) {
    const held = magnitude(scene.books.of(symbol).quantity);
    const planned = unitsOf(basis.quantity);
    if (planned === held || scene.hasNews(symbol)) continue;
    found.push(`it is for ${basis.quantity} ${symbol}, and ${digitsOf(held)} are held`);
  }
  return found;
}
