import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Pin } from './mcp-advisor.ts';

/** The servers whose tools we know, each as one version of one package has them. */
export const KNOWN_SERVERS = {
  memory: {
    packageName: '@modelcontextprotocol/server-memory',
    version: '0.6.3',
    tools: ['create_entities', 'create_relations', 'add_observations', 'open_nodes', 'read_graph'],
    toolsHash: '656e84e79b6947eeca20fe059d15fed93cd7182ec4a228bed2130c31fdc28d2d',
  },
  thinking: {
    packageName: '@modelcontextprotocol/server-sequential-thinking',
    version: '2026.8.31',
    tools: ['sequentialthinking'],
    toolsHash: 'c04dc363b9c3a85347c07c3a065fd80cc89f24cc382627f6cbbc3030115ab76b',
  },
  market: {
    packageName: '@perplexity-ai/mcp-server',
    version: '1.2.1',
    tools: ['perplexity_ask'],
    toolsHash: '80e7e74882f0be59d09998b3ae4f3925b901d59fae77fcc3061f7cd37836b797',
  },
} as const;
export type ServerName = keyof typeof KNOWN_SERVERS;

/** @param toolsHash of a server that the owner named instead; absent for the one we pinned */
export function pinOf(server: ServerName, toolsHash?: string | null): Pin {
  const { version, tools, toolsHash: known } = KNOWN_SERVERS[server];
  if (toolsHash === undefined) return { name: server, version, tools, toolsHash: known };
  return { name: server, version: null, tools, toolsHash };
}

/** The file that starts a server, out of its installed package; null where it is not installed. */
export function programOf(server: ServerName, from: string = import.meta.url): string | null {
  const { packageName } = KNOWN_SERVERS[server];
  const require = createRequire(from);
  try {
    const path = require.resolve(`${packageName}/package.json`);
    const { bin } = require(path) as { readonly bin?: Readonly<Record<string, string>> };
    const [entry] = Object.values(bin ?? {});
    return entry === undefined ? null : join(dirname(path), entry);
  } catch {
    return null;
  }
}
