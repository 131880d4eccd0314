import type { BoardPosition, BoardView } from '../../web/board-view.ts';
import { type Column, table } from '../shared/table.ts';

const columns: readonly Column[] = [
  { title: 'SYMBOL', align: 'left' },
  { title: 'SIDE', align: 'left' },
  { title: 'SHARES', align: 'right' },
  { title: 'PRICE', align: 'right' },
  { title: 'P/L', align: 'right' },
  { title: 'R', align: 'right' },
  { title: 'STOP', align: 'right' },
  { title: 'COVER', align: 'right' },
];

/** A report for a terminal. @param board null where nobody could be asked */
export function statusLines(board: BoardView | null, problems: readonly string[]): string[] {
  const wrong = problems.map((problem) => `WRONG  ${problem}`);
  if (board === null) return wrong;
  const { account, exposure, environment, mode, tradingState, session } = board;
  const market = session.isOpen ? 'open' : 'closed';
  const until = session.until === null ? '' : ` until ${session.until}`;
  return [
    `BigBrother  ${environment === 'live' ? 'LIVE' : environment} account ${account.number}  ` +
      `mode ${mode}  trading ${tradingState}  market ${market}${until}`,
    `equity ${account.equity ?? 'not known'}  gross ${exposure.gross ?? '-'}  worst loss with a ` +
      `gap ${board.worstLoss ?? '-'}  drawdown ${board.drawdownPercent ?? '-'} %`,
    '',
    ...(board.positions.length === 0
      ? ['nothing is held']
      : table(columns, board.positions.map(row))),
    ...(board.positionsLeftOut === 0 ? [] : [`and ${board.positionsLeftOut} more`]),
    ...board.plansWaiting.map(
      ({ planId, title, expiresAt }) =>
        `WAITS  ${planId} until ${expiresAt}: ${title}; see "bigbrother pending"`,
    ),
    '',
    ...(wrong.length === 0 ? ['all is well'] : wrong),
  ];
}

const row = (position: BoardPosition): readonly string[] => [
  ...[position.symbol, position.side, position.quantity, position.price ?? '-'],
  ...[position.profitLoss ?? '-', position.r ?? '-', position.stop ?? '-'],
  position.nakedSeconds === null ? position.cover : `${position.cover} ${position.nakedSeconds}s`,
];
