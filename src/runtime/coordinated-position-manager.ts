import type { PlanningNote } from '../domain/answers.ts';
import { type Decimal, type Price, smaller, text } from '../domain/decimal.ts';
import type { Ticker } from '../domain/ids.ts';
import type { CoordinatedIntent, OpenIntent } from '../domain/plan.ts';
import type { PortfolioSnapshot } from '../domain/portfolio.ts';
import { inExitOrder, membersOf } from '../engine/decision/coordinated-exit.ts';
import { type Rebalance, type Rebalanced, rebalance } from '../engine/decision/rebalance.ts';
import { throughMarket } from '../engine/entries/entry.ts';
import type { EntryDesk } from './account/entry-desk.ts';
import type { PortfolioRiskManager } from './account/portfolio-risk-manager.ts';
import type { PortfolioStateManager } from './account/portfolio-state-manager.ts';
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

type Parts = {
  readonly risk: Pick<PortfolioRiskManager, 'exitBasis' | 'freshen'>;
  readonly state: Pick<PortfolioStateManager, 'getEntryContext'>;
  readonly entries: Pick<EntryDesk, 'prepare'>;
  readonly settings: Pick<RuntimeSettings, 'risk'>;
  /** How far through the market an entry may be filled, in basis points. */
  readonly slippageBps: () => number;
};

/**
 * Turns what is wanted of several positions into what is wanted of each. From there on every
 * one is planned, reviewed and carried out like any other wish of a host: its protection stays
 * until its sale is confirmed, and its report says what became of it.
 */
export class CoordinatedPositionManager {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** For any intent; one that is about a symbol or about all is the same wish for each. */
  async wishesFor(intent: PositionIntent, snapshot: PortfolioSnapshot): Promise<Wishes> {
    switch (intent.kind) {
      case 'exit_group':
        await this.#parts.risk.freshen();
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
    const basis = this.#parts.risk.exitBasis({ positions, ...rest });
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

  /**
   * Sells what is above its target; once nothing is, it buys what is below, each with its stop. So
   * the same wish, uttered again, goes on where it stands: what was sold is there to be spent.
   */
  async rebalancePortfolio(intent: RebalanceIntent, snapshot: PortfolioSnapshot): Promise<Wishes> {
    const { state, entries, settings, slippageBps } = this.#parts;
    const held = new Set(snapshot.positions.map(({ symbol }) => symbol));
    const wanted = intent.weights.map(({ symbol }) => symbol).filter((each) => !held.has(each));
    if (wanted.length > 0) await entries.prepare(wanted);
    const { equity, cash, buyingPower } = snapshot.account;
    const costOf = (symbol: Ticker): Price | null => {
      const context = state.getEntryContext(symbol, 'long');
      return context?.market.quote == null ? null : throughMarket(context, slippageBps());
    };
    const way = rebalance(intent, snapshot.positions, {
      ...{ equity, cash: smaller<Decimal>(cash, buyingPower) },
      ...{ bandPercent: settings.risk.rebalanceBandPercent, costOf },
    });
    if (way.outcome === 'impossible') return { ...way, code: 'weights_invalid' };
    const { names } = way;
    const sales = names.flatMap(saleOf);
    const wishes = sales.length > 0 ? sales : names.flatMap(purchaseOf);
    const unpriced = names.filter(
      ({ symbol, after, target }) => after.lt(target) && costOf(symbol) === null,
    );
    const words = [
      summaryOf(way, sales.length > 0),
      ...unpriced.map(({ symbol }) => `${symbol} has no price, so that none of it is bought`),
      ...names.map(inWords),
    ];
    const notes = words.map((because) => ({ recipe: 'rebalance', because }));
    return { outcome: 'wished', wishes, notes };
  }
}

function saleOf({ symbol, sell, target }: Rebalanced): Wish[] {
  if (!sell.gt('0')) return [];
  if (target.eq('0')) return [{ symbol, intent: { kind: 'exit', symbol } }];
  const amount = { kind: 'quantity', quantity: text(sell) } as const;
  return [{ symbol, intent: { kind: 'reduce', symbol, amount } }];
}

function purchaseOf({ symbol, buy }: Rebalanced): Wish[] {
  if (!buy.gt('0')) return [];
  const size = { kind: 'quantity', quantity: text(buy) } as const;
  const prices = { stopPrice: null, limitPrice: null, takeProfitPrice: null };
  return [{ symbol, intent: { kind: 'open', symbol, side: 'buy', size, ...prices } }];
}

type Way = Extract<Rebalance, { outcome: 'balanced' }>;

function summaryOf({ names, turnover, bought, missing }: Way, isSelling: boolean): string {
  const count = names.filter(({ buy }) => buy.gt('0')).length;
  const purchase =
    count === 0 ? 'nothing' : `${inDollars(bought)} of ${count} ${count === 1 ? 'name' : 'names'}`;
  const withStops = count === 0 ? '' : ', each with its stop in the same order group';
  const next = isSelling
    ? `sells ${inDollars(turnover)} first; once that is confirmed, the same proposed again buys ${purchase}`
    : `buys ${purchase}${withStops}`;
  const short = missing.gt('0') ? `; ${inDollars(missing)} below target stay missing` : '';
  return `${next}${short}; trades go to the edge of the band; taxes and fees are not counted`;
}

const inWords = ({ symbol, before, after, target }: Rebalanced): string =>
  `${symbol} ${inPercent(before)} of equity before, ${inPercent(after)} after, target ${inPercent(target)}`;

const inPercent = (value: Decimal): string => `${value.toFixed(2)} %`;
/** Rounded up. */
const inDollars = (value: Decimal): string => `$${value.round(2, 3).toFixed(2)}`;
