import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { FileHaltLatch } from '../../../src/adapters/system/file-halt-latch.ts';
import { DataDirectory } from '../../../src/adapters/system/files.ts';
import { HaltMemory, MemoryHaltLatch } from '../../../src/adapters/system/memory-halt-latch.ts';
import type { HaltLevel } from '../../../src/domain/halt.ts';
import type { HaltLatch } from '../../../src/ports/halt-latch.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bigbrother-latch-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const asked = (level: HaltLevel, pressedAt = 1_000) => ({
  ...{ level, pressedAt, actor: 'person' as const, by: 'Klaus', because: 'a drill' },
  includesForeign: true,
});

const onDisk = (): FileHaltLatch => new FileHaltLatch(DataDirectory.open(directory));

describe.each([
  ['on disk', () => onDisk],
  [
    'in memory',
    () => {
      const memory = new HaltMemory();
      return () => new MemoryHaltLatch(memory);
    },
  ],
] as const)('a latch %s', (_, world) => {
  const open = (): (() => HaltLatch) => world();

  it('is open at first, and holds what was latched for every process', () => {
    const process = open();
    const [one, other] = [process(), process()];
    expect(one.read()).toBeNull();
    expect(one.latch(asked('entries'))).toEqual({ ...asked('entries'), since: 1_000 });
    expect(other.read()).toEqual({ ...asked('entries'), since: 1_000 });
    expect(process().read()?.by).toBe('Klaus');
  });

  it('shows the strictest level, and a milder one never takes its place', () => {
    const latch = open()();
    latch.latch(asked('entries', 1));
    latch.latch(asked('flatten', 2));
    latch.latch(asked('everything', 3));
    latch.latch(asked('entries', 4));
    expect(latch.read()).toMatchObject({ level: 'flatten', pressedAt: 2 });
  });

  it('answers with the strictest that holds then, not with the one just pressed', () => {
    const latch = open()();
    expect(latch.latch(asked('everything', 1))).toMatchObject({ level: 'everything' });
    expect(latch.latch(asked('entries', 2))).toMatchObject({ level: 'everything', pressedAt: 1 });
    expect(latch.latch(asked('flatten', 3))).toMatchObject({ level: 'flatten', pressedAt: 3 });
    expect(latch.latch(asked('flatten', 4))).toMatchObject({ since: 3, pressedAt: 4 });
  });

  it('is verified for the level that was cleared, and for no other', () => {
    const latch = open()();
    const milder = latch.latch(asked('entries', 5));
    latch.markVerified(milder);
    expect(latch.isVerified({ ...milder, level: 'everything' })).toBe(false);
    expect(latch.isVerified({ ...milder, pressedAt: 6 })).toBe(false);
    expect(latch.isVerified(milder)).toBe(true);
  });

  it('tells nobody who has stopped watching it', async () => {
    const latch = open()();
    let calls = 0;
    latch.watch(() => {
      calls += 1;
    })();
    const told = new Promise<void>((resolve) => latch.watch(resolve));
    latch.latch(asked('entries'));
    await told;
    expect(calls).toBe(0);
  });

  it('keeps its beginning when it is pressed again', () => {
    const latch = open()();
    latch.latch(asked('everything', 1));
    expect(latch.latch(asked('everything', 9))).toMatchObject({ since: 1, pressedAt: 9 });
  });

  it('is verified for one press, not for the next', () => {
    const process = open();
    const latch = process();
    const first = latch.latch(asked('everything', 1));
    expect(latch.isVerified(first)).toBe(false);
    latch.markVerified(first);
    expect(process().isVerified(first)).toBe(true);
    expect(latch.isVerified(latch.latch(asked('everything', 2)))).toBe(false);
  });

  it('ends with a lift, which keeps its name', () => {
    const process = open();
    const latch = process();
    expect(latch.lastLift()).toBeNull();
    for (const level of ['entries', 'everything', 'flatten'] as const) latch.latch(asked(level));
    process().lift({ at: 7, by: 'Anna' });
    expect(latch.read()).toBeNull();
    expect(latch.lastLift()).toEqual({ at: 7, by: 'Anna' });
  });

  it('tells those who watch it', async () => {
    const latch = open()();
    const told = new Promise<void>((resolve) => latch.watch(resolve));
    latch.latch(asked('entries'));
    await told;
  });
});

