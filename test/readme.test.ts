import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadSettings } from '../src/config.ts';
import { hosts } from '../src/setup/hosts.ts';
import { freshEntry } from '../src/setup/server-entry.ts';

const readme = readFileSync('README.md', 'utf8');
const blocks = (language: string) =>
  [...readme.matchAll(/```(\w+)\n([\s\S]*?)```/g)]
    .filter((match) => match[1] === language)
    .map((match) => match[2] ?? '');

describe('the README', () => {
  it('shows settings that are accepted as they stand', () => {
    const settings = blocks('json').find((block) => block.includes('"policies"'));
    const directory = mkdtempSync(join(tmpdir(), 'readme-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const path = join(directory, 'bigbrother.config.json');
    writeFileSync(path, settings ?? '');
    expect(loadSettings(path, {}).rules.mode).toBe('execute');
  });

  it('shows a host configuration that names the built command line', () => {
    const host = blocks('json').find((block) => block.includes('mcpServers')) ?? '{}';
    const { mcpServers } = JSON.parse(host) as {
      mcpServers: Record<string, { command: string; args: string[] }>;
    };
    const { bin } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      bin: { bigbrother: string };
    };
    expect(mcpServers.bigbrother?.args[0]?.endsWith(join('bigbrother', bin.bigbrother))).toBe(true);
    expect(mcpServers.bigbrother?.args).toContain('mcp');
  });

  it.each([
    ['vscode', 'vscode.dev', (config: string) => config],
    ['cursor', 'cursor.com', (config: string) => Buffer.from(config, 'base64').toString()],
  ] as const)(
    'has a link that enters the linked command in %s as setup would',
    (name, at, read) => {
      const { bin } = JSON.parse(readFileSync('package.json', 'utf8')) as { bin: object };
      const [command = ''] = Object.keys(bin);
      const [, address = ''] = new RegExp(`\\]\\((https://${at}/[^)]+)\\)`).exec(readme) ?? [];
      const { searchParams } = new URL(address);
      expect(searchParams.get('name')).toBe(hosts[name].place.name);
      expect(JSON.parse(read(searchParams.get('config') ?? ''))).toEqual(
        freshEntry(hosts[name], { command, args: ['mcp'], env: {} }),
      );
    },
  );

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...readme.matchAll(/npm (?:run )?(start|test|demo|build|check|bench)\b/g)].map(
      (match) => match[1] ?? '',
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});
