import {
  type Advice,
  type AdviceBounds,
  liveAdvice,
  SEVERITIES,
  type Severity,
} from '../../domain/advice.ts';
import { type ApprovalNeed, stricterTier } from '../../domain/approval.ts';
import { basisPointsOf, decimal, type Price, price, text, ZERO } from '../../domain/decimal.ts';
import type { Decision } from '../../domain/decision.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { Evaluation } from '../../domain/policy.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import {
  isThrough,
  isTighter,
  tickTighter,
  tickWider,
  towardsGain,
  towardsLoss,
} from '../../domain/side.ts';
import type { EpochMs } from '../../domain/time.ts';

/** Who wants what advice wants, beside the policies by their names. */
export const ADVICE = 'advice';

/** A stop is not moved for less: every new best price would move it. */
const LEAST_STEP_BPS = 50;

/** The context as the policies and the engine may see it, with what holds of the advice. */
export function withAdvice(context: PositionContext, advice: readonly Advice[]): PositionContext {
  const live = liveAdvice(advice, context.position.symbol, context.now);
  return live.length === 0 ? context : { ...context, advice: live };
}

/** The same as if nobody had said anything. */
export function withoutAdvice(context: PositionContext): PositionContext {
  if (context.advice === undefined) return context;
  const { advice: _, ...plain } = context;
  return plain;
}

/** The worst that is said of a symbol now; 0 where nothing is. */
export const severityIn = (advice: readonly Advice[], symbol: Ticker, now: EpochMs): Severity =>
  liveAdvice(advice, symbol, now).reduce<Severity>(
    (worst, { severity }) => (SEVERITIES.includes(severity) && severity > worst ? severity : worst),
    0,
  );

/**
 * What advice wants besides: a tighter stop for a position in which nothing else is to be done.
 * It stands behind the best price by the initial risk, less the part that advice takes back, so
 * that neither the market nor an earlier look decides how far it goes. Null where it has no
 * stop to tighten, where the market is too near, or where the gain is too small to move one.
 *
 * @param settled what the policies came to without it
 */
export function adviceWish(
  context: PositionContext,
  settled: Decision,
  bounds: AdviceBounds,
): Evaluation | null {
  const { position, riskPerShare, episode, cover: held, price: market, isInDoubt } = context;
  const { cover } = settled.target;
  if (settled.chosen.length > 0 || cover === null || riskPerShare === null) return null;
  if (isInDoubt === true || held.nakedQuantity.gt(ZERO) || !context.session.isOpen) return null;
  const { side } = position;
  const wanted = strongest(context, bounds);
  if (wanted === null) return null;
  const kept = riskPerShare.times(String(100 - wanted.percent)).div('100');
  const stopPrice = tickTighter(side, towardsLoss(side, wanted.from(episode), kept));
  const step = basisPointsOf(cover.stopPrice, LEAST_STEP_BPS);
  if (!isTighter(side, stopPrice, towardsGain(side, cover.stopPrice, step))) return null;
  const room = market.times(bounds.leastRoomPercent).div('100');
  if (isThrough(side, stopPrice, towardsLoss(side, market, room))) return null;
  return {
    outcome: 'recommends',
    recommendation: {
      policy: ADVICE,
      symbol: position.symbol,
      action: { kind: 'protect', stopPrice, limitPrice: limitBehind(stopPrice, cover, side) },
      urgency: 'normal',
      because:
        `${wanted.because} takes ${wanted.percent} % of the initial risk of ` +
        `$${text(riskPerShare)} a share back, at most ${bounds.mostTightenPercent} % being ` +
        `allowed; the stop moves to $${text(stopPrice)} from $${text(cover.stopPrice)}`,
    },
  };
}

/** With advice against a symbol a person agrees to what adds to it; with strong advice nobody. */
export function needUnderAdvice(
  need: ApprovalNeed,
  adding: readonly Ticker[],
  advice: readonly Advice[],
  now: EpochMs,
): ApprovalNeed {
  const against = adding
    .map((symbol) => ({ symbol, severity: severityIn(advice, symbol, now) }))
    .filter(({ severity }) => severity > 0);
  if (against.length === 0) return need;
  const asked = against.some(({ severity }) => severity > 1) ? 'T4' : 'T2';
  const tier = stricterTier(need.tier, asked);
  if (tier === need.tier) return need;
  const because = against.map(
    ({ symbol, severity }) => `there is advice of severity ${severity} against more of ${symbol}`,
  );
  return { tier, because: [...because, ...need.because] };
}

type Base = (episode: PositionContext['episode']) => Price;
type Tightening = { readonly percent: number; readonly from: Base; readonly because: string };

/** News is about what is at stake now; what was learned is about the risk at the entry. */
function strongest(context: PositionContext, { mostTightenPercent }: AdviceBounds) {
  const most = clamped(mostTightenPercent, 0, 95);
  const all = (context.advice ?? []).flatMap((advice): readonly Tightening[] => {
    if (liveAdvice([advice], context.position.symbol, context.now).length === 0) return [];
    const { source, signal, severity, learned } = advice;
    if (source === 'outcomes') {
      const percent = Math.min(most, clamped(learned?.tightenPercent ?? 0, 0, 100));
      return [{ percent, from: ({ entryPrice }) => entryPrice, because: 'what was learned' }];
    }
    const percent = Math.floor((most * PART_OF_BOUND[severity]) / 100);
    const because = `${signal} (${source}, severity ${severity})`;
    return [{ percent, from: ({ highWaterPrice }) => highWaterPrice, because }];
  });
  const { side } = context.position;
  const stopOf = ({ percent, from }: Tightening) =>
    towardsLoss(
      side,
      from(context.episode),
      (context.riskPerShare ?? ZERO).times(String(100 - percent)).div('100'),
    );
  return all
    .filter(({ percent }) => percent > 0)
    .reduce<Tightening | null>(
      (best, next) => (best === null || isTighter(side, stopOf(next), stopOf(best)) ? next : best),
      null,
    );
}

/** How much of what the owner allows each severity is worth, in percent. */
const PART_OF_BOUND: Readonly<Record<Severity, number>> = { 0: 0, 1: 0, 2: 50, 3: 100 };

/** Figures from outside are whole numbers inside a range, or nothing. */
const clamped = (value: number, least: number, most: number): number =>
  Number.isFinite(value) ? Math.floor(Math.min(most, Math.max(least, value))) : least;

/** As far behind the new stop as the limit stands behind the one before. */
function limitBehind(
  stopPrice: Price,
  cover: { readonly stopPrice: Price; readonly limitPrice: Price },
  side: 'long' | 'short',
): Price {
  const offset = cover.stopPrice.minus(cover.limitPrice).abs();
  const limit = tickWider(side, towardsLoss(side, stopPrice, offset));
  return limit.gt(ZERO) ? limit : price(decimal('0.0001'));
}
