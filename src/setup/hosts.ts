import { posix, win32 } from 'node:path';
import type { EntryPlace, JsonRecord } from './json-edit.ts';

export const hostNames = ['claude-desktop', 'claude-code', 'vscode', 'cursor'] as const;

export type HostName = (typeof hostNames)[number];

/** What tells where programs of this user keep their settings. Null where it is not said. */
type UserPlaces = {
  readonly platform: string;
  readonly home: string;
  /** `APPDATA` of Windows. */
  readonly roaming: string | null;
  /** `XDG_CONFIG_HOME`. */
  readonly configHome: string | null;
  /** `CLAUDE_CONFIG_DIR`. */
  readonly claudeHome: string | null;
};

/** A program that starts MCP servers, and how it is told of them. */
export type Host = {
  readonly title: string;
  readonly place: EntryPlace;
  /** What it wants in an entry besides command, arguments and environment. */
  readonly extra: { readonly type?: 'stdio' };
  /** The file for everything that this user does with it. */
  readonly configFile: (places: UserPlaces) => string;
  /** What makes it read the file. */
  readonly nextStep: string;
  /** A link that makes it offer to install an entry; null where the host follows none. */
  readonly installLink: ((entry: JsonRecord) => string) | null;
};

const SERVER = 'bigbrother';

export const hosts: Readonly<Record<HostName, Host>> = {
  'claude-desktop': {
    title: 'Claude Desktop',
    place: { section: 'mcpServers', name: SERVER },
    extra: {},
    configFile: (places) => applicationFile(places, 'Claude', 'claude_desktop_config.json'),
    nextStep: 'Quit Claude Desktop and open it again.',
    installLink: null,
  },
  'claude-code': {
    title: 'Claude Code',
    place: { section: 'mcpServers', name: SERVER },
    extra: { type: 'stdio' },
    configFile: (places) => joined(places, places.claudeHome ?? places.home, '.claude.json'),
    nextStep: 'End Claude Code sessions and start anew; /mcp shows it.',
    installLink: null,
  },
  vscode: {
    title: 'VS Code',
    place: { section: 'servers', name: SERVER },
    extra: { type: 'stdio' },
    configFile: (places) => applicationFile(places, 'Code', 'User', 'mcp.json'),
    nextStep: 'In VS Code: "MCP: List Servers", bigbrother, Start Server.',
    installLink: (entry) => {
      const named = encodeURIComponent(JSON.stringify({ name: SERVER, ...entry }));
      return `vscode:mcp/install?${named}`;
    },
  },
  cursor: {
    title: 'Cursor',
    place: { section: 'mcpServers', name: SERVER },
    extra: {},
    configFile: (places) => joined(places, places.home, '.cursor', 'mcp.json'),
    nextStep: 'In Cursor: Settings, MCP; switch bigbrother on.',
    installLink: (entry) => {
      const config = Buffer.from(JSON.stringify(entry)).toString('base64');
      const query = new URLSearchParams({ name: SERVER, config });
      return `cursor://anysphere.cursor-deeplink/mcp/install?${query}`;
    },
  },
};

function applicationFile(places: UserPlaces, ...names: readonly string[]): string {
  const { platform, home, roaming, configHome } = places;
  if (platform === 'darwin') {
    return joined(places, home, 'Library', 'Application Support', ...names);
  }
  if (platform === 'win32') {
    return joined(places, roaming ?? joined(places, home, 'AppData', 'Roaming'), ...names);
  }
  return joined(places, configHome ?? joined(places, home, '.config'), ...names);
}

const joined = ({ platform }: UserPlaces, ...names: readonly string[]): string =>
  (platform === 'win32' ? win32 : posix).join(...names);
