/** Takes secrets out of text before it leaves the process or reaches the journal. */
export type Redactor = {
  /** For text of unknown origin: everything that looks like a secret is masked as well. */
  readonly freeText: (text: string) => string;
  /** For our own answers, whose hashes and ids have to stay: only the secrets handed in. */
  readonly answer: (text: string) => string;
};

const MASK = '[redacted]';
const SHORTEST_SECRET = 6;
const LONGEST_TEXT = 2_000;

/** Label kept, value masked. */
const LABELLED: readonly RegExp[] = [
  /(apca-api-(?:key-id|secret-key)\W{0,4})[^\s"',;}]+/gi,
  /(authorization\W{0,4}(?:bearer|basic)?\s*)[^\s"',;}]+/gi,
  /(\b(?:bearer|basic)\s+)[\w.~+/=-]{8,}/gi,
  /(\b(?:secret|token|password|api[_-]?key|key[_-]?id|secret[_-]?key)["']?\s*[:=]\s*["']?)[^\s"',;}&]+/gi,
  /(:\/\/)[^\s/@]+(?=@)/g,
];
/** Alpaca's key ids: PK paper, AK live, CK broker. */
const KEY_ID = /\b[PAC]K[A-Z0-9]{12,}\b/g;
const LONG_TOKEN = /[A-Za-z0-9+/_=-]{32,}/g;
/** Our ids and the broker's are long, and no secret. */
const UUID = /^([a-z]+-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function createRedactor(secrets: readonly string[]): Redactor {
  const known = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    // A secret that holds another one goes first, or its tail would stay.
    .sort((a, b) => b.length - a.length)
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);
  const answer = (text: string): string =>
    known.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);

  const freeText = (text: string): string => {
    let masked = answer(text);
    for (const pattern of LABELLED) masked = masked.replace(pattern, `$1${MASK}`);
    masked = masked
      .replace(KEY_ID, MASK)
      .replace(LONG_TOKEN, (token) => (UUID.test(token) ? token : MASK));
    return masked.length <= LONGEST_TEXT ? masked : `${masked.slice(0, LONGEST_TEXT)}…`;
  };
  return { freeText, answer };
}