describe('a latch on disk', () => {
  it('is a file for its owner only', () => {
    onDisk().latch(asked('entries'));
    expect(readdirSync(directory).sort()).toEqual(['halt-entries.json', 'halt-reserve']);
    expect(statSync(join(directory, 'halt-entries.json')).mode & 0o077).toBe(0);
  });

  it.each([
    '',
    '{',
    '[]',
    '"x"',
    '{"since":1}',
    '{"since":"1","pressedAt":1,"by":"","because":""}',
    '{"since":1,"pressedAt":"1","by":"","because":""}',
    '{"since":1,"pressedAt":1,"by":1,"because":""}',
    '{"since":1,"pressedAt":1,"by":""}',
    'null',
  ])('that holds %j blocks what its name says', (content) => {
    const path = join(directory, 'halt-entries.json');
    writeFileSync(path, content);
    expect(onDisk().read()).toMatchObject({
      ...{ level: 'entries', actor: 'system', includesForeign: false },
      ...{ by: 'a file that tells no more', since: statSync(path).mtimeMs },
      because: 'there is a latch file for "entries", and it cannot be read',
    });
  });

  it.each(['person', 'host', 'system'])('tells that a %s has pressed it', (actor) => {
    const halt = { ...asked('entries'), actor, since: 1 };
    writeFileSync(join(directory, 'halt-entries.json'), JSON.stringify(halt));
    expect(onDisk().read()).toEqual(halt);
  });

  it('that names nobody who could press it holds no less, for the orders of BigBrother only', () => {
    const halt = { ...asked('entries'), actor: 'ghost', includesForeign: 'yes', since: 1 };
    writeFileSync(join(directory, 'halt-entries.json'), JSON.stringify(halt));
    expect(onDisk().read()).toEqual({ ...halt, actor: 'system', includesForeign: false });
  });

  it('is read again once another process has pressed it or taken it away', () => {
    const [one, other] = [onDisk(), onDisk()];
    one.latch(asked('entries', 1));
    expect(other.read()?.pressedAt).toBe(1);
    one.latch({ ...asked('entries', 22), because: 'another drill' });
    expect(other.read()).toMatchObject({ pressedAt: 22, since: 1, because: 'another drill' });
    one.lift({ at: 3, by: 'Anna' });
    expect(other.read()).toBeNull();
    one.latch(asked('entries', 4));
    expect(other.read()).toMatchObject({ pressedAt: 4, since: 4 });
  });

  it.each(['{"at":"1","by":"Anna"}', '{"at":1}', '[]', 'torn'])(
    'has no lift to tell of where the file holds %j',
    (content) => {
      writeFileSync(join(directory, 'halt-lifted.json'), content);
      expect(onDisk().lastLift()).toBeNull();
    },
  );

  it('that cannot be marked as verified is verified once more', () => {
    const latch = onDisk();
    const halt = latch.latch(asked('entries'));
    mkdirSync(join(directory, `halt-verified.json.${process.pid}.draft`));
    latch.markVerified(halt);
    expect(latch.isVerified(halt)).toBe(false);
  });

  it('tells nobody of files that are none of its own', async () => {
    let calls = 0;
    const stop = onDisk().watch(() => {
      calls += 1;
    });
    onTestFinished(stop);
    const seen = new Promise<void>((resolve) => {
      const watcher = watch(directory, (_, name) => name === 'another.json' && resolve());
      onTestFinished(() => watcher.close());
    });
    writeFileSync(join(directory, 'another.json'), '{}');
    await seen;
    expect(calls).toBe(0);
  });

  it('keeps the reserve that is there', () => {
    onDisk();
    const reserve = join(directory, 'halt-reserve');
    const { ino } = statSync(reserve);
    onDisk();
    expect(statSync(reserve)).toMatchObject({ ino, size: 1_001 });
  });

  it('that cannot be read sells nothing: a flatten that tells nothing only blocks', () => {
    writeFileSync(join(directory, 'halt-flatten.json'), 'torn');
    expect(onDisk().read()).toMatchObject({ level: 'everything', actor: 'system' });
  });

  it('counts as latched when nobody can tell whether it is', () => {
    const latch = onDisk();
    rmSync(directory, { recursive: true });
    writeFileSync(directory, 'a file where the directory was');
    expect(latch.read()).toMatchObject({ level: 'everything' });
  });

  it('takes the place of its reserve when nothing more can be written', () => {
    const latch = onDisk();
    // Where the draft would be there is a directory: no new file can be written.
    mkdirSync(join(directory, `halt-everything.json.${process.pid}.draft`));
    latch.latch(asked('everything'));
    expect(existsSync(join(directory, 'halt-reserve'))).toBe(false);
    expect(onDisk().read()).toMatchObject({ level: 'everything' });
  });

  it('holds in its own process when it cannot be written at all, and says so', () => {
    const latch = onDisk();
    rmSync(directory, { recursive: true });
    expect(() => latch.latch(asked('entries'))).toThrow(/cannot be written/);
    expect(latch.read()?.level).toBe('entries');
  });

  it('that held in its own process only ends with a lift', () => {
    const latch = onDisk();
    mkdirSync(join(directory, `halt-everything.json.${process.pid}.draft`));
    rmSync(join(directory, 'halt-reserve'));
    expect(() => latch.latch(asked('everything'))).toThrow();
    expect(latch.read()?.level).toBe('everything');
    expect(onDisk().read()).toBeNull();
    latch.lift({ at: 7, by: 'Anna' });
    expect(latch.read()).toBeNull();
  });
});
