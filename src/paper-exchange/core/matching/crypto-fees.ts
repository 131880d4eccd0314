import { type Decimal, multiply, ONE, truncateTo, ZERO } from '../basics/decimal.ts';
import type { Kernel } from '../state/kernel.ts';
import type { OrderRecord } from '../state/order-record.ts';

const COIN_DECIMALS = 9;
const BPS = ONE / 10_000n;

/** In hundredths of a percent, maker and taker, by tier from the first ("Crypto Spot Trading Fees"). */
const FEES_BPS = [
  [15n, 25n],
  [12n, 22n],
  [10n, 20n],
  [8n, 18n],
  [5n, 15n],
  [2n, 13n],
  [2n, 12n],
  [0n, 10n],
] as const;

/**
 * Takes the fee for one execution out of what it brought: coins when buying, rounded down, and
 * dollars when selling. False when there is none.
 */
export function chargeFee(
  kernel: Kernel,
  record: OrderRecord,
  qty: Decimal,
  price: Decimal,
): boolean {
  const { account, order } = record;
  if (!kernel.switches.cryptoFees || order.assetClass !== 'crypto') return false;
  const [maker, taker] = FEES_BPS[account.cryptoTier - 1] ?? FEES_BPS[0];
  const rate = (record.hasRested ? maker : taker) * BPS;
  const { symbol } = order;
  const common = {
    subType: null,
    symbol,
    perShareAmount: null,
    groupId: kernel.ids.uuid(),
  } as const;
  if (order.side === 'sell') {
    const netAmount = -multiply(multiply(qty, price), rate);
    kernel.book(account, { ...common, type: 'FEE', qty: null, netAmount });
    return true;
  }
  const coins = truncateTo(multiply(qty, rate), COIN_DECIMALS);
  account.takeOut(symbol, coins);
  kernel.book(account, { ...common, type: 'CFEE', qty: -coins, netAmount: ZERO });
  return true;
}
