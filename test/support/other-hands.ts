import { decimal, formatDecimal } from '../../src/paper-exchange/core/basics/decimal.ts';
import type { Guarded } from './guarded-account.ts';

const accountOf = ({ exchange }: Guarded): string => exchange.core.accountIds[0] ?? '';

/** Signed shares that the account holds at the exchange itself, whatever anybody thinks. */
export function sharesHeld(guarded: Guarded, symbol = 'AAPL'): number {
  const position = guarded.exchange.core.position(accountOf(guarded), symbol);
  return position === null ? 0 : Number(formatDecimal(position.qty));
}

/** Shares move without an order, as by a transfer. */
export function transfer(guarded: Guarded, qty: string, symbol = 'AAPL'): void {
  const positions = [{ symbol, qty: decimal(qty), averageEntryPrice: decimal('100') }];
  guarded.exchange.core.adjustAccount(accountOf(guarded), { positions });
}

/** Closes the position at the market, although orders of others hold its shares. */
export function closeByHand(guarded: Guarded, symbol = 'AAPL', at = '100'): void {
  // The exchange's own time only moves on with what it is told.
  guarded.price(symbol, at);
  guarded.exchange.core.closeByHand(accountOf(guarded), symbol);
}

/** Part of a live order fills. False when it is not in a state for it. */
export const fillPart = (guarded: Guarded, orderId: string, shares: string, at: string): boolean =>
  guarded.exchange.core.executePart(accountOf(guarded), orderId, decimal(shares), decimal(at));

/** An order by the account's owner or another bot. @returns its id at the broker */
export async function placeForeign(
  guarded: Guarded,
  order: Readonly<Record<string, unknown>>,
): Promise<string> {
  const answer = await guarded.exchange.fetchApi('http://127.0.0.1/v2/orders', {
    method: 'POST',
    headers: {
      'APCA-API-KEY-ID': 'PK-TEST',
      'APCA-API-SECRET-KEY': 'secret',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ symbol: 'AAPL', ...order }),
  });
  const body = await answer.text();
  if (!answer.ok) throw new Error(body);
  return (JSON.parse(body) as { readonly id: string }).id;
}
