import { z } from 'zod';
import type { ExchangeCore } from '../../src/paper-exchange/core/exchange-core.ts';
import { numberOf } from '../invariants/units.ts';
import type { CallTool } from './agent-line.ts';
import type { Ask } from './asks.ts';
import type { Outcome } from './subject.ts';

const plan = z.object({ plan_id: z.string(), hash: z.string(), executable: z.literal(true) });
const nothing = z.union([
  z.object({ outcome: z.literal('nothing_to_do') }),
  z.object({ error: z.object({ code: z.literal('no_position') }) }),
]);
const refusal = z.object({ error: z.object({ retryable: z.boolean() }) });

/** The account as its agents see it; for weights. */
export type Look = { readonly core: ExchangeCore; readonly accountId: string };

/**
 * An agent at BigBrother: it proposes, executes what may be executed, and tries once more. What
 * it weighs anew it proposes again once its sales are done, since purchases come after them.
 */
export async function askBigBrother(
  call: CallTool,
  ask: Ask,
  repeats: boolean,
  look: Look,
): Promise<Outcome> {
  const args = argumentsFor(ask, look);
  const first = await tryOnce(call, args, repeats);
  if (first === 'again') return plainly(await tryOnce(call, argumentsFor(ask, look), false));
  if (first === 'done' && ask.kind === 'rebalance') await tryOnce(call, args, false);
  return first;
}

const plainly = (outcome: Outcome | 'again'): Outcome =>
  outcome === 'again' ? 'refused' : outcome;

async function tryOnce(call: CallTool, args: Record<string, unknown>, repeats: boolean) {
  const proposals = [call('propose_plan', args), ...(repeats ? [call('propose_plan', args)] : [])];
  const proposed = (await Promise.all(proposals)).at(-1) ?? { isError: true, text: '{}' };
  const answer: unknown = JSON.parse(proposed.text);
  if (nothing.safeParse(answer).success) return 'nothing';
  const shown = plan.safeParse(answer);
  if (!shown.success) return mayRetry(answer) ? 'again' : 'refused';
  const { plan_id, hash } = shown.data;
  const runs = [call('execute_plan', { plan_id, hash })];
  if (repeats) runs.push(call('execute_plan', { plan_id, hash }));
  const reports = await Promise.all(runs);
  if (reports.some(({ isError }) => !isError)) return 'done';
  return reports.some(({ text }) => mayRetry(JSON.parse(text))) ? 'again' : 'refused';
}

const mayRetry = (answer: unknown): boolean =>
  refusal.safeParse(answer).data?.error.retryable === true;

function argumentsFor(ask: Ask, look: Look): Record<string, unknown> {
  switch (ask.kind) {
    case 'sell':
      return { intent: 'reduce', symbol: ask.symbol, quantity: String(ask.shares) };
    case 'exit':
    case 'protect':
      return { intent: ask.kind, symbol: ask.symbol };
    case 'exit_group':
      return { intent: 'exit', group: ask.symbols.join(',') };
    case 'rebalance':
      return { intent: 'rebalance', weights: weightsFor(ask.targets, look) };
    case 'enter':
      return { intent: 'open', symbol: ask.symbol, entry: `buy ${ask.shares}` };
  }
}

function weightsFor(
  targets: Extract<Ask, { kind: 'rebalance' }>['targets'],
  { core, accountId }: Look,
): string {
  const equity = numberOf(core.account(accountId).equity);
  const weights = targets.map(({ symbol, percentOfHeld }) => {
    const shares = numberOf(core.position(accountId, symbol)?.qty ?? 0n);
    const value = shares * numberOf(core.latestTrade(symbol)?.price ?? 0n);
    return `${symbol}=${((value / equity) * percentOfHeld).toFixed(4)}`;
  });
  return weights.join(',');
}
