import { type createPrivateKey, generateKeyPairSync, hash, sign } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { MemoryEventStore } from '../../src/adapters/event-stores/memory.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { canonicalText } from '../../src/domain/canonical.ts';
import type { EventType } from '../../src/domain/event.ts';
import { EventLogger } from '../../src/runtime/journal/event-logger.ts';
import { type Finding, JournalVerifier, type Origin } from '../../src/verifier/journal-verifier.ts';

const RECORDS = 200;
const KINDS: readonly EventType[] = ['decision_made', 'step_intended', 'fill_received', 'started'];

let records: readonly string[] = [];

beforeAll(() => {
  const store = new MemoryEventStore();
  const clock = new VirtualClock(Date.UTC(2026, 9, 8, 15));
  const logger = new EventLogger({ store, clock, bootId: 'boot-1' });
  for (let index = 0; index < RECORDS; index += 1) {
    logger.log({
      type: KINDS[index % KINDS.length] ?? 'started',
      actor: 'loop',
      symbol: index % 3 === 0 ? null : 'AAPL',
      planId: index % 2 === 0 ? null : `plan-${index}`,
      // What a hostile text can do at most: look like a field of the record.
      body: { quantity: '10', text: `","hash":"${'0'.repeat(64)}"`, at: index },
    });
  }
  logger.commit();
  records = [...store.scan(1)].map(canonicalText);
});

function check(
  texts: readonly string[],
  given: ConstructorParameters<typeof JournalVerifier>[0] = {},
): Finding {
  const verifier = new JournalVerifier(given);
  for (const text of texts) if (!verifier.take(text)) break;
  return verifier.finding();
}

/** Where the record at `index` continues, so that one record can be checked by itself. */
const before = (index: number): Origin => ({
  seq: index,
  hash: hashOf(records[index - 1]),
  // Whatever stands before: a record by itself is not held to any root.
  frontier: [],
});

const hashOf = (text: string | undefined): string =>
  text === undefined ? '0'.repeat(64) : (JSON.parse(text) as { hash: string }).hash;

describe('the independent verifier', () => {
  it('finds a journal good that nobody touched', () => {
    expect(check(records)).toMatchObject({ ok: true, records: RECORDS, firstBadSeq: null });
  });

  it('finds every single flipped bit, and names the record', () => {
    const missed: string[] = [];
    records.forEach((text, index) => {
      const bytes = Buffer.from(text);
      const origin = before(index);
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const at = bit >> 3;
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
        const { ok, firstBadSeq } = check([bytes.toString('latin1')], { origin });
        if (ok || firstBadSeq !== index + 1) missed.push(`${index + 1}:${bit}`);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
      }
    });
    expect(missed).toEqual([]);
  });

  it('finds every deletion but that of the end', () => {
    for (let gone = 0; gone < RECORDS - 1; gone += 1) {
      const { ok, firstBadSeq } = check(records.toSpliced(gone, 1));
      expect({ ok, firstBadSeq }).toEqual({ ok: false, firstBadSeq: gone + 1 });
    }
  });

  it('finds every repeated record', () => {
    records.forEach((text, index) => {
      const { ok, firstBadSeq } = check(records.toSpliced(index, 0, text));
      expect({ ok, firstBadSeq }).toEqual({ ok: false, firstBadSeq: index + 2 });
    });
  });

  it('finds every two neighbours that changed places', () => {
    for (let index = 0; index < RECORDS - 1; index += 1) {
      const [first = '', second = ''] = records.slice(index, index + 2);
      const { ok, firstBadSeq } = check(records.toSpliced(index, 2, second, first));
      expect({ ok, firstBadSeq }).toEqual({ ok: false, firstBadSeq: index + 1 });
    }
  });

  it('finds a cut end by an anchor, and cannot see it without one', () => {
    const whole = check(records);
    const anchors = [{ size: RECORDS, root: whole.root }];
    expect(check(records, { anchors }).ok).toBe(true);
    for (let size = 0; size < RECORDS; size += 1) {
      const cut = records.slice(0, size);
      expect(check(cut, { anchors })).toMatchObject({ ok: false, firstBadSeq: size + 1 });
      expect(check(cut).ok).toBe(true);
    }
  });

  it('finds a journal that was written anew from some record on, by an anchor from before', () => {
    const anchors = [{ size: 100, root: check(records.slice(0, 100)).root }];
    const store = new MemoryEventStore();
    const clock = new VirtualClock(Date.UTC(2026, 9, 8, 15));
    const forger = new EventLogger({ store, clock, bootId: 'boot-1' });
    for (let index = 0; index < RECORDS; index += 1) {
      forger.log({ type: 'started', actor: 'loop', body: {} });
    }
    forger.commit();
    const forged = [...store.scan(1)].map(canonicalText);
    expect(check(forged).ok).toBe(true);
    expect(check(forged, { anchors })).toMatchObject({ ok: false, records: 100 });
  });

  it('finds a column that says something else than its record', () => {
    const [text = ''] = records;
    const { at, type } = JSON.parse(text) as { at: number; type: string };
    const columns = { seq: 1, at, type, symbol: null, planId: null, orderId: null };
    expect(new JournalVerifier().take(text, columns)).toBe(true);
    const others = { seq: 2, at: at + 1, type: 'stopped', symbol: 'A', planId: 'p', orderId: 'o' };
    for (const [name, value] of Object.entries(others)) {
      const verifier = new JournalVerifier();
      expect(verifier.take(text, { ...columns, [name]: value })).toBe(false);
      expect(verifier.finding().because).toContain(name);
    }
  });

  it('computes the Merkle root that RFC 9162 defines', () => {
    for (const size of [0, 1, 2, 3, 5, 8, 13, RECORDS]) {
      const hashes = records.slice(0, size).map(hashOf);
      expect(check(records.slice(0, size)).root).toBe(merkleRootOf(hashes).toString('hex'));
    }
  });
});

