import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { createAlpacaClient } from '../../src/adapters/alpaca/client.ts';
import { createPassThroughServer } from './server.ts';

const [url = '', keyId = '', secret = ''] = process.argv.slice(2);
await createPassThroughServer(createAlpacaClient({ keyId, secret, endpoint: { url } })).connect(
  new StdioServerTransport(),
);
