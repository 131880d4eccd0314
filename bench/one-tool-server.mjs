// The smallest server of the same SDK, as most are shipped: unbundled, one tool. It says what it is
// told, or with ANSWER always that JSON, in both of the forms that hosts read.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

const body = JSON.parse(process.env.ANSWER ?? 'null');
const server = new McpServer({ name: 'one-tool', version: '0.0.0' });
server.registerTool(
  'echo',
  { description: 'Says it again', inputSchema: { text: z.string() } },
  ({ text }) =>
    body === null
      ? { content: [{ type: 'text', text }] }
      : { content: [{ type: 'text', text: JSON.stringify(body) }], structuredContent: body },
);
await server.connect(new StdioServerTransport());