describe('a checkpoint', () => {
  const { privateKey } = generateKeyPairSync('ed25519');

  it('signs for all records before it', () => {
    const texts = withCheckpoint(privateKey);
    expect(check(texts)).toMatchObject({ ok: true, checkpoints: 1, signedUpTo: 20 });
  });

  it.each([
    ['another root', { root: 'f'.repeat(64) }, 'signs other records'],
    ['another size', { size: 19 }, 'signs 19 records'],
    ['another last record', { lastHash: 'f'.repeat(64) }, 'another last record'],
    ['another checkpoint before it', { previous: 'f'.repeat(64) }, 'does not follow'],
    ['a signature that is none', { signature: 'AAAA' }, 'signature'],
  ])('with %s is found', (_, forged, because) => {
    const finding = check(withCheckpoint(privateKey, forged));
    expect(finding).toMatchObject({ ok: false, firstBadSeq: 21 });
    expect(finding.because).toContain(because);
  });

  it('by another key than the expected one is found', () => {
    const { x: publicKey = '' } = generateKeyPairSync('ed25519').publicKey.export({
      format: 'jwk',
    });
    expect(check(withCheckpoint(privateKey), { publicKeys: [publicKey] })).toMatchObject({
      ok: false,
      because: 'its checkpoint is signed by another key',
    });
  });
});

/** Twenty records and a checkpoint over them, made by hand as docs/audit.md describes it. */
function withCheckpoint(
  key: ReturnType<typeof createPrivateKey>,
  forged: Record<string, unknown> = {},
): readonly string[] {
  const store = new MemoryEventStore();
  const clock = new VirtualClock(Date.UTC(2026, 9, 8, 15));
  const logger = new EventLogger({ store, clock, bootId: 'boot-1' });
  for (let index = 0; index < 20; index += 1) {
    logger.log({ type: 'started', actor: 'system', body: { index } });
  }
  logger.commit();
  const hashes = [...store.scan(1)].map((record) => record.hash);
  const { x: publicKey = '' } = key.export({ format: 'jwk' });
  const statement = {
    lastHash: hashes.at(-1) ?? '',
    previous: null,
    publicKey,
    root: merkleRootOf(hashes).toString('hex'),
    size: 20,
  };
  const said = `bigbrother checkpoint v1\n${JSON.stringify(statement)}`;
  const signature = sign(null, Buffer.from(said), key).toString('base64url');
  const body = { ...statement, signature, ...forged };
  logger.log({ type: 'checkpoint_signed', actor: 'system', body });
  logger.commit();
  return [...store.scan(1)].map(canonicalText);
}

/** The recursive definition of RFC 9162, 2.1.1; the verifier goes another way. */
function merkleRootOf(entries: readonly string[]): Buffer {
  const digest = (...parts: readonly (Buffer | string)[]): Buffer =>
    hash('sha256', Buffer.concat(parts.map((part) => Buffer.from(part))), 'buffer');
  if (entries.length === 0) return digest();
  if (entries.length === 1) return digest(Buffer.of(0), entries[0] ?? '');
  let split = 1;
  while (split * 2 < entries.length) split *= 2;
  return digest(
    Buffer.of(1),
    merkleRootOf(entries.slice(0, split)),
    merkleRootOf(entries.slice(split)),
  );
}
