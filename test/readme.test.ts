import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadSettings } from '../src/config.ts';

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
