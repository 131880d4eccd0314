import { describe, expect, it } from 'vitest';
import type { Proposal } from '../../src/domain/answers.ts';
import type { ApprovalTier } from '../../src/domain/approval.ts';
import type { Mode } from '../../src/domain/environment.ts';
import { estimatedTokens } from '../../tools/shared/page.ts';
import { connected } from '../server/connect.ts';
import { closedSession, NOW, snapshot } from '../support/given.ts';
import { manySymbols, ToldAnswers } from './face.ts';
import { actionPlan, denied, passed } from './given-plan.ts';

const proposed = (
  symbols: readonly string[],
  given: Partial<Extract<Proposal, { outcome: 'proposed' }>> = {},
): Proposal => ({
  outcome: 'proposed',
  plan: actionPlan(...symbols),
  verdicts: symbols.map((symbol) => passed('order_size', symbol)),
  executable: true,
  notes: [],
  ...given,
});

async function asking(proposal?: Proposal, mode: Mode = 'execute') {
  const bigBrother = new ToldAnswers(proposal === undefined ? { mode } : { mode, proposal });
  const { call } = await connected({ bigBrother });
  return { bigBrother, ask: (args: Record<string, unknown>) => call('propose_plan', args) };
}

describe('a proposal', () => {
  it('can be read without knowing the code: steps, orders before and after, losses', async () => {
    const { ask } = await asking(proposed(['AAPL']));
    const { json } = await ask({ intent: 'manage', symbol: 'AAPL' });
    const plan = actionPlan('AAPL');
    expect(json).toMatchObject({
      outcome: 'proposed',
      plan_id: 'plan-1',
      hash: plan.hash,
      expires_at: new Date(NOW + 58_500).toISOString(),
      seconds_left: 58,
      executable: true,
      more_parts: [],
      denials: [],
      passed: ['order_size'],
      next_step: 'execute_plan with this plan_id and hash before it expires.',
    });
    expect(json.parts).toEqual([
      {
        symbol: 'AAPL',
        recipe: 'shrink_stop_then_sell',
        because: ['AAPL gained 2R'],
        steps: [
          'replace to protect: sell stop_limit stop-1 gets quantity 5, stop 97, limit 96.5',
          'submit to reduce: sell 5 AAPL limit 109.5 day; wait until filled',
          'cancel to release: sell limit tp-1; wait until terminal',
        ],
        orders_before: ['sell 10 stop_limit stop 95 limit 94.5 gtc'],
        orders_after: ['sell 5 limit 120 day (foreign)'],
        worst_loss: { at_stop: '15', with_gap: '65.5', gap_percent: '10' },
        naked: {
          seconds: 2,
          share_seconds: '20',
          dollar_seconds: '2200',
          because: 'the cancel has to be confirmed first',
        },
      },
    ]);
  });

  it('with a denial can be read, says what would pass, and that it cannot be executed', async () => {
    const verdicts = [passed('order_size'), denied('exposure'), passed('exposure', 'TSLA')];
    const { ask } = await asking(proposed(['AAPL'], { verdicts, executable: false }));
    const { json, isError } = await ask({ intent: 'manage' });
    expect(isError).toBe(false);
    expect(json).toMatchObject({
      executable: false,
      passed: ['order_size'],
      denials: [{ guardrail: 'exposure', would_pass: 'an order of at most 1000 shares' }],
      next_step: 'It cannot be executed; each denial says what would pass.',
    });
  });

  it.each([
    ['propose', 'It cannot be executed in mode propose; a person has to change the mode.'],
    ['execute', 'an order of its symbols has an unknown outcome'],
  ] as const)('that cannot be executed in mode %s says why', async (mode, words) => {
    const { ask } = await asking(proposed(['AAPL'], { executable: false }), mode);
    const { json } = await ask({ intent: 'manage' });
    expect(json).toMatchObject({ executable: false, next_step: expect.stringContaining(words) });
  });

  it('for many symbols shows two in full, some in a line each, and counts the rest', async () => {
    const symbols = Array.from({ length: 50 }, (_, index) => manySymbols(index));
    const { ask } = await asking(proposed(symbols));
    const { json, text } = await ask({ intent: 'manage' });
    expect(json.parts).toHaveLength(2);
    expect(json.more_parts).toHaveLength(6);
    expect(json.parts_left_out).toBe(42);
    expect((json.more_parts as string[])[0]).toMatch(
      /^AAC shrink_stop_then_sell: replace .*; cancel .* \(2 s without cover, at worst 65.5 lost\)$/,
    );
    expect(json.worst_loss).toEqual({ at_stop: '750', with_gap: '3275', gap_percent: '10' });
    expect(estimatedTokens(text)).toBeLessThan(2_000);
  });

  it('with a denial of each of 500 symbols stays as short, and counts them', async () => {
    const symbols = Array.from({ length: 500 }, (_, index) => manySymbols(index));
    const verdicts = symbols.map((symbol) => denied('exposure', symbol));
    const { ask } = await asking(proposed(symbols, { verdicts, executable: false }));
    const { json, text } = await ask({ intent: 'manage' });
    expect(json.denials).toHaveLength(2);
    expect(json.more_denials).toHaveLength(6);
    expect(json.denials_left_out).toBe(492);
    expect(json.parts_left_out).toBeGreaterThanOrEqual(492);
    expect(estimatedTokens(text)).toBeLessThan(2_000);
  });

  it('of nothing says why', async () => {
    const because = Array.from({ length: 25 }, (_, index) => `reason ${index}`);
    const { ask } = await asking({ outcome: 'nothing_to_do', because });
    const { json, isError } = await ask({ intent: 'protect' });
    expect(isError).toBe(false);
    expect(json).toMatchObject({ outcome: 'nothing_to_do', executable: false, parts: [] });
    expect(json.because).toEqual([...because.slice(0, 6), 'and 19 more']);
  });

  it('of nothing says the same reason once', async () => {
    const because = ['MSFT is right', 'none is due', 'none is due', 'none is due'];
    const { ask } = await asking({ outcome: 'nothing_to_do', because });
    const { json } = await ask({ intent: 'manage' });
    expect(json.because).toEqual(['MSFT is right', 'none is due']);
  });

  it('that is impossible is an error with the reason', async () => {
    const { ask } = await asking({
      outcome: 'impossible',
      code: 'quantity_too_large',
      because: ['20 shares are more than the 10 held'],
    });
    const { json } = await ask({ intent: 'reduce', symbol: 'AAPL', quantity: '20' });
    expect(json.error).toMatchObject({
      code: 'plan_impossible',
      reason_code: 'quantity_too_large',
      message: '20 shares are more than the 10 held',
    });
  });
});

