import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { HostModel, HostModels } from '../ports/host-model.ts';

/** Offers the host's model for as long as it is connected, where the host says that it has one. */
export function registerSampling(server: McpServer, models: HostModels): void {
  const before = { init: server.server.oninitialized, close: server.server.onclose };
  let leave = (): void => {};
  server.server.oninitialized = () => {
    before.init?.();
    leave();
    const model = modelOf(server);
    leave = model === null ? () => {} : models.join(model);
  };
  server.server.onclose = () => {
    leave();
    before.close?.();
  };
}

/** The model of a host that takes `sampling/createMessage`; null for one that does not. */
function modelOf({ server }: McpServer): HostModel | null {
  if (server.getClientCapabilities()?.sampling === undefined) return null;
  return {
    async ask({ instructions, text, maxTokens }, timeoutMs, signal) {
      const { content } = await server.createMessage(
        {
          systemPrompt: instructions,
          messages: [{ role: 'user', content: { type: 'text', text } }],
          ...{ maxTokens, temperature: 0 },
        },
        { timeout: timeoutMs, signal },
      );
      if (content.type !== 'text') throw new TypeError('the host answered with what is no text');
      return content.text;
    },
  };
}
