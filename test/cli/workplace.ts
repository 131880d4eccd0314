import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { CliProcess } from './run-cli.ts';

type Env = Readonly<Record<string, string>>;

/** A directory for each test, and the processes that work there; both are gone after it. */
export function useWorkplace(name: string) {
  let directory = '';
  let running: CliProcess[] = [];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), `bigbrother-${name}-`));
    running = [];
  });
  afterEach(async () => {
    for (const process of running) process.signal('SIGKILL');
    await Promise.all(running.map((process) => process.ended()));
    rmSync(directory, { recursive: true });
  });
  const path = (...names: readonly string[]): string => join(directory, ...names);
  return {
    path,
    start: (args: readonly string[], env: Env = {}): CliProcess => {
      const process = new CliProcess(args, env);
      running.push(process);
      return process;
    },
    settings: (content: object): void =>
      writeFileSync(path('settings.json'), JSON.stringify(content)),
    /** Where a BigBrother finds its settings and keeps its data. */
    place: () => ({
      BIGBROTHER_DATA_DIR: path('data'),
      BIGBROTHER_CONFIG: path('settings.json'),
    }),
  };
}

/** What an exchange prints for whoever wants to use it: its address, and an account's keys. */
export async function accessTo(exchange: CliProcess): Promise<Env> {
  const [printed] = await exchange.says(/^APCA[\s\S]*Ctrl-C/m);
  const lines = [...printed.matchAll(/^(APCA_\w+)=(.+)$/gm)];
  return Object.fromEntries(lines.map(([, name, value]) => [name ?? '', value ?? '']));
}

/** The headers that a request with those keys bears. */
export const headersOf = ({ APCA_API_KEY_ID = '', APCA_API_SECRET_KEY = '' }: Env) => ({
  'APCA-API-KEY-ID': APCA_API_KEY_ID,
  'APCA-API-SECRET-KEY': APCA_API_SECRET_KEY,
});
