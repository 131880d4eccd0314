import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { fileExists, readTextFile } from '../../adapters/system/files.ts';
import { RandomIds } from '../../adapters/system/random-ids.ts';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import { compose, type Running } from '../../compose.ts';
import type { Settings } from '../../config.ts';
import { sha256 } from '../../domain/canonical.ts';
import { text } from '../../domain/decimal.ts';
import { PaperExchange } from '../../paper-exchange/exchange.ts';
import type { TapeView } from '../../web/page/page-data.ts';
import {
  MADE_UP_DAYS,
  madeUpAccount,
  madeUpMarket,
  madeUpPositions,
  simulationStart,
} from '../exchange/embedded-exchange.ts';
import { ScaledClock } from '../exchange/scaled-clock.ts';
import { newYorkTime } from '../shared/new-york-time.ts';
import { blastInWords, blastRadiusOf, grossOf } from './blast-words.ts';
import { tapeAt, tapeOf } from './exchange-tape.ts';

/** BigBrother at work, and the tape of the exchange that it works on where that is simulated. */
export type Started = Running & { readonly tape: () => Promise<TapeView> };

/** Starts BigBrother as the settings say, in real time, with nothing guarded yet. */
export async function startBigBrother(
  settings: Settings,
  reload: () => Settings,
): Promise<Started> {
  const ids = new RandomIds();
  const real = new SystemClock();
  if (settings.venue.kind === 'alpaca') {
    const account = { clock: real, ids, exchange: null, journal: 'file' } as const;
    const running = await compose(settings, { ...account, reload, codeHash: codeHash() });
    return { ...running, tape: tapeAt(settings.venue) };
  }
  const clock = new ScaledClock(real, simulationStart(real.now()), 1);
  // A new account each time: the exchange forgets, and the journal must not remember for it.
  const seed = ids.next('exchange');
  const made = { symbols: madeUpMarket, historyDays: MADE_UP_DAYS };
  const market = { kind: 'generated', ...made } as const;
  const exchange = new PaperExchange(
    { seed, accounts: [madeUpAccount(madeUpPositions)], market },
    clock,
  );
  const embedded = { clock, ids, exchange, journal: 'file' } as const;
  const running = await compose(settings, { ...embedded, reload, codeHash: codeHash() });
  return { ...running, tape: tapeOf(exchange) };
}

/** Digest of the program that runs: of every file of it, as scripts/build.mjs lists them. */
function codeHash(): string {
  const read = (path: string): string =>
    readTextFile(fileURLToPath(new URL(path, import.meta.url)));
  if (!fileExists(fileURLToPath(new URL('program.json', import.meta.url)))) {
    return sha256(read(import.meta.url));
  }
  const files = z.array(z.string()).parse(JSON.parse(read('program.json')));
  // The list names them as they lie beside each other in the folder above this one.
  return sha256(files.map((file) => `${file} ${sha256(read(`../${file}`))}\n`).join(''));
}

/** Which account this is, whose money, and how far BigBrother may go. */
export function announcementOf(running: Running): string {
  const { bigBrother, clock, journalPath, isEmbedded, unreadBecause, settings } = running;
  const { environment, mode, accountNumber } = bigBrother.status();
  const lines = [`BigBrother: ${environment} account ${accountNumber}, mode ${mode}.`];
  if (isEmbedded) {
    lines.push(
      'No keys are set, so this is the built-in paper exchange with made-up prices and a fresh ' +
        `account that is forgotten at the end; its time is ${newYorkTime(clock.now())} New York.`,
    );
  }
  if (environment === 'live') lines.push('REAL MONEY: this is the live account.');
  const snapshot = bigBrother.snapshot();
  if (snapshot !== null) {
    const equity = text(snapshot.account.equity);
    const gross = grossOf(snapshot.positions);
    const rules = { ...settings.rules(), mode };
    lines.push(blastInWords(blastRadiusOf(rules, environment, { equity, gross })));
  }
  if (unreadBecause !== null) {
    lines.push(`Positions and orders are not known yet: ${unreadBecause}. It is tried again.`);
  }
  if (journalPath !== null) lines.push(`Journal: ${journalPath}`);
  return lines.join('\n');
}
