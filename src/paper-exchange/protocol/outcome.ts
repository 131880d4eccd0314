import type { RestRequest, RestResponse } from './request.ts';

/** How a request ends for the client. One that is never settled hangs. */
export type Outcome =
  | { readonly kind: 'answered'; readonly response: RestResponse }
  /** The head promises all of the body; after so many bytes the line breaks. */
  | { readonly kind: 'cut'; readonly response: RestResponse; readonly bytes: number }
  /** The line is closed without an answer. */
  | { readonly kind: 'closed' }
  /** The line is reset. */
  | { readonly kind: 'reset' };

/** Takes a request and settles it once, now or later, or never. */
export type Answer = (request: RestRequest, settle: (outcome: Outcome) => void) => void;
