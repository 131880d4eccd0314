import type { McpServer, RegisteredTool } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { Mode } from '../../domain/environment.ts';
import { describedBy, listedInputOf } from '../answers/answer-shape.ts';
import { type RunnerParts, ToolRunner } from '../answers/tool-runner.ts';
import { type AppApprovals, AppDesk } from './app-desk.ts';
import { appTools, SHOW_PLAN } from './app-tools.ts';
import { PAGE_TYPE, showsPages } from './shows-pages.ts';

const PAGE_URI = 'ui://bigbrother/guard.html';
/** Before the extension was stable, hosts looked for the page here. */
const OLD_KEY = 'ui/resourceUri';

/** Where the app finds the secret of a plan: beside the answer, where no model reads. */
const SECRET_KEY = 'bigbrother/secret';

/** The model's own tools whose results the page shows. */
const SHOWN_BY_PAGE: readonly string[] = ['get_portfolio_context', 'propose_plan'];

/**
 * The page of the app and its tools. They are there only for a host that says it shows pages of
 * servers; for every other host the lists are what they would be without.
 */
export function registerApp(
  server: McpServer,
  parts: {
    /** The page, whole: one file that loads nothing. */
    readonly page: string;
    readonly approvals: AppApprovals;
    readonly runner: RunnerParts;
    readonly mode: Mode;
    /** The model's own tools, by name. */
    readonly registered: ReadonlyMap<string, RegisteredTool>;
  },
): void {
  const { page, approvals, runner, mode, registered } = parts;
  const { bigBrother, ids } = runner;
  const desk = new AppDesk({ approvals, bigBrother, connectionSecret: ids.next('app') });
  const ownTools = appTools(desk, mode).map((tool) => {
    const call = new ToolRunner(tool, { ...runner, isJournalled: tool.effect !== 'reads' });
    return server.registerTool(
      tool.name,
      {
        title: tool.title,
        description: tool.description,
        inputSchema: describedBy(listedInputOf(tool)),
        annotations: { ...tool.annotations },
        _meta: { ui: { visibility: ['app'] } },
      },
      async (args, { signal }) => {
        const result = await call.run(args, signal);
        return tool.name === SHOW_PLAN ? withSecret(result, args, desk) : result;
      },
    );
  });
  const resource = server.registerResource(
    'guard',
    PAGE_URI,
    {
      title: 'BigBrother: board and approvals',
      description: 'The guarded account as a board, and the card that a person answers a plan on.',
      mimeType: PAGE_TYPE,
    },
    () => ({ contents: [{ uri: PAGE_URI, mimeType: PAGE_TYPE, text: page, _meta: PAGE_META }] }),
  );
  const own = [...ownTools, resource];
  for (const each of own) each.enabled = false;
  const before = server.server.oninitialized;
  server.server.oninitialized = () => {
    before?.();
    if (!showsPages(server.server.getClientCapabilities())) return;
    for (const each of own) each.enabled = true;
    for (const name of SHOWN_BY_PAGE) {
      const tool = registered.get(name);
      if (tool) tool._meta = { ui: { resourceUri: PAGE_URI }, [OLD_KEY]: PAGE_URI };
    }
  };
}

/** Nothing is loaded from anywhere. */
const PAGE_META = { ui: { csp: {}, prefersBorder: true } };

function withSecret(
  result: CallToolResult,
  { plan_id: planId, hash }: Readonly<Record<string, unknown>>,
  desk: AppDesk,
): CallToolResult {
  if (typeof planId !== 'string' || typeof hash !== 'string') return result;
  const secret = desk.secretFor(planId, hash);
  return secret === null ? result : { ...result, _meta: { [SECRET_KEY]: secret } };
}
