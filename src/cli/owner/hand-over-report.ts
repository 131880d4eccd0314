import type { HandedOrder, HandedPosition, HandOver } from '../../domain/hand-over.ts';
import { isoTime } from '../../domain/time.ts';

/** What the person who takes the account over has to know, as Markdown. */
export function handOverMarkdown(handOver: HandOver): string {
  const { accountNumber, environment, at, tookMs, by, because, positions, orders } = handOver;
  const seconds = (tookMs / 1_000).toFixed(1);
  return [
    `# Hand-over of ${environment} account ${accountNumber}`,
    '',
    `Taken back by ${by} (${because}); finished ${isoTime(at)}, ${seconds} s after it was asked for.`,
    'BigBrother begins nothing on this account until `bigbrother rollback --undo`.',
    '',
    ...verdictOf(handOver),
    '',
    '## Positions',
    '',
    ...positionTable(positions),
    '',
    '## Orders that rest at the broker',
    '',
    ...orderTable(orders),
    '',
    ...listed('## Steps of unknown outcome', handOver.unsettled),
    ...listed('## Stops placed at the end', handOver.protection),
    '## Taking over',
    '',
    '1. Stops marked `bigbrother` are good until canceled and go on protecting. They hold the ' +
      "shares: your bot's own exit in the same symbol is refused while they rest.",
    '2. Symbol by symbol: cancel the stop by its id, wait until it is `canceled`, and place yours ' +
      'at once; or replace it (PATCH), which leaves no gap.',
    '3. A share without a stop above is yours to cover first.',
    `4. The journal stays, with ${handOver.journalRecords} records: \`bigbrother history\`, ` +
      '`bigbrother verify`.',
    '',
  ].join('\n');
}

function verdictOf({ isCovered, isQuiet, unreadBecause, positions }: HandOver): readonly string[] {
  if (isCovered) return ['**Stops rest for every share of every position.**'];
  const bare = positions.filter(({ nakedQuantity }) => nakedQuantity !== '0');
  return [
    '**Not everything is as it should be:**',
    '',
    ...(unreadBecause === null ? [] : [`- the account could not be read: ${unreadBecause}`]),
    ...(isQuiet ? [] : ['- something was still at work or of unknown outcome: look again']),
    ...bare.map(
      ({ symbol, nakedQuantity, quantity }) =>
        `- ${symbol}: ${nakedQuantity} of ${quantity} shares have no stop`,
    ),
  ];
}

function positionTable(positions: readonly HandedPosition[]): readonly string[] {
  if (positions.length === 0) return ['Nothing is held.'];
  return [
    '| symbol | side | shares | price | covered | without a stop | stops |',
    '|---|---|---:|---:|---:|---:|---|',
    ...positions.map(
      (each) =>
        `| ${each.symbol} | ${each.side} | ${each.quantity} | ${each.price} | ` +
        `${each.coveredQuantity} | ${each.nakedQuantity} | ${each.stops.join('; ')} |`,
    ),
  ];
}

function orderTable(orders: readonly HandedOrder[]): readonly string[] {
  if (orders.length === 0) return ['None.'];
  return [
    '| symbol | order | shares | stop | limit | until | status | owner | id | client order id |',
    '|---|---|---:|---:|---:|---|---|---|---|---|',
    ...orders.map(
      (each) =>
        `| ${each.symbol} | ${each.side} ${each.type} | ${each.quantity ?? ''} | ` +
        `${each.stopPrice ?? ''} | ${each.limitPrice ?? ''} | ${each.timeInForce} | ` +
        `${each.status} | ${each.owner} | ${each.id} | ${each.clientOrderId} |`,
    ),
  ];
}

const listed = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [title, '', ...lines.map((line) => `- ${line}`), ''];
