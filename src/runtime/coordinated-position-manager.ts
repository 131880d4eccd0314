import type { PlanningNote } from '../domain/answers.ts';
import { type Decimal, text } from '../domain/decimal.ts';
import type { Ticker } from '../domain/ids.ts';
import type { CoordinatedIntent, OpenIntent } from '../domain/plan.ts';
import type { PortfolioSnapshot } from '../domain/portfolio.ts';
import { inExitOrder, membersOf } from '../engine/coordinated-exit.ts';
import { type Rebalanced, rebalance } from '../engine/rebalance.ts';
import type { PortfolioRiskManager } from './account/portfolio-risk-manager.ts';
import type { PositionIntent, TradingIntent } from './host-intents.ts';
import type { RuntimeSettings } from './settings/settings.ts';

/** What an intent comes to for one symbol. */
export type Wish = { readonly symbol: Ticker; readonly intent: TradingIntent | OpenIntent };

export type Wishes =
  | {
      readonly outcome: 'wished';
      /** In the order in which they are to be carried out. */
      readonly wishes: readonly Wish[];
      readonly notes: readonly PlanningNote[];
    }
  | { readonly outcome: 'impossible'; readonly code: string; readonly because: string };

type ExitIntent = Extract<CoordinatedIntent, { kind: 'exit_group' }>;
type RebalanceIntent = Extract<CoordinatedIntent, { kind: 'rebalance' }>;

/**
 * Turns what is wanted of several positions into what is wanted of each. From there on every
 * one is planned, reviewed and carried out like any other wish of a host: its protection stays
 * until its sale is confirmed, and its report says what became of it.
 */
export class CoordinatedPositionManager {
  readonly #risk: Pick<PortfolioRiskManager, 'exitBasis' | 'freshen'>;
  readonly #settings: Pick<RuntimeSettings, 'risk'>;

  constructor(parts: {
    readonly risk: Pick<PortfolioRiskManager, 'exitBasis' | 'freshen'>;
    readonly settings: Pick<RuntimeSettings, 'risk'>;
  }) {
    this.#risk = parts.risk;
    this.#settings = parts.settings;
  }

  /** For any intent; one that is about a symbol or about all is the same wish for each. */
  async wishesFor(intent: PositionIntent, snapshot: PortfolioSnapshot): Promise<Wishes> {
    switch (intent.kind) {
      case 'exit_group':
        await this.#risk.freshen();
        return this.coordinateExits(intent, snapshot);
      case 'rebalance':
        return this.rebalancePortfolio(intent, snapshot);
      case 'open':
        return { outcome: 'wished', wishes: [{ symbol: intent.symbol, intent }], notes: [] };
      case 'manage':
      case 'protect':
      case 'reduce':
      case 'exit': {
        const held = snapshot.positions.map(({ symbol }) => symbol);
        const symbols = intent.symbol === null ? held : [intent.symbol];
        const wishes = symbols.map((symbol) => ({ symbol, intent }));
        return { outcome: 'wished', wishes, notes: [] };
      }
    }
  }

  /** Leaves several positions, the one first that sheds the most risk for its liquidity. */
  coordinateExits(
    { group, reason }: ExitIntent,
    { positions, ...rest }: PortfolioSnapshot,
  ): Wishes {
    const basis = this.#risk.exitBasis({ positions, ...rest });
    const members = membersOf(group, positions, basis);
    if (typeof members === 'string') {
      return { outcome: 'impossible', code: 'no_position', because: members };
    }
    const inOrder = inExitOrder(members, positions, basis).map(({ symbol }) => symbol);
    const because = `${inOrder.length} of ${positions.length} positions are left (${reason})`;
    return {
      outcome: 'wished',
      wishes: inOrder.map((symbol) => ({ symbol, intent: { kind: 'exit', symbol } })),
      notes: [{ recipe: 'exit_group', because }],
    };
  }

  /** Sells what is above its target; what is below is named, and not bought. */
  rebalancePortfolio(intent: RebalanceIntent, snapshot: PortfolioSnapshot): Wishes {
    const way = rebalance(intent, snapshot.positions, {
      equity: snapshot.account.equity,
      bandPercent: this.#settings.risk.rebalanceBandPercent,
    });
    if (way.outcome === 'impossible') return { ...way, code: 'weights_invalid' };
    const { names, turnover, missing } = way;
    const summary =
      `sells ${inDollars(turnover)}; ${inDollars(missing)} below target are not bought; ` +
      'taxes and fees are not counted';
    return {
      outcome: 'wished',
      wishes: names.flatMap(saleOf),
      notes: [summary, ...names.map(inWords)].map((because) => ({ recipe: 'rebalance', because })),
    };
  }
}

function saleOf({ symbol, sell, target }: Rebalanced): Wish[] {
  if (!sell.gt('0')) return [];
  if (target.eq('0')) return [{ symbol, intent: { kind: 'exit', symbol } }];
  const amount = { kind: 'quantity', quantity: text(sell) } as const;
  return [{ symbol, intent: { kind: 'reduce', symbol, amount } }];
}

const inWords = ({ symbol, before, after, target }: Rebalanced): string =>
  `${symbol} ${inPercent(before)} of equity before, ${inPercent(after)} after, target ${inPercent(target)}`;

const inPercent = (value: Decimal): string => `${value.toFixed(2)} %`;
/** Rounded up. */
const inDollars = (value: Decimal): string => `$${value.round(2, 3).toFixed(2)}`;