describe('a proposal to which no way leads', () => {
  const because = Array.from({ length: 500 }, (_, index) => [`no ${index}`, 'it is closed']).flat();
  const impossible = { outcome: 'impossible', code: 'no_legal_way', because } as const;

  it('stays short, however many positions it is about', async () => {
    const { ask } = await asking(impossible);
    const { json } = await ask({ intent: 'manage' });
    expect(json.error).toMatchObject({ would_pass: null });
    expect(String((json.error as { message: string }).message)).toMatch(
      /^no 0; it is closed; no 1; .*; and 495 more$/,
    );
  });

  it('says when the market opens, while it is closed', async () => {
    const closed = snapshot({ session: closedSession });
    const { call } = await connected({
      bigBrother: new ToldAnswers({ proposal: impossible, snapshot: closed }),
    });
    const { json } = await call('propose_plan', { intent: 'manage' });
    expect(json.error).toMatchObject({
      would_pass: expect.stringMatching(/^perhaps the same once the market is open, from 20/),
    });
  });
});

describe('an intent', () => {
  it.each([
    [{ intent: 'manage' }, { kind: 'manage', symbol: null }],
    [
      { intent: 'protect', symbol: 'AAPL' },
      { kind: 'protect', symbol: 'AAPL' },
    ],
    [
      { intent: 'exit', symbol: 'AAPL' },
      { kind: 'exit', symbol: 'AAPL' },
    ],
    [
      { intent: 'reduce', symbol: 'AAPL', fraction: '0.5' },
      { kind: 'reduce', symbol: 'AAPL', amount: { kind: 'fraction', fraction: '0.5' } },
    ],
    [
      { intent: 'reduce', symbol: 'AAPL', quantity: '3' },
      { kind: 'reduce', symbol: 'AAPL', amount: { kind: 'quantity', quantity: '3' } },
    ],
  ])('%j reaches BigBrother as the host meant it', async (args, intent) => {
    const { ask, bigBrother } = await asking();
    await ask(args);
    expect(bigBrother.intents).toEqual([{ intent, actor: 'host' }]);
  });

  it.each([
    [{ intent: 'exit' }, 'exit needs a symbol'],
    [{ intent: 'reduce', fraction: '0.5' }, 'reduce needs a symbol'],
    [{ intent: 'reduce', symbol: 'AAPL' }, 'needs a fraction or a quantity'],
    [{ intent: 'reduce', symbol: 'AAPL', fraction: '0.5', quantity: '1' }, 'not both'],
    [{ intent: 'reduce', symbol: 'AAPL', fraction: '1' }, 'to leave whole, use exit'],
    [{ intent: 'exit', symbol: 'AAPL', fraction: '0.5' }, 'exit takes neither'],
    [{ intent: 'manage', quantity: '1' }, 'manage takes neither'],
    [{ intent: 'reduce', symbol: 'AAPL', fraction: 0.5 }, 'fraction'],
    [{ intent: 'reduce', symbol: 'AAPL', fraction: '-0.5' }, 'above zero'],
    [{ intent: 'reduce', symbol: 'AAPL', quantity: '0' }, 'above zero'],
    [{ intent: 'reduce', symbol: 'AAPL', quantity: '1e3' }, 'a decimal in a string'],
    [{ intent: 'buy', symbol: 'AAPL' }, 'intent'],
    [{ symbol: 'AAPL' }, 'intent'],
    [{ intent: 'manage', symbol: 'aapl' }, 'in capitals'],
    [{ intent: 'rebalance' }, 'rebalance needs weights'],
    [{ intent: 'rebalance', weights: 'AAPL=10,MSFT=150' }, 'weight 2 of 2 (MSFT) is none'],
    [{ intent: 'rebalance', weights: 'AAPL=-1' }, 'weight 1 of 1 (AAPL) is none'],
    [{ intent: 'rebalance', weights: 'AAPL=5,buy now' }, 'weight 2 of 2 is none'],
    [{ intent: 'rebalance', weights: 'AAPL=5,CASH=10,CASH=20' }, 'CASH has two weights'],
    [{ intent: 'exit', group: 'all because boredom' }, 'cluster_drawdown'],
  ])('%j makes no sense and is refused with a sentence', async (args, words) => {
    const { ask, bigBrother } = await asking();
    const { json, isError } = await ask(args);
    expect(isError).toBe(true);
    expect(json.error).toMatchObject({
      code: 'invalid_arguments',
      message: expect.stringContaining(words),
    });
    expect(bigBrother.intents).toEqual([]);
  });

  it('for a symbol that is not held is refused before anything is planned', async () => {
    const { ask, bigBrother } = await asking();
    const { json } = await ask({ intent: 'protect', symbol: 'TSLA' });
    expect(json.error).toMatchObject({ code: 'no_position' });
    expect(bigBrother.intents).toEqual([]);
  });
});

