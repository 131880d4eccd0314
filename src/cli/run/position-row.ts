import { type Decimal, text } from '../../domain/decimal.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import type { Column } from '../shared/table.ts';

export const positionColumns: readonly Column[] = [
  { title: 'SYMBOL', align: 'left' },
  { title: 'SIDE', align: 'left' },
  { title: 'SHARES', align: 'right' },
  { title: 'PRICE', align: 'right' },
  { title: 'R', align: 'right' },
  { title: 'STOP', align: 'right' },
  { title: 'COVER', align: 'right' },
  { title: 'LAST ACTION', align: 'left' },
];

/** One position as a line of the live view. */
export function positionRow(context: PositionContext, lastAction: string): readonly string[] {
  const { position, cover, price } = context;
  return [
    position.symbol,
    position.side,
    text(position.quantity),
    price.toFixed(2),
    gainInR(context),
    stopPriceOf(context),
    cover.nakedQuantity.eq('0') ? 'full' : `${text(cover.nakedQuantity)} naked`,
    lastAction,
  ];
}

/** The gain as a multiple of the initial risk; a dash before there was a stop to measure by. */
function gainInR({ riskPerShare, gainPerShare }: PositionContext): string {
  if (riskPerShare === null || riskPerShare.lte('0')) return '-';
  const multiple = gainPerShare.div(riskPerShare);
  return `${multiple.gte('0') ? '+' : ''}${multiple.toFixed(2)}`;
}

/** The stop that triggers first: the highest of a long's, the lowest of a short's. */
function stopPriceOf({ cover, position }: PositionContext): string {
  let first: Decimal | null = null;
  for (const { stopPrice } of cover.stops) {
    if (stopPrice === null) continue;
    const isNearer =
      first === null || (position.side === 'long' ? stopPrice.gt(first) : stopPrice.lt(first));
    if (isNearer) first = stopPrice;
  }
  return first === null ? '-' : first.toFixed(2);
}
