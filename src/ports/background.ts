import type { AdvisorStatus, SymbolBackground } from '../domain/answers.ts';
import type { Ticker } from '../domain/ids.ts';

/** Who is asked outside, and what is known from there. It only answers; nothing waits for it. */
export type Background = {
  servers(): readonly AdvisorStatus[];
  about(symbol: Ticker): SymbolBackground;
};
