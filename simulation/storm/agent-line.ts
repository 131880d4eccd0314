import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';

type ToolAnswer = { readonly isError: boolean; readonly text: string };
export type CallTool = (tool: string, args: Record<string, unknown>) => Promise<ToolAnswer>;

/** One agent's own MCP connection to a server of its own, in this process. */
export async function agentLine(server: McpServer, agent: number): Promise<CallTool> {
  const client = new Client({ name: `agent-${agent}`, version: '0' });
  const [hosts, servers] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(servers), client.connect(hosts)]);
  return callThrough(client);
}

export const callThrough =
  (client: Client): CallTool =>
  async (tool, args) => {
    const request = { method: 'tools/call', params: { name: tool, arguments: args } } as const;
    const result = await client.request(request, CallToolResultSchema);
    const [first] = result.content;
    return { isError: result.isError === true, text: first?.type === 'text' ? first.text : '' };
  };
