import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  DataDirectory,
  dataDirectoryPath,
  directoriesIn,
  FileError,
  fileExists,
  readTextFile,
  temporaryDirectory,
} from '../../../src/adapters/system/files.ts';
import { ListenError, listen } from '../../../src/adapters/system/http-listener.ts';
import { RandomIds } from '../../../src/adapters/system/random-ids.ts';
import { SeededIds } from '../../../src/adapters/system/seeded-ids.ts';
import { onShutdown } from '../../../src/adapters/system/shutdown.ts';
import { SystemClock } from '../../../src/adapters/system/system-clock.ts';

const scratch = mkdtempSync(join(tmpdir(), 'bigbrother-system-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('ids', () => {
  it('are readable, prefixed and never the same twice', () => {
    const ids = new RandomIds();
    const made = new Set(Array.from({ length: 1_000 }, () => ids.next('plan')));
    expect(made.size).toBe(1_000);
    for (const id of made) expect(id).toMatch(/^plan-[0-9a-hjkmnp-tv-z]{26}$/);
  });

  it('repeat for the same seed and differ for another', () => {
    const take = (seed: string): string[] => {
      const ids = new SeededIds(seed);
      return [ids.next('plan'), ids.next('run'), ids.next('plan')];
    };
    expect(take('7')).toEqual(take('7'));
    expect(take('7')).not.toEqual(take('8'));
    expect(new Set(take('7')).size).toBe(3);
    expect(take('7')[0]).toMatch(/^plan-[0-9a-hjkmnp-tv-z]{26}$/);
  });
});

describe('the data directory', () => {
  it.each([
    ['linux', {}, '/home/ada/.local/share/bigbrother'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/data/bigbrother'],
    ['darwin', {}, '/home/ada/Library/Application Support/bigbrother'],
    ['linux', { BIGBROTHER_DATA_DIR: '/srv/bb' }, '/srv/bb'],
    ['linux', { BIGBROTHER_DATA_DIR: '' }, '/home/ada/.local/share/bigbrother'],
  ] as const)('on %s with %j is %s', (platform, env, path) => {
    expect(dataDirectoryPath(env, platform, '/home/ada')).toBe(path);
  });

  it('is created for its owner only, and so are its files', () => {
    const data = DataDirectory.open(join(scratch, 'a', 'b'));
    const account = data.directory('PA1');
    expect(modeOf(data.path)).toBe(0o700);
    expect(modeOf(account.path)).toBe(0o700);
    expect(account.path).toBe(join(data.path, 'PA1'));
    expect(modeOf(account.privateFile('journal.db'))).toBe(0o600);
  });

  it('makes a file private that others could read, and keeps what is in it', () => {
    const data = DataDirectory.open(join(scratch, 'open'));
    writeFileSync(data.filePath('journal.db'), 'kept');
    chmodSync(data.filePath('journal.db'), 0o644);
    expect(modeOf(data.privateFile('journal.db'))).toBe(0o600);
    expect(readTextFile(data.filePath('journal.db'))).toBe('kept');
  });

  it('leaves the permissions of a directory alone that was there before', () => {
    const path = mkdtempSync(join(scratch, 'shared-'));
    chmodSync(path, 0o755);
    DataDirectory.open(path);
    expect(modeOf(path)).toBe(0o755);
  });

  it('names the path, the cause and the way out when it cannot be used', () => {
    const file = join(scratch, 'file');
    writeFileSync(file, '');
    expect(() => DataDirectory.open(join(file, 'data'))).toThrow(FileError);
    expect(() => DataDirectory.open(join(file, 'data'))).toThrow(
      /file\/data has a file where a directory should be: set BIGBROTHER_DATA_DIR to/,
    );
    expect(() => DataDirectory.open(file)).toThrow('has a file where a directory should be');
  });

  it('lists the directories in it, and none where there is nothing', () => {
    const data = DataDirectory.open(join(scratch, 'accounts'));
    for (const name of ['paper-2', 'live-1']) data.directory(name);
    data.privateFile('owner.lock');
    expect(directoriesIn(data.path)).toEqual(['live-1', 'paper-2']);
    expect(directoriesIn(join(data.path, 'absent'))).toEqual([]);
    expect(() => directoriesIn(data.filePath('owner.lock'))).toThrow(FileError);
    expect(fileExists(data.filePath('owner.lock'))).toBe(true);
    expect(fileExists(data.filePath('absent'))).toBe(false);
  });

  it('says which file does not exist', () => {
    expect(() => readTextFile(join(scratch, 'bars.csv'))).toThrow(/bars\.csv does not exist/);
    expect(() => readTextFile(scratch)).toThrow(/is a directory, not a file/);
  });
});

describe('a temporary directory', () => {
  it('is for its owner only, and gone with all it held once removed', () => {
    const { path, remove } = temporaryDirectory('bigbrother-test-');
    expect(modeOf(path)).toBe(0o700);
    writeFileSync(join(path, 'journal.db'), 'x');
    remove();
    expect(existsSync(path)).toBe(false);
  });
});

describe('the listener', () => {
  it('answers on a free port and closes although a connection is kept alive', async () => {
    const listener = await listen({
      host: '127.0.0.1',
      port: 0,
      onRequest: (_request, response) => response.end('hello'),
    });
    const answer = await fetch(`http://127.0.0.1:${listener.port}/`);
    expect(await answer.text()).toBe('hello');
    await listener.close();
    await expect(fetch(`http://127.0.0.1:${listener.port}/`)).rejects.toThrow();
  });

  it('names a port that is in use and what to do', async () => {
    const options = { host: '127.0.0.1', onRequest: () => {} };
    const first = await listen({ ...options, port: 0 });
    const second = listen({ ...options, port: first.port });
    await expect(second).rejects.toThrow(ListenError);
    await expect(second).rejects.toThrow(
      `port 127.0.0.1:${first.port} is in use: stop its owner or choose another port`,
    );
    await first.close();
  });

  it.each([
    ['203.0.113.7', 0, 'is no address of this machine'],
    ['127.0.0.1', 70_000, 'cannot listen on 127.0.0.1:70000'],
  ])('refuses to listen on %s:%i', async (host, port, because) => {
    const attempt = listen({ host, port, onRequest: () => {} });
    await expect(attempt).rejects.toThrow(ListenError);
    await expect(attempt).rejects.toThrow(because);
  });
});

describe('the system clock', () => {
  it('tells the time, runs a task and takes one back', async () => {
    const clock = new SystemClock();
    const before = clock.now();
    let ran = false;
    clock.after(0, () => {
      ran = true;
    })();
    await clock.sleep(2);
    expect(ran).toBe(false);
    expect(clock.now()).toBeGreaterThanOrEqual(before);
  });

  it('does not run a task at once that is due in 90 days', async () => {
    const clock = new SystemClock();
    let ran = false;
    const takeBack = clock.after(90 * 86_400_000, () => {
      ran = true;
    });
    await clock.sleep(5);
    takeBack();
    expect(ran).toBe(false);
  });
});

describe('shutdown', () => {
  it('calls the handler once, with the signal, until it is taken back', () => {
    // Packages that other tests start listen, too, and would end this process.
    const others = process.listeners('SIGTERM');
    process.removeAllListeners('SIGTERM');
    onTestFinished(() => {
      for (const other of others) process.on('SIGTERM', other);
    });
    const seen: string[] = [];
    const takeBack = onShutdown((signal) => seen.push(signal));
    process.emit('SIGTERM', 'SIGTERM');
    takeBack();
    expect(seen).toEqual(['SIGTERM']);
    expect(process.listenerCount('SIGTERM')).toBe(0);
  });
});
