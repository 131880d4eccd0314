import { guardrails } from '../policies/registry.ts';
import { Draws } from '../simulation/draws.ts';
import { notional } from '../src/domain/decimal.ts';
import type { Guardrail, ReviewInput } from '../src/domain/guardrail.ts';
import { buyMore, reviewOf, settings } from '../test/policies/support.ts';
import type { Row } from './harness.ts';
import { compare } from './harness.ts';
import type { Figures, PeerName } from './verdict-peers.ts';
import { peers } from './verdict-peers.ts';

const SCENES = 256;
const RULES = 12;
const ROW = `verdicts: ${RULES} rules on an entry, all of them answering`;
const PACKAGES =
  'json-rules-engine@7.3.1, @cedar-policy/cedar-wasm@4.13.0 and @open-policy-agent/opa-wasm@1.10.0';
const AIM = 'over 20x the fastest of the others';

/** The rules that all of them are given, by the names of the guardrails. */
const names = [
  ...['trading-state', 'price-collar', 'symbols', 'market-hours', 'order-size', 'exposure-name'],
  ...['exposure-total', 'buying-power', 'unexecuted-value', 'daily-loss', 'drawdown', 'margin'],
];

type Scene = { readonly input: ReviewInput; readonly figures: Figures };

/** An entry of AAPL into an account, with this and that near its limit or beyond it. */
function scene(draws: Draws): Scene {
  const quantity = draws.pick([1, 5, 40, 90, 110, 180, 260, 320]);
  const limitCents = draws.pick([9_650, 9_701, 9_999, 10_000, 10_150, 10_299, 10_301, 11_000]);
  const equityDollars = draws.pick([20_000, 50_000, 92_100, 97_900, 98_100, 100_000, 120_000]);
  const peakDollars = Math.max(100_000, equityDollars);
  const state = draws.chance(0.8) ? 'active' : 'reducing';
  const isAllowed = draws.chance(0.8);
  const buyingPowerDollars = draws.pick([500, 9_000, 40_000, 200_000]);
  const restrictions = draws.chance(0.1) ? ['a restriction'] : [];
  const later = draws.pick([0, 0, 0, 1]);
  const maintenanceDollars = draws.pick([0, 10_000, 50_000, 70_000]);
  const input = reviewOf({
    steps: [buyMore(String(quantity), (limitCents / 100).toFixed(2))],
    tradingState: state,
    account: {
      equity: notional(String(equityDollars)),
      lastEquity: notional('100000'),
      buyingPower: notional(String(buyingPowerDollars)),
      margin: { restrictions, maintenance: notional(String(maintenanceDollars)) } as never,
    },
    facts: {
      peakEquity: notional(String(peakDollars)),
      asset: { assetClass: 'us_equity', isActive: isAllowed, isTradable: true },
    },
    later,
  });
  // The position is 10 shares at 100, in the middle of the quote.
  const worth = quantity * limitCents;
  const figures: Figures = {
    state,
    isAllowed,
    limit: limitCents,
    middle: 10_000,
    sinceOpenMs: 1_800_000 + later,
    untilCloseMs: 21_600_000 - later,
    worth,
    mostWorth: Math.min(2_500_000, equityDollars * 10),
    held: 100_000,
    gross: 100_000,
    equity: equityDollars * 100,
    lastEquity: 10_000_000,
    peak: peakDollars * 100,
    free: Math.min(equityDollars * 100 - 100_000, buyingPowerDollars * 100),
    restrictions: restrictions.length,
    maintenance: maintenanceDollars * 100,
  };
  return { input, figures };
}

function rulesOf(): readonly Guardrail[] {
  const all = guardrails(settings({ symbols: { allowed: ['AAPL'] } }));
  return names.map((name) => {
    const found = all.find((rail) => rail.name === name);
    if (found === undefined) throw new Error(`there is no guardrail ${name}`);
    return found;
  });
}

const denials = (rules: readonly Guardrail[], input: ReviewInput): string[] =>
  rules.filter((rule) => rule.review(input).outcome === 'deny').map(({ name }) => name);

function notMeasured(peer: string, because: string): Row {
  const none = { median: Number.NaN, min: Number.NaN, max: Number.NaN };
  const note = `NOT MEASURED: ${because}`;
  return { name: ROW, peer, ours: '-', theirs: '-', ratio: none, aim: AIM, note };
}

/** How many verdicts of 12 rules on an entry are given in a second, against another engine. */
export async function verdicts(name: PeerName): Promise<Row> {
  const opened = await peers[name]();
  if (opened === null) {
    return notMeasured(name, `install ${PACKAGES}`);
  }
  const rules = rulesOf();
  const draws = new Draws('verdicts');
  const scenes = Array.from({ length: SCENES }, () => scene(draws));
  const passes = 200;
  const theirPasses = 10;
  return compare({
    ...{ name: ROW, peer: name, aim: AIM, onlyCalculates: true },
    note:
      'the same denials from both on every scene; ours reads the plan and the account and answers ' +
      'in words with what would pass, the peer is handed the figures and gives a yes or no',
    gate: async () => {
      let denied = 0;
      for (const [index, { input, figures }] of scenes.entries()) {
        const ours = denials(rules, input).sort().join();
        const theirs = [...(await opened.denials(figures))].sort().join();
        denied += ours === '' ? 0 : 1;
        if (ours !== theirs) throw new Error(`scene ${index}: ours ${ours}, ${name} ${theirs}`);
      }
      if (denied === 0 || denied === SCENES) throw new Error('the scenes are all of one kind');
    },
    ours: () => {
      for (let pass = 0; pass < passes; pass += 1) {
        // What is found out once for a review is forgotten with the next, which is another scene's.
        for (const { input } of scenes) {
          for (const rule of rules) rule.review(input);
        }
      }
    },
    theirs: async () => {
      for (let pass = 0; pass < theirPasses; pass += 1) {
        for (const { figures } of scenes) await opened.denials(figures);
      }
    },
    oursUnits: passes * SCENES * RULES,
    theirsUnits: theirPasses * SCENES * RULES,
    unit: 'verdicts',
  });
}
