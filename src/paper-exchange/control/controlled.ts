import { formatDecimal } from '../core/basics/decimal.ts';
import type { Calendar, Milliseconds, Session, TradingDay } from '../core/basics/types.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import type { FaultBook } from '../faults/fault-book.ts';
import type { Command } from '../protocol/command.ts';
import type { Streams } from '../wire/streams.ts';
import type { Done } from './done.ts';
import type { Journal } from './journal.ts';

/** The exchange, as far as its operator may steer it. */
export type Controlled = {
  readonly faults: FaultBook;
  readonly journal: Journal;
  readonly run: (command: Command) => Done;
  readonly state: () => object;
  readonly reset: () => void;
  readonly nextSession: (session: Session) => Milliseconds;
};

const LOOK_AHEAD_MS = 10 * 86_400_000;

/** What an operator sees at a glance; amounts are decimal strings. */
export function stateOf(core: ExchangeCore, faults: FaultBook, streams: Streams): object {
  return {
    now: new Date(core.now).toISOString(),
    session: core.calendar.sessionAt(core.now),
    accounts: core.accountIds.map((id) => {
      const { accountNumber, cash, equity } = core.account(id);
      const positions = core.positions(id);
      return {
        ...{ id, accountNumber, cash: formatDecimal(cash), equity: formatDecimal(equity) },
        positions: positions.map(({ symbol, qty }) => ({ symbol, qty: formatDecimal(qty) })),
      };
    }),
    streams: streams.counts,
    faults: faults.list().map(({ rule, fired }) => ({ id: rule.id, kind: rule.what.kind, fired })),
  };
}

/** When the session of this name begins next, after `now`. */
export function whenSessionBegins(
  calendar: Calendar,
  session: Session,
  now: Milliseconds,
): Milliseconds {
  const days = calendar.tradingDaysBetween(
    calendar.dateOf(now),
    calendar.dateOf(now + LOOK_AHEAD_MS),
  );
  const begins = days.map((day) => beginOf(day, session));
  const next = begins.find((at) => at > now);
  if (next === undefined) throw new Error('no trading day within ten days');
  return next;
}

function beginOf(day: TradingDay, session: Session): Milliseconds {
  switch (session) {
    case 'overnight':
      return day.overnightOpenAt;
    case 'pre':
      return day.preOpenAt;
    case 'regular':
      return day.openAt;
    case 'post':
      return day.closeAt;
    case 'closed':
      return day.postCloseAt;
  }
}
