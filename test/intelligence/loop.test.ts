import { describe, expect, it } from 'vitest';
import { replayRulesFrom } from '../../src/composition/replay-rules.ts';
import type { Advice } from '../../src/domain/advice.ts';
import { Replay } from '../../src/runtime/replay.ts';
import { recorded } from '../replay/recording.ts';
import { AAPL, type Guarded, loopedAccount, settle } from '../support/guarded-account.ts';

function advise({ logger, clock }: Pick<Guarded, 'logger' | 'clock'>, given: Partial<Advice> = {}) {
  const now = clock.now();
  const advice: Advice = {
    ...{ symbol: AAPL, signal: 'earnings', severity: 3, source: 'alpaca', hash: 'h' },
    ...{ givenAt: now, expiresAt: now + 3_600_000 },
    ...given,
  };
  logger.log({ type: 'advice_given', actor: 'system', symbol: AAPL, body: advice });
}

it('advice moves a resting stop within the bounds of the owner, once, and says why', async () => {
  const guarded = await loopedAccount();
  expect(guarded.resting()).toEqual(['sell stop_limit 10 @92']);
  advise(guarded);
  await guarded.clock.advanceBy(20_000);
  // A quarter of the 8 dollars at risk is taken back.
  expect(guarded.resting()).toEqual(['sell stop_limit 10 @94']);
  await guarded.clock.advanceBy(60_000);
  expect(guarded.records('plan_finished')).toHaveLength(2);
  const evaluation = guarded.bigBrother.evaluate(AAPL);
  expect(evaluation?.context.advice).toMatchObject([{ signal: 'earnings', severity: 3 }]);
});

it('advice that expires leaves the stop where it is, and nobody else is held back by it', async () => {
  const guarded = await loopedAccount();
  advise(guarded, { expiresAt: guarded.clock.now() + 15_000 });
  await guarded.clock.advanceBy(60_000);
  expect(guarded.resting()).toEqual(['sell stop_limit 10 @94']);
  expect(guarded.bigBrother.evaluate(AAPL)?.context.advice).toBeUndefined();
  guarded.price('AAPL', '117');
  await guarded.clock.advanceBy(20_000);
  expect(guarded.held()).toBe('long 5');
});

it('advice that was given before a restart holds after it', async () => {
  const guarded = await loopedAccount();
  advise(guarded, { severity: 1 });
  await settle(guarded.clock, guarded.stop());
  const next = guarded.boot();
  await settle(guarded.clock, next.start());
  expect(next.bigBrother.evaluate(AAPL)?.context.advice).toMatchObject([{ severity: 1 }]);
});

it('a replay needs no server: what advice did is derived anew from the journal', async () => {
  const records = await recorded({
    name: 'advice',
    about: 'advice tightens a stop',
    shows: [],
    play: async (guarded) => {
      advise(guarded);
      await guarded.clock.advanceBy(30_000);
      guarded.price('AAPL', '93.9');
      await guarded.clock.advanceBy(30_000);
    },
  });
  const replay = new Replay({ rulesFrom: replayRulesFrom, atFirst: null });
  const findings = records.flatMap((record) => replay.see(record));
  expect(findings.filter(({ outcome }) => outcome !== 'same')).toEqual([]);
  const advised = records.filter(({ body }) => JSON.stringify(body).includes('"policy":"advice"'));
  expect(advised.length).toBeGreaterThan(0);
});

describe('a take-profit that rests already', () => {
  const learned: Partial<Advice> = {
    ...{ source: 'outcomes', signal: 'track_record', severity: 0 },
    learned: { tightenPercent: 0, partialPercent: 50 },
  };
  const resting = async (earliestR: number | null = 1) => {
    const placed = { placed: 'with_first_stop', ...(earliestR === null ? {} : { earliestR }) };
    const guarded = await loopedAccount({ policies: { partialProfit: placed } });
    const before = ['sell limit 5 @null', 'sell stop_limit 5 @92', 'sell stop_limit 5 @92'];
    const rests = () => [...guarded.resting()].sort();
    expect(rests()).toEqual(before);
    const says = () =>
      guarded.bigBrother
        .evaluate(AAPL)
        ?.decision.evaluations.find((each) => 'policy' in each && each.policy === 'partial-profit');
    return { ...guarded, before, rests, says };
  };

  it('is taken at the price that was learned, once, and the rest keeps its stop', async () => {
    const guarded = await resting();
    advise(guarded, learned);
    guarded.price('AAPL', '107.9');
    await guarded.clock.advanceBy(20_000);
    expect(guarded.rests()).toEqual(guarded.before);
    expect(guarded.says()).toMatchObject({
      ...{
        outcome: 'abstains',
        because: expect.stringMatching(/rests at 116.00; what was learned/),
      },
    });
    guarded.price('AAPL', '108.5');
    await guarded.clock.advanceBy(20_000);
    expect(guarded.held()).toBe('long 5');
    expect(guarded.rests()).toHaveLength(1);
    for (const at of ['110', '117', '118']) {
      guarded.price('AAPL', at);
      await guarded.clock.advanceBy(20_000);
    }
    expect(guarded.held()).toBe('long 5');
    const sold = guarded.records('fill_received');
    expect(sold.map(({ symbol }) => symbol)).toEqual([AAPL]);
  });

  it('waits where the owner set it as long as nothing was learned, or nothing earlier is allowed', async () => {
    const untaught = await resting();
    untaught.price('AAPL', '112');
    await untaught.clock.advanceBy(20_000);
    expect(untaught.held()).toBe('long 10');
    const forbidden = await resting(null);
    advise(forbidden, learned);
    forbidden.price('AAPL', '112');
    await forbidden.clock.advanceBy(20_000);
    expect(forbidden.held()).toBe('long 10');
  });
});
