import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/server/answers/redact.ts';

const SECRET = 'canary/Secret+0123456789abcdefghijklmnop';
const redactor = createRedactor([SECRET, 'PKCANARY000000000001', 'abc']);

describe('text of unknown origin', () => {
  it.each([
    ['a secret that was handed in', `boom ${SECRET} boom`, 'boom [redacted] boom'],
    ['its URL form', `?key=1&s=${encodeURIComponent(SECRET)}&x`, '?key=1&s=[redacted]&x'],
    ['a header with a value', 'APCA-API-SECRET-KEY: s3cr3t', 'APCA-API-SECRET-KEY: [redacted]'],
    ['a header in JSON', '{"apca-api-key-id":"xyz"}', '{"apca-api-key-id":"[redacted]"}'],
    ['a bearer token', 'Authorization: Bearer abc.def', 'Authorization: Bearer [redacted]'],
    ['a bearer token alone', 'sent bearer abcdefgh12', 'sent bearer [redacted]'],
    ['a labelled secret', 'secret_key=hunter2 failed', 'secret_key=[redacted] failed'],
    ['a password in a URL', 'https://me:pass@host/x', 'https://[redacted]@host/x'],
    ['a key id of another account', 'key AKZZZZZZZZZZZZZZZZZZ', 'key [redacted]'],
    ['a long token', `got ${'aB3'.repeat(14)} there`, 'got [redacted] there'],
  ])('loses %s', (_, text, expected) => {
    expect(redactor.freeText(text)).toBe(expected);
  });

  it('keeps ids that are long but no secret', () => {
    const text = 'order 904837e3-3b76-47ec-b432-046db621571b of plan-0123456789abcdef in AAPL';
    expect(redactor.freeText(text)).toBe(text);
  });

  it('ends after two thousand letters', () => {
    expect(redactor.freeText('no '.repeat(5000))).toHaveLength(2_001);
  });
});

describe('our own answers', () => {
  it('lose the secrets handed in and keep their hashes', () => {
    const hash = 'f'.repeat(64);
    expect(redactor.answer(`${hash} PKCANARY000000000001`)).toBe(`${hash} [redacted]`);
  });

  it('lose a secret in the form JSON writes it', () => {
    const quoted = createRedactor(['sec"ret\\value']);
    expect(quoted.answer(JSON.stringify({ text: 'sec"ret\\value' }))).toBe('{"text":"[redacted]"}');
  });

  it('are not torn by a secret too short to be one', () => {
    expect(redactor.answer('abc')).toBe('abc');
  });
});
