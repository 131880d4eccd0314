// What falls together is left together: when a cluster, a sector or the whole day goes wrong.
import { type Decimal, decimal, text, ZERO } from '../../src/domain/decimal.ts';
import type { Ticker } from '../../src/domain/ids.ts';
import type {
  GroupExit,
  GroupedPosition,
  PortfolioContext,
  PortfolioPolicy,
} from '../../src/domain/portfolio-policy.ts';
import { decimalSetting, settingsObject } from '../settings.ts';
import { cents } from '../words.ts';

export const coordinatedExitSettings = settingsObject({
  /**
   * A cluster that stands so many percent below the best prices of its names is left; null for
   * never. A name that moves with no other is no cluster: it has its own stop.
   */
  clusterDrawdownPercent: decimalSetting('1', '90').nullable().default(null),
  /** A sector whose names have lost so many percent since the last close is left; null for never. */
  sectorShockPercent: decimalSetting('1', '90').nullable().default(null),
  /** Everything is left once the account has lost so many percent since the last close; null for never. */
  dailyLossPercent: decimalSetting('0.5', '90').nullable().default(null),
});
export type CoordinatedExitSettings = ReturnType<typeof coordinatedExitSettings.parse>;

/** One name is no group: it is guarded by its own stop. */
const LEAST_NAMES = 2;
const HUNDRED = decimal('100');

export const coordinatedExits = (settings: CoordinatedExitSettings): readonly PortfolioPolicy[] => [
  {
    name: 'daily-loss-exit',
    promise: 'When a day is lost, I leave everything at once.',
    isOn: () => settings.dailyLossPercent !== null,
    evaluate: (context) => dailyLoss(context, settings.dailyLossPercent),
  },
  {
    name: 'sector-shock',
    promise: 'When a sector breaks, I leave all of it, and not one name after the other.',
    isOn: () => settings.sectorShockPercent !== null,
    evaluate: (context) => sectorShock(context, settings.sectorShockPercent),
  },
  {
    name: 'cluster-drawdown',
    promise: 'What falls together I leave together, before each stop is hit by itself.',
    isOn: () => settings.clusterDrawdownPercent !== null,
    evaluate: (context) => clusterDrawdown(context, settings.clusterDrawdownPercent),
  },
];

/** Money that was paid in or out today is neither gain nor loss; where it is not known, nothing is left. */
function dailyLoss(context: PortfolioContext, most: Decimal | null): readonly GroupExit[] {
  const { account, netDepositsToday, positions, isOpen } = context;
  if (most === null || netDepositsToday === null || !isOpen || positions.length === 0) return [];
  const base = account.lastEquity;
  if (!base.gt(ZERO)) return [];
  const loss = base.plus(netDepositsToday).minus(account.equity);
  if (loss.times(HUNDRED).lt(base.times(most))) return [];
  const because =
    `the account has lost ${cents(loss)} USD since the last close, ` +
    `${text(most)} % of ${cents(base)} USD or more`;
  return [{ group: { by: 'everything' }, reason: 'daily_loss', because }];
}

function sectorShock(context: PortfolioContext, most: Decimal | null): readonly GroupExit[] {
  if (most === null || !context.isOpen) return [];
  return groupsBy(context, ({ sector }) => sector).flatMap(([sector, members]) => {
    const fall = fallOf(members, ({ lastClose }) => lastClose);
    if (fall === null || fall.lt(most)) return [];
    const because =
      `${members.length} names of ${sector} stand ${percents(fall)} below their last closes; ` +
      `${text(most)} % is the limit`;
    return [{ group: bySymbol(members), reason: 'sector_shock', because }];
  });
}

function clusterDrawdown(context: PortfolioContext, most: Decimal | null): readonly GroupExit[] {
  if (most === null || !context.isOpen) return [];
  return groupsBy(context, ({ cluster }) => cluster).flatMap(([cluster, members]) => {
    const fall = fallOf(members, ({ bestPrice }) => bestPrice);
    if (fall === null || fall.lt(most)) return [];
    const because =
      `${members.length} names that move with ${cluster} stand ${percents(fall)} below their ` +
      `best prices since entry; ${text(most)} % is the limit`;
    return [{ group: bySymbol(members), reason: 'cluster_drawdown', because }];
  });
}

type Members = readonly GroupedPosition[];

/** Groups of at least two names; what belongs to none is in no group. */
function groupsBy(
  { positions }: PortfolioContext,
  nameOf: (position: GroupedPosition) => string | null,
): readonly (readonly [string, Members])[] {
  const groups = new Map<string, GroupedPosition[]>();
  for (const position of positions) {
    const name = nameOf(position);
    if (name !== null) groups.set(name, [...(groups.get(name) ?? []), position]);
  }
  return [...groups].filter(([, members]) => members.length >= LEAST_NAMES);
}

/**
 * How far the group stands below a level, in percent of what it was worth there; a short position
 * gains while the price falls. Null where a level is not known: nothing is left on half a figure.
 */
function fallOf(
  members: Members,
  levelOf: (position: GroupedPosition) => Decimal | null,
): Decimal | null {
  let [worth, lost] = [ZERO, ZERO];
  for (const member of members) {
    const level = levelOf(member);
    if (level === null) return null;
    const perShare = member.side === 'long' ? level.minus(member.price) : member.price.minus(level);
    worth = worth.plus(level.times(member.quantity));
    lost = lost.plus(perShare.times(member.quantity));
  }
  return worth.gt(ZERO) ? lost.times(HUNDRED).div(worth) : null;
}

/** By name, so that the plan leaves exactly those that were judged. */
const bySymbol = (members: Members): GroupExit['group'] => ({
  by: 'symbols',
  symbols: members.map(({ symbol }): Ticker => symbol).sort(),
});

/** Rounded down: a fall is not told larger than it is. */
const percents = (value: Decimal): string => `${value.round(2, 0).toFixed(2)} %`;
