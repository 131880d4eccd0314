// What a server without a mind of its own answers: the broker's three bodies as they are.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

const { APCA_API_BASE_URL: url, APCA_API_KEY_ID: key, APCA_API_SECRET_KEY: secret } = process.env;
const headers = { 'APCA-API-KEY-ID': key ?? '', 'APCA-API-SECRET-KEY': secret ?? '' };
const read = async (path) => (await fetch(`${url}/v2/${path}`, { headers })).text();
const told = (text) => ({ content: [{ type: 'text', text }] });

const server = new McpServer({ name: 'pass-through', version: '0.0.0' });
server.registerTool('show_portfolio', { description: 'Account, positions, orders' }, async () =>
  told((await Promise.all(['account', 'positions', 'orders?limit=500'].map(read))).join('\n')),
);
server.registerTool(
  'place_order',
  { description: 'Places an order', inputSchema: { order: z.record(z.string(), z.string()) } },
  async ({ order }) => {
    const body = JSON.stringify(order);
    const sent = { method: 'POST', body };
    const answer = await fetch(`${url}/v2/orders`, {
      ...sent,
      headers: { ...headers, 'content-type': 'application/json' },
    });
    return told(await answer.text());
  },
);
await server.connect(new StdioServerTransport());
