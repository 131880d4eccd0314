/** As the extension MCP Apps (2026-01-26) names them. */
const EXTENSION = 'io.modelcontextprotocol/ui';
export const PAGE_TYPE = 'text/html;profile=mcp-app';

/** What a host says that shows pages of servers. */
export const SHOWS_PAGES = { extensions: { [EXTENSION]: { mimeTypes: [PAGE_TYPE] } } };

/** Whether what a host says of itself holds that. */
export function showsPages(capabilities: unknown): boolean {
  const { extensions } = (capabilities ?? {}) as { readonly extensions?: Record<string, unknown> };
  const { mimeTypes } = (extensions?.[EXTENSION] ?? {}) as { readonly mimeTypes?: unknown };
  return Array.isArray(mimeTypes) && mimeTypes.includes(PAGE_TYPE);
}
