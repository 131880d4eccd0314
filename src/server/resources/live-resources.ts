import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import { ErrorCode, McpError, type ReadResourceResult } from '@modelcontextprotocol/sdk/types.js';
import { getHistory } from '../../../tools/get-history.ts';
import { getPortfolioContext } from '../../../tools/get-portfolio-context.ts';
import type { Tool } from '../../../tools/tool.ts';
import { type RunnerParts, ToolRunner } from '../answers/tool-runner.ts';
import { EVENTS, GUARDRAILS, PORTFOLIO } from '../notices/material-change.ts';

const JSON_TYPE = 'application/json';
const MOST_COMPLETIONS = 100;

type Parts = {
  readonly runner: RunnerParts;
  /** Guardrails with what they allow and what is used of it, as JSON; null where nobody says. */
  readonly guardrails: (() => Promise<string | null>) | null;
};

/** The account as it is now: the answers of the tools, for hosts that attach or follow them. */
export function registerLiveResources(server: McpServer, { runner, guardrails }: Parts): void {
  const quiet = { ...runner, isJournalled: false };
  const reader = (tool: Tool) => new ToolRunner(tool, quiet);
  const [portfolio, history] = [reader(getPortfolioContext), reader(getHistory)];
  server.registerResource(
    'portfolio',
    PORTFOLIO,
    { title: 'Portfolio', description: 'What is held and how it is covered', mimeType: JSON_TYPE },
    (uri) => answerOf(uri, portfolio, {}),
  );
  server.registerResource(
    'position',
    new ResourceTemplate('bigbrother://positions/{symbol}', {
      list: undefined,
      complete: { symbol: (typed) => symbolsLike(typed, runner) },
    }),
    { title: 'Position', description: 'Everything about one position', mimeType: JSON_TYPE },
    (uri, { symbol }) => answerOf(uri, portfolio, { symbol }),
  );
  server.registerResource(
    'events',
    EVENTS,
    { title: 'Events', description: 'What happened lately', mimeType: JSON_TYPE },
    (uri) => answerOf(uri, history, {}),
  );
  if (guardrails === null) return;
  server.registerResource(
    'guardrails',
    GUARDRAILS,
    {
      title: 'Guardrails',
      description: 'What is never allowed, and how near',
      mimeType: JSON_TYPE,
    },
    async (uri) => contents(uri, runner.redactor.answer((await guardrails()) ?? '{}')),
  );
}

/** Symbols that are held, by how they begin. */
export function symbolsLike(typed: string, { bigBrother }: RunnerParts): string[] {
  const positions = bigBrother.snapshot()?.positions ?? [];
  const begun = typed.toUpperCase();
  const found = positions
    .map(({ symbol }) => String(symbol))
    .filter((each) => each.startsWith(begun));
  return found.sort().slice(0, MOST_COMPLETIONS);
}

async function answerOf(
  uri: URL,
  reader: ToolRunner,
  args: Readonly<Record<string, unknown>>,
): Promise<ReadResourceResult> {
  const { content, isError } = await reader.run(args, new AbortController().signal);
  const [first] = content;
  const text = first?.type === 'text' ? first.text : '{}';
  if (isError === true) throw new McpError(ErrorCode.InvalidParams, text);
  return contents(uri, text);
}

const contents = (uri: URL, text: string): ReadResourceResult => ({
  contents: [{ uri: uri.href, mimeType: JSON_TYPE, text }],
});
