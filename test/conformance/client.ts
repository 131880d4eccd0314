import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpAdvisor } from '../../src/adapters/advisors/mcp-advisor.ts';
import { SystemClock } from '../../src/adapters/system/system-clock.ts';

/** Our client as the suite starts it: the address comes last, the scenario by its name. */
const url = new URL(process.argv.at(-1) ?? '');
const scenario = process.env.MCP_CONFORMANCE_SCENARIO ?? '';
const calls: Readonly<Record<string, readonly [string, object]>> = {
  tools_call: ['add_numbers', { a: 2, b: 3 }],
  'sse-retry': ['test_reconnection', {}],
};

const [tool, args] = calls[scenario] ?? ['none', {}];
const advisorWith = (toolsHash: string | null) =>
  new McpAdvisor({
    pin: { name: 'suite', version: null, tools: [tool], toolsHash },
    open: () => new StreamableHTTPClientTransport(url),
    clock: new SystemClock(),
  });

// What nobody has pinned is asked nothing: it says what its tools are, and that is all.
const first = advisorWith(null);
await first.call(tool, args as never, 10_000).catch(() => undefined);
const { toolsHash } = first.status();
first.close();
if (scenario in calls) {
  const second = advisorWith(toolsHash);
  await second.call(tool, args as never, 10_000);
  second.close();
}
