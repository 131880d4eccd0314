/** A part of an answer, told by its place: nothing is copied of it. */
export type Passage = { readonly body: string; readonly from: number; readonly to: number };

const [QUOTE, BACKSLASH, OPENS, CLOSES] = [34, 92, 123, 125] as const;
/** How an object begins whose first field is its id. */
const HEAD = '{"id":"';

/** Whether the same text stands at this place of another answer. */
export const isFoundAt = ({ body, from, to }: Passage, other: string, at: number): boolean =>
  other.slice(at, at + to - from) === body.slice(from, to);

/** The id of the object that begins at this place; null when it does not begin with one. */
export function idAt(body: string, from: number): string | null {
  if (!body.startsWith(HEAD, from)) return null;
  const begins = from + HEAD.length;
  const ends = body.indexOf('"', begins);
  return ends === -1 ? null : body.slice(begins, ends);
}

/** The place behind the object that begins here; null when none does, or it has no end. */
export function endOfObject(body: string, from: number): number | null {
  if (body.charCodeAt(from) !== OPENS) return null;
  let depth = 0;
  for (let at = from; at < body.length; at += 1) {
    const code = body.charCodeAt(at);
    if (code === QUOTE) at = endOfText(body, at);
    else if (code === OPENS) depth += 1;
    else if (code === CLOSES) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return null;
}

/** Undefined when it is no JSON. */
export function valueIn(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Where the text that begins here has its closing quote. */
function endOfText(body: string, from: number): number {
  for (let at = from + 1; at < body.length; at += 1) {
    const code = body.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE) return at;
  }
  return body.length;
}
