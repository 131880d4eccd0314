import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import type { ApprovalChannel } from '../../domain/approval.ts';

/** No default: a form that is sent off untouched says nothing. */
const form = () => ({
  type: 'object' as const,
  properties: {
    approve: {
      type: 'boolean' as const,
      title: 'Approve this plan',
      description: 'Yes sends these orders, once. Anything else is a no.',
    },
  },
  required: ['approve'],
});

/**
 * A host that can put a form to its person; null for one that cannot. What comes back is the
 * host's own word for it, so the settings say how far it counts.
 */
export function elicitationOf({ server }: McpServer): ApprovalChannel | null {
  if (server.getClientCapabilities()?.elicitation?.form === undefined) return null;
  return {
    async ask({ lines }, timeoutMs, signal) {
      const question = { message: lines.join('\n'), requestedSchema: form() };
      try {
        const options = { timeout: timeoutMs, signal };
        const { action, content } = await server.elicitInput(question, options);
        return action === 'accept' && content?.approve === true ? 'yes' : 'no';
      } catch (error) {
        // An answer that does not fit the form is an answer, and no yes.
        const isAnswer = error instanceof McpError && error.code === ErrorCode.InvalidParams;
        return isAnswer ? 'no' : 'silence';
      }
    },
  };
}
