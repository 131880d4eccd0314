import { z } from 'zod';
import type { PaperExchange } from '../../paper-exchange/exchange.ts';
import { VIEW_PATH, watchTape } from '../../paper-exchange/page/page.ts';
import type { VenueSettings } from '../../venue-settings.ts';
import type { TapeView } from '../../web/page/page-data.ts';

const ANSWERS_WITHIN_MS = 1_000;
const LONGEST_TEXT = 200;
const MOST_LINES = 40;

const word = z.string().max(LONGEST_TEXT);
const view = z.object({
  tape: z.array(
    z.object({ at: word, symbol: word, price: word, size: z.number(), move: z.number() }),
  ),
  updates: z.array(z.object({ at: word, symbol: word, event: word, what: word })),
});

/** Of the exchange inside this process. */
export function tapeOf(exchange: Pick<PaperExchange, 'core'>): () => Promise<TapeView> {
  const tape = watchTape(exchange);
  return () => Promise.resolve({ prints: tape.prints, updates: tape.updates });
}

/** Of an exchange that another process of this machine simulates; null for a real broker. */
export function tapeAt(venue: VenueSettings): () => Promise<TapeView> {
  const isSimulated = venue.kind === 'alpaca' && venue.environment === 'simulated';
  const url = isSimulated && typeof venue.endpoint === 'object' ? venue.endpoint.url : null;
  return async () => {
    if (url === null) return null;
    try {
      const signal = AbortSignal.timeout(ANSWERS_WITHIN_MS);
      const response = await fetch(new URL(VIEW_PATH, url), { signal, redirect: 'error' });
      const { tape, updates } = view.parse(await response.json());
      return { prints: tape.slice(0, MOST_LINES), updates: updates.slice(0, MOST_LINES) };
    } catch {
      // An exchange without a page, or one that is busy: there is nothing to show.
      return null;
    }
  };
}
