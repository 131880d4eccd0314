import { connectAlpaca } from '../adapters/alpaca/connect.ts';
import type { Settings } from '../config.ts';
import type { Environment } from '../domain/environment.ts';
import type { Account } from '../domain/portfolio.ts';
import { type Broker, BrokerError } from '../ports/broker.ts';
import { StartError } from './start-error.ts';
import type { System } from './system.ts';

/** The broker's three connections, to Alpaca or to the exchange inside this process. */
export function connect({ venue }: Settings, { clock, exchange }: System) {
  if (venue.kind === 'alpaca') {
    const { environment, endpoint, keyId, secretKey: secret } = venue;
    return { environment, ...connectAlpaca({ keyId, secret, endpoint }, clock) };
  }
  if (exchange === null) throw new Error('an embedded venue needs an exchange');
  const { keyId, secretKey: secret } = exchange.credentials;
  const { fetchApi, wsFactory } = exchange;
  // No socket is opened; were one, it would end on this machine.
  const endpoint = { url: 'http://127.0.0.1' };
  const client = { keyId, secret, endpoint, fetchApi, wsFactory };
  return { environment: 'simulated' as const, ...connectAlpaca(client, clock) };
}

/**
 * Reads the account for the first time: every start begins with it.
 *
 * @throws StartError when the broker refuses or cannot be reached
 */
export async function firstLook(broker: Broker, environment: Environment): Promise<Account> {
  try {
    // Whatever has to be protected waits for this.
    return await broker.readAccount('protect');
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    const because = `The ${environment} account cannot be read: ${error.message}.`;
    throw new StartError(`${because} ${adviceFor(error)}`, { cause: error });
  }
}

function adviceFor({ status, outcome }: BrokerError): string {
  if (status === 401 || status === 403) {
    return 'Check that the keys are right and belong to this environment.';
  }
  if (status === 429) return 'Too many requests reach this account; wait a minute.';
  if (outcome === 'rejected') return 'Check that APCA_API_BASE_URL is the address of Alpaca.';
  return 'Check the network and APCA_API_BASE_URL, then try again.';
}

/** @throws StartError when the keys belong to another account than the one that was named */
export function refuseOtherAccount({ accountNumber }: Account, venue: Settings['venue']): void {
  const expected = venue.kind === 'alpaca' ? venue.accountNumber : null;
  if (expected === null || expected === accountNumber) return;
  throw new StartError(
    `The keys belong to account ${accountNumber}, but BIGBROTHER_LIVE_ACCOUNT names ${expected}; ` +
      'nothing was done. Use the keys of that account, or name this one.',
  );
}