describe('the approval of a proposal', () => {
  const ofTier = (tier: ApprovalTier, given: Parameters<typeof proposed>[1] = {}) =>
    proposed(['AAPL'], {
      plan: { ...actionPlan('AAPL'), approval: { tier, because: ['a reason'] } },
      ...given,
    });

  it.each([
    ['T0', 'Nobody has to agree.', 'before it expires'],
    ['T1', 'Nobody has to agree.', 'before it expires'],
    ['T2', 'bigbrother pending', 'a person has to agree'],
    ['T3', 'with a code', 'a person has to agree'],
  ] as const)('says for %s who has to agree and where', async (tier, how, next) => {
    const { ask } = await asking(ofTier(tier));
    const { json } = await ask({ intent: 'manage' });
    expect(json.approval).toMatchObject({ tier, because: ['a reason'] });
    expect(JSON.stringify(json.approval)).toContain(how);
    expect(json.next_step).toContain(next);
  });

  it('says that nobody can agree to T4', async () => {
    const { ask } = await asking(ofTier('T4', { executable: false }));
    const { json } = await ask({ intent: 'manage' });
    expect(json.approval).toMatchObject({ how: 'Nobody can agree to this.' });
    expect(json.next_step).toContain('nobody can agree to it');
  });

  it.each([
    ['too_many_proposals', true],
    ['veto_stands', false],
  ] as const)('is refused as %s, with what to do', async (code, retryable) => {
    const { ask } = await asking({ outcome: 'impossible', code, because: ['it is so'] });
    const { json, isError } = await ask({ intent: 'manage' });
    expect(isError).toBe(true);
    expect(json.error).toMatchObject({ code, retryable, message: 'it is so' });
  });
});
