import type { HttpListener } from '../../adapters/system/http-listener.ts';
import type { AccountOptions } from '../../paper-exchange/core/basics/types.ts';
import type { PaperExchange } from '../../paper-exchange/exchange.ts';
import { newYorkTime } from '../shared/new-york-time.ts';

export type Announced = {
  readonly listener: HttpListener;
  readonly exchange: PaperExchange;
  readonly accounts: readonly AccountOptions[];
  /** Of the control API; null when there is none. */
  readonly token: string | null;
  readonly hasPage: boolean;
  /** Null for an exchange that has just begun. */
  readonly saved: { readonly at: number } | null;
};

/** Lines for a shell to read: the first account's as they are, all else as comments. */
export function addressesOf(announced: Announced): string {
  const { listener, exchange, accounts, token, hasPage, saved } = announced;
  const { host, port } = listener;
  const url = `http://${host}:${port}`;
  const socket = `ws://${host}:${port}`;
  const [first, ...others] = accounts.map((account, place) => {
    const { accountNumber } = exchange.core.account(exchange.core.accountIds[place] ?? '');
    const kind = account.multiplier === '1' ? 'cash' : 'margin';
    return { ...account, title: `${accountNumber}, ${kind}` };
  });
  return [
    `APCA_API_BASE_URL=${url}`,
    `APCA_API_KEY_ID=${first?.keyId}`,
    `APCA_API_SECRET_KEY=${first?.secretKey}`,
    ...others.flatMap(({ title, keyId, secretKey }) => [
      `# Account ${title}:`,
      `#   APCA_API_KEY_ID=${keyId} APCA_API_SECRET_KEY=${secretKey}`,
    ]),
    `# Account of the keys above: ${first?.title}`,
    `# REST for trading and data: ${url}`,
    `# Trading stream: ${socket}/stream   Data stream: ${socket}/v2/iex`,
    ...(hasPage ? [`# Page: ${url}/`] : []),
    ...(token === null ? [] : [`# Control API: ${url}/__sim   X-Sim-Token: ${token}`]),
    ...(saved === null ? [] : [`# Resumed from ${newYorkTime(saved.at)} New York.`]),
    '# Ctrl-C stops it.',
    '',
  ].join('\n');
}
