import type { Payment, RecordedExecution } from '../../domain/order.ts';
import type { EpochMs } from '../../domain/time.ts';
import { BrokerError, type Lane } from '../../ports/broker.ts';
import type { AlpacaClient } from './client.ts';
import { paymentFrom, recordedExecutionFrom } from './mapping.ts';
import type { AlpacaTransport } from './transport.ts';
import { fillActivitiesAnswer, parseBody, paymentsAnswer, type WireFillActivity } from './wire.ts';

const PAGE_SIZE = 100; // Alpaca's most.
const MOST_PAGES = 200;
/** An option's symbol ends in its day, its kind and its strike; options are not ours to guard. */
const OPTION = /\d{6}[CP]\d{8}$/;

/** Reads what was executed out of the account's record, page by page. */
export class ExecutionReader {
  readonly #client: AlpacaClient;
  readonly #transport: AlpacaTransport;

  constructor(client: AlpacaClient, transport: AlpacaTransport) {
    this.#client = client;
    this.#transport = transport;
  }

  /** After `since`, oldest first. @throws BrokerError */
  async read(since: EpochMs, lane: Lane): Promise<readonly RecordedExecution[]> {
    const found: WireFillActivity[] = [];
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const rows = await this.#page(since, found.at(-1)?.id ?? null, lane);
      found.push(...rows);
      if (rows.length < PAGE_SIZE) {
        return found.filter(({ symbol }) => !OPTION.test(symbol)).map(recordedExecutionFrom);
      }
    }
    const because = `more than ${MOST_PAGES * PAGE_SIZE} executions since the last known one`;
    throw new BrokerError(because, { outcome: 'unknown' });
  }

  /** The newest hundred that came or went since, oldest first. @throws BrokerError */
  async readPayments(since: EpochMs): Promise<readonly Payment[]> {
    const newestFirst = await this.#transport.read({
      what: 'GET /v2/account/activities CSD,CSW,JNLC',
      lane: 'read',
      send: (init) =>
        this.#client.trading.accountActivities.getAccountActivitiesRaw(
          {
            activityTypes: ['CSD', 'CSW', 'JNLC'],
            after: new Date(since),
            direction: 'desc',
            pageSize: PAGE_SIZE,
          },
          init,
        ),
      parse: (body) => parseBody(paymentsAnswer, body).map(paymentFrom),
    });
    return [...newestFirst].reverse();
  }

  #page(
    since: EpochMs,
    pageToken: string | null,
    lane: Lane,
  ): Promise<readonly WireFillActivity[]> {
    return this.#transport.read({
      what: 'GET /v2/account/activities/FILL',
      lane,
      send: (init) =>
        this.#client.trading.accountActivities.getAccountActivitiesByActivityTypeRaw(
          {
            activityType: 'FILL',
            after: new Date(since),
            direction: 'asc',
            pageSize: PAGE_SIZE,
            ...(pageToken === null ? {} : { pageToken }),
          },
          init,
        ),
      parse: (body) => parseBody(fillActivitiesAnswer, body),
    });
  }
}
