import { decimal } from '../core/basics/decimal.ts';
import type { Bar, CorporateActionTerms } from '../core/basics/types.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import type { MarketInput } from '../market/source.ts';
import type { Command } from '../protocol/command.ts';
import { runAccountCommand } from './account-commands.ts';
import { type Done, done, failed } from './done.ts';
import type { PriceShift } from './price-shift.ts';

export type OperatorParts = {
  readonly core: ExchangeCore;
  readonly shift: PriceShift;
  readonly feed: (input: MarketInput) => void;
  readonly dropStreams: () => void;
};

type Of<Name extends Command['do']> = Extract<Command, { do: Name }>;

/** Far above the ids that markets give their prints. */
const FIRST_TRADE_ID = 9_000_000_000;

/** Does what the exchange's operator, or somebody else with the account, does to it. */
export class Operator {
  readonly #parts: OperatorParts;
  #tradeId = FIRST_TRADE_ID;

  constructor(parts: OperatorParts) {
    this.#parts = parts;
  }

  run(command: Command): Done {
    const { core, shift, dropStreams } = this.#parts;
    const symbol = 'symbol' in command ? command.symbol : undefined;
    if (symbol !== undefined && core.asset(symbol) === null) {
      return failed(`no asset ${symbol} is listed here`);
    }
    // What is none of these concerns an account.
    switch (command.do) {
      case 'quote':
      case 'trade':
      case 'bar':
      case 'revise_bar':
      case 'luld':
      case 'correct_trade':
      case 'cancel_trade':
        return this.#print(command);
      case 'halt':
      case 'resume':
      case 'pause':
        return this.#halt(command);
      case 'split':
      case 'corporate_action':
      case 'delist':
      case 'asset':
        return this.#company(command);
      case 'shift_prices':
        shift.add(command.symbol ?? null, command.percent, core.now, command.overMs);
        return done;
      case 'drop_streams':
        dropStreams();
        return done;
    }
    return runAccountCommand(core, command);
  }

  #print(
    command: Of<
      'quote' | 'trade' | 'bar' | 'revise_bar' | 'luld' | 'correct_trade' | 'cancel_trade'
    >,
  ): Done {
    const { core, feed } = this.#parts;
    const { symbol } = command;
    const at = core.now;
    switch (command.do) {
      case 'quote': {
        const [bidPrice, askPrice] = [decimal(command.bid), decimal(command.ask)];
        const { bidSize, askSize } = command;
        feed({ kind: 'quote', quote: { symbol, at, bidPrice, askPrice, bidSize, askSize } });
        return done;
      }
      case 'trade': {
        const [price, id] = [decimal(command.price), this.#nextTradeId()];
        feed({ kind: 'trade', trade: { symbol, at, price, size: command.size, id } });
        return done;
      }
      case 'bar':
        feed({ kind: 'bar', bar: barOf(command) });
        return done;
      case 'revise_bar':
        core.notify({ kind: 'updated_bar', bar: barOf(command) });
        return done;
      case 'luld': {
        const [limitUp, limitDown] = [decimal(command.limitUp), decimal(command.limitDown)];
        core.notify({ kind: 'luld', symbol, limitUp, limitDown });
        return done;
      }
      case 'correct_trade':
      case 'cancel_trade':
        return this.#correct(command);
    }
  }

  #correct(command: Of<'correct_trade' | 'cancel_trade'>): Done {
    const { core } = this.#parts;
    const original = core.latestTrade(command.symbol);
    if (original === null) return failed(`${command.symbol} has not traded yet`);
    if (command.do === 'cancel_trade') {
      core.notify({ kind: 'cancel_error', trade: original, action: command.action });
      return done;
    }
    const corrected = { ...original, price: decimal(command.price), id: this.#nextTradeId() };
    core.notify({ kind: 'correction', original, corrected });
    return done;
  }

  #halt(command: Of<'halt' | 'resume' | 'pause'>): Done {
    const { core } = this.#parts;
    const { symbol } = command;
    switch (command.do) {
      case 'halt':
        core.halt(symbol, command.reason);
        return done;
      case 'resume':
        core.resume(symbol, command.reason);
        return done;
      case 'pause':
        core.pause(symbol, command.forMs);
        return done;
    }
  }

  #company(command: Of<'split' | 'corporate_action' | 'delist' | 'asset'>): Done {
    const { core } = this.#parts;
    const { symbol } = command;
    switch (command.do) {
      case 'split':
        core.applySplit(symbol, command.newShares, command.oldShares);
        return done;
      case 'delist':
        core.delist(symbol);
        return done;
      case 'asset': {
        const { do: _, symbol: __, ...flags } = command;
        const given = Object.entries(flags).filter(([, value]) => value !== undefined);
        core.changeAsset(symbol, Object.fromEntries(given));
        return done;
      }
      case 'corporate_action':
        return this.#announce(command);
    }
  }

  #announce(command: Of<'corporate_action'>): Done {
    const { core } = this.#parts;
    const { recordDate, payableDate } = command;
    const terms = termsOf(command);
    if (terms.kind === 'name_change' && core.asset(terms.newSymbol) !== null) {
      return failed(`${terms.newSymbol} is listed already`);
    }
    const action = core.announce({
      terms,
      exDate: command.exDate ?? core.calendar.dateOf(core.now),
      ...(recordDate === undefined ? {} : { recordDate }),
      ...(payableDate === undefined ? {} : { payableDate }),
    });
    return { ok: true, result: { id: action.id, exDate: action.exDate } };
  }

  #nextTradeId(): number {
    this.#tradeId += 1;
    return this.#tradeId;
  }
}

function termsOf({ symbol, terms }: Of<'corporate_action'>): CorporateActionTerms {
  switch (terms.kind) {
    case 'cash_dividend':
    case 'cash_merger':
      return { ...terms, symbol, rate: decimal(terms.rate) };
    case 'name_change':
    case 'worthless_removal':
      return { ...terms, symbol };
  }
}

function barOf(command: Of<'bar' | 'revise_bar'>): Bar {
  const { symbol, at, durationMs, volume, tradeCount } = command;
  const [open, high, low] = [decimal(command.open), decimal(command.high), decimal(command.low)];
  const close = decimal(command.close);
  const vwap = (high + low + close) / 3n;
  return { symbol, at, durationMs, open, high, low, close, volume, tradeCount, vwap };
}
