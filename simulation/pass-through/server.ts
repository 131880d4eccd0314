import type { trading } from '@alpacahq/alpaca-trade-api';
import { ApiError } from '@alpacahq/alpaca-trade-api';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { AlpacaClient } from '../../src/adapters/alpaca/client.ts';

const symbol = z.string();
const amount = z.string();

/**
 * An MCP server as most of those for Alpaca are: each tool is one request of the API, and what
 * the agent says is what is sent. A test subject, no part of the product.
 */
export function createPassThroughServer({ trading }: AlpacaClient): McpServer {
  const server = new McpServer({ name: 'pass-through', version: '0' });
  server.registerTool('get_positions', { description: 'All open positions' }, () =>
    answering(() => trading.positions.getAllOpenPositions()),
  );
  server.registerTool(
    'get_orders',
    { description: 'The open orders', inputSchema: { symbol } },
    ({ symbol }) =>
      answering(() => trading.orders.getAllOrders({ status: 'open', symbols: symbol })),
  );
  server.registerTool(
    'place_stock_order',
    {
      description: 'Places an order',
      inputSchema: {
        ...{ symbol, quantity: amount },
        side: z.enum(['buy', 'sell']),
        type: z.enum(['market', 'stop', 'stop_limit']),
        stop_price: amount.optional(),
        limit_price: amount.optional(),
      },
    },
    (args) => answering(() => trading.orders.postOrder({ postOrderRequest: orderFrom(args) })),
  );
  server.registerTool(
    'cancel_order_by_id',
    { description: 'Cancels an order', inputSchema: { order_id: z.string() } },
    ({ order_id }) =>
      answering(async () => {
        await trading.orders.deleteOrderByOrderID({ orderId: order_id });
        return {};
      }),
  );
  server.registerTool(
    'close_position',
    { description: 'Closes a position', inputSchema: { symbol } },
    ({ symbol }) =>
      answering(() => trading.positions.deleteOpenPosition({ symbolOrAssetId: symbol })),
  );
  return server;
}

function orderFrom(asked: {
  readonly symbol: string;
  readonly quantity: string;
  readonly side: 'buy' | 'sell';
  readonly type: 'market' | 'stop' | 'stop_limit';
  readonly stop_price?: string | undefined;
  readonly limit_price?: string | undefined;
}): trading.PostOrderRequest {
  const { symbol, quantity, side, type, stop_price, limit_price } = asked;
  return {
    ...{ symbol, side, type, qty: quantity },
    timeInForce: type === 'market' ? 'day' : 'gtc',
    ...(stop_price === undefined ? {} : { stopPrice: stop_price }),
    ...(limit_price === undefined ? {} : { limitPrice: limit_price }),
  };
}

async function answering(call: () => Promise<unknown>): Promise<CallToolResult> {
  try {
    return { content: [{ type: 'text', text: JSON.stringify(await call()) }] };
  } catch (error) {
    const text =
      error instanceof ApiError ? await error.response.text() : `no answer: ${String(error)}`;
    return { isError: true, content: [{ type: 'text', text }] };
  }
}
