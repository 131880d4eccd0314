import type { JSONRPCRequest } from '@modelcontextprotocol/sdk/types.js';
import type { Mode } from '../../domain/environment.ts';
import { showsPages } from '../app/shows-pages.ts';
import { instructionsFor } from './instructions.ts';
import type { Named } from './relay-answers.ts';

type Result = Readonly<Record<string, unknown>>;
/** By method. */
type Lists = Readonly<Record<string, Result>>;

/** What the server says of itself whatever the account, written down when it was built. */
export type Greeting = {
  readonly protocolVersions: readonly string[];
  /** Without the protocol version and the instructions, which differ. */
  readonly initialize: Result;
  /** As far as the mode goes, for hosts that show pages of servers and for those that do not. */
  readonly lists: Readonly<Record<Mode, { readonly plain: Lists; readonly withPages: Lists }>>;
};

/** What a host may ask for before it asks for anything of the account. */
export const LISTS = [
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
] as const;

/** All that the server ever answers, with an account or without one. */
const ANSWERED: ReadonlySet<string> = new Set([
  ...['initialize', 'ping', ...LISTS, 'tools/call', 'prompts/get', 'resources/read'],
  ...['resources/subscribe', 'resources/unsubscribe', 'completion/complete', 'logging/setLevel'],
]);

/** A host of another protocol asks for what is not here, and waits for the no to go on with ours. */
export const isAnswered = ({ method }: JSONRPCRequest): boolean => ANSWERED.has(method);

/** Answers for a server that is still to come; null for what only that one can answer. */
export type Greeter = (request: JSONRPCRequest) => Result | null;

/** @param named what the settings say; the owner may go less far */
export function greeterOf(greeting: Greeting, named: Named): Greeter {
  const { plain, withPages } = greeting.lists[named.mode];
  let lists = plain;
  return ({ method, params }) => {
    if (method === 'ping') return {};
    if (method !== 'initialize') return lists[method] ?? null;
    if (!isIntroduction(params)) return null;
    const { protocolVersion: asked, capabilities } = params;
    lists = showsPages(capabilities) ? withPages : plain;
    const [latest] = greeting.protocolVersions;
    const protocolVersion = greeting.protocolVersions.includes(asked) ? asked : latest;
    return { ...greeting.initialize, protocolVersion, instructions: instructionsFor(named) };
  };
}

type Introduction = { readonly protocolVersion: string; readonly capabilities: unknown };

/** Anything else is an error, and the server says which. */
function isIntroduction(params: unknown): params is Introduction {
  const { protocolVersion, capabilities, clientInfo } = (params ?? {}) as Record<string, unknown>;
  const { name, version } = (clientInfo ?? {}) as Record<string, unknown>;
  const isNamed = typeof name === 'string' && typeof version === 'string';
  return typeof protocolVersion === 'string' && isObject(capabilities) && isNamed;
}

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
