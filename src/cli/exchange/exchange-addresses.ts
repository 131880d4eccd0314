import type { HttpListener } from '../../adapters/system/http-listener.ts';
import { isoTime } from '../../domain/time.ts';
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
  const { listener, accounts, token, hasPage, saved } = announced;
  const { url, socket } = placeOf(listener);
  const [first, ...others] = accounts.map((account, place) => {
    const { account_number, kind } = accountAt(announced, account, place);
    return { ...account, title: `${account_number}, ${kind}` };
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

/** The same for a program whose output goes into a log: without secret keys and the token. */
export function startFacts(announced: Announced) {
  const { listener, accounts, token, hasPage, saved } = announced;
  const { url, socket } = placeOf(listener);
  return {
    url,
    trading_stream: `${socket}/stream`,
    data_stream: `${socket}/v2/iex`,
    accounts: accounts.map((account, place) => accountAt(announced, account, place)),
    page: hasPage ? `${url}/` : null,
    control: token === null ? null : `${url}/__sim`,
    resumed_from: saved === null ? null : isoTime(saved.at),
  };
}

const placeOf = ({ host, port }: HttpListener) => ({
  url: `http://${host}:${port}`,
  socket: `ws://${host}:${port}`,
});

function accountAt({ exchange: { core } }: Announced, account: AccountOptions, place: number) {
  const { accountNumber } = core.account(core.accountIds[place] ?? '');
  const kind = account.multiplier === '1' ? 'cash' : 'margin';
  return { account_number: accountNumber, kind, key_id: account.keyId };
}
