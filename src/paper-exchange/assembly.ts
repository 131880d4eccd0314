import type { Clock } from '../ports/clock.ts';
import type { Journal } from './control/journal.ts';
import type { Bar, ExchangeEvent } from './core/basics/types.ts';
import type { ExchangeCore } from './core/exchange-core.ts';
import { venueAt } from './core/market-data.ts';
import type { PaperExchangeOptions } from './exchange-options.ts';
import { FaultyAnswers } from './faults/answers.ts';
import { BrokerFaults } from './faults/broker-faults.ts';
import { Display } from './faults/display.ts';
import type { FaultBook } from './faults/fault-book.ts';
import { PastPositions } from './faults/past-positions.ts';
import { requestFacts } from './faults/request-facts.ts';
import { internalError, keysOf, type RestRequest, type RestResponse } from './protocol/request.ts';
import { Gate } from './wire/gate.ts';
import { RestApi } from './wire/rest/rest-api.ts';
import { RuledStreamFaults } from './wire/stream-faults.ts';
import { defaultStreamSettings, Streams } from './wire/streams.ts';

export type WireParts = {
  readonly options: PaperExchangeOptions;
  readonly core: ExchangeCore;
  readonly faults: FaultBook;
  readonly clock: Clock;
  readonly journal: Journal | null;
  /** Does what a request asks, with time brought up to date. */
  readonly process: (request: RestRequest) => RestResponse;
};

/** All that stands between the core and its clients. */
export type Wire = {
  readonly rest: RestApi;
  readonly gate: Gate;
  readonly streams: Streams;
  readonly onEvent: (event: ExchangeEvent) => void;
  /** Once the exchange has its first prices. */
  readonly begin: () => void;
};

/** Puts the wire together, with the faults at all its places. */
export function assembleWire({ options, core, faults, clock, journal, process }: WireParts): Wire {
  const { onFault } = options;
  const names = new Map(core.accountIds.map((id) => [id, [id, core.account(id).accountNumber]]));
  const namesOf = (accountId: string): readonly string[] => names.get(accountId) ?? [];
  const display = new Display();
  core.interfere(new BrokerFaults(faults, () => core.now, namesOf));

  const rest = new RestApi(core, {
    ...(options.rest === undefined ? {} : { settings: options.rest }),
    ...(onFault === undefined ? {} : { onFault }),
  });
  const past = new PastPositions(faults, positionsReader(core, options));
  const begin = () => past.begin(core.accountIds, clock.now());
  faults.onAdded(begin);
  const accountOf = (request: RestRequest) => accountOfKeys(core, request);
  const answers = new FaultyAnswers(display, (request, agoMs) =>
    past.at(accountOf(request) ?? '', request.path, clock.now() - agoMs),
  );
  const orderOf = (accountId: string, orderId: string) =>
    core.order(accountId, orderId)?.order ?? null;
  const gate = new Gate({
    ...{ seed: options.seed, clock, faults, answers, journal, replies: options.replies ?? [] },
    factsOf: (request) => requestFacts(request, { accountOf, namesOf, orderOf }),
    process: (request) => {
      try {
        return process(request);
      } catch (error) {
        onFault?.(error, request);
        return internalError;
      }
    },
  });
  const streams = new Streams({
    clock,
    handshakeClock: options.handshakeClock ?? clock,
    settings: { ...defaultStreamSettings, ...options.streams },
    authenticate: (keyId, secretKey) => core.authenticate(keyId, secretKey),
    venueAt: (at) => venueAt(core.calendar, at),
    todayOf: (symbol) => dayOf(core, symbol),
    faults: new RuledStreamFaults(faults, display, () => clock.now(), namesOf),
    onFault: (error, path) => onFault?.(error, streamRequest(path)),
  });
  const onEvent = (event: ExchangeEvent): void => {
    past.onEvent(event);
    streams.onEvent(event);
  };
  return { rest, gate, streams, onEvent, begin };
}

/** The day's bar so far; null before the first bar that counts into it. */
function dayOf(core: ExchangeCore, symbol: string): Bar | null {
  const { newest } = core.dailyBars(symbol);
  const { calendar, now } = core;
  return newest !== null && newest.at >= calendar.midnightOf(calendar.dateOf(now)) ? newest : null;
}

function accountOfKeys(core: ExchangeCore, request: RestRequest): string | null {
  const { keyId, secretKey } = keysOf(request);
  return core.authenticate(keyId, secretKey);
}

/** Reads positions as their owner would, without it counting as a request. */
function positionsReader(core: ExchangeCore, { accounts }: PaperExchangeOptions) {
  const rest = new RestApi(core, { settings: { requestsPerMinute: null } });
  return (accountId: string): string => {
    const { keyId = '', secretKey = '' } = accounts[core.accountIds.indexOf(accountId)] ?? {};
    const headers = { 'apca-api-key-id': keyId, 'apca-api-secret-key': secretKey };
    const query = new URLSearchParams();
    return rest.handle({ method: 'GET', path: '/v2/positions', query, headers, body: '' }).body;
  };
}

const streamRequest = (path: string): RestRequest => ({
  ...{ method: 'GET', path, query: new URLSearchParams(), headers: {}, body: '' },
});
