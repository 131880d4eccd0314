import { completable } from '@modelcontextprotocol/sdk/server/completable.js';
import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import {
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { describedBy } from '../../src/server/answers/answer-shape.ts';

/** What the suite's scenarios ask for by name, on a server of ours; in no build. */
export function registerFixtures(server: McpServer): void {
  registerPlainTools(server);
  registerTalkingTools(server);
  registerAskingTools(server);
  registerTestResources(server);
  registerTestPrompts(server);
}

/** One red pixel. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
/** Silence. */
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=';
const PAUSE_MS = 50;
const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

const text = (said: string) => ({ type: 'text' as const, text: said });
const image = { type: 'image' as const, data: PNG, mimeType: 'image/png' };
const resource = (uri: string, mimeType: string, said: string) => ({
  type: 'resource' as const,
  resource: { uri, mimeType, text: said },
});

function registerPlainTools(server: McpServer): void {
  const answering = (
    name: string,
    content: ReturnType<typeof text | typeof resource>[] | object[],
  ) => server.registerTool(name, { description: name }, () => ({ content: content as [] }));
  answering('test_simple_text', [text('This is a simple text response for testing.')]);
  answering('test_image_content', [image]);
  answering('test_audio_content', [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }]);
  const embedded = 'This is an embedded resource content.';
  answering('test_embedded_resource', [
    resource('test://embedded-resource', 'text/plain', embedded),
  ]);
  answering('test_multiple_content_types', [
    text('Multiple content types test:'),
    image,
    resource('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
  ]);
  server.registerTool('test_error_handling', { description: 'Always fails' }, () => {
    throw new Error('This tool intentionally returns an error for testing');
  });
  const inputSchema = describedBy({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: {
      address: {
        type: 'object',
        properties: { street: { type: 'string' }, city: { type: 'string' } },
      },
    },
    properties: { name: { type: 'string' }, address: { $ref: '#/$defs/address' } },
    additionalProperties: false,
  });
  server.registerTool(
    'json_schema_2020_12_tool',
    { description: 'Tool with JSON Schema 2020-12 features', inputSchema },
    () => ({ content: [text('ok')] }),
  );
}

function registerTalkingTools(server: McpServer): void {
  server.registerTool('test_tool_with_logging', { description: 'Logs' }, async (extra) => {
    const log = (data: string) =>
      extra.sendNotification({ method: 'notifications/message', params: { level: 'info', data } });
    await log('Tool execution started');
    await pause();
    await log('Tool processing data');
    await pause();
    await log('Tool execution completed');
    return { content: [text('logged')] };
  });
  server.registerTool('test_tool_with_progress', { description: 'Progresses' }, async (extra) => {
    const progressToken = extra._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      if (progressToken !== undefined) {
        const params = { progressToken, progress, total: 100 };
        await extra.sendNotification({ method: 'notifications/progress', params });
      }
      await pause();
    }
    return { content: [text('progressed')] };
  });
  server.registerTool('test_reconnection', { description: 'Ends its stream' }, async (extra) => {
    extra.closeSSEStream?.();
    await pause();
    return { content: [text('Reconnection test completed successfully')] };
  });
}

function registerAskingTools(server: McpServer): void {
  server.registerTool(
    'test_sampling',
    { description: 'Samples', inputSchema: { prompt: z.string() } },
    async ({ prompt }) => {
      const { content } = await server.server.createMessage({
        messages: [{ role: 'user', content: text(prompt) }],
        maxTokens: 100,
      });
      const said = Array.isArray(content) ? content[0] : content;
      return { content: [text(`LLM response: ${said?.type === 'text' ? said.text : ''}`)] };
    },
  );
  const asks = async (message: string, properties: object, required?: string[]) => {
    const requestedSchema = { type: 'object', properties, ...(required ? { required } : {}) };
    const { action, content } = await server.server.elicitInput({
      message,
      requestedSchema: requestedSchema as never,
    });
    return { action, content: JSON.stringify(content ?? {}) };
  };
  server.registerTool(
    'test_elicitation',
    { description: 'Asks', inputSchema: { message: z.string() } },
    async ({ message }) => {
      const properties = {
        username: { type: 'string', description: "User's response" },
        email: { type: 'string', description: "User's email address" },
      };
      const { action, content } = await asks(message, properties, ['username', 'email']);
      return { content: [text(`User response: action: ${action}, content: ${content}`)] };
    },
  );
  const completes = (name: string, properties: object) =>
    server.registerTool(name, { description: name }, async () => {
      const { action, content } = await asks('Please answer', properties);
      return { content: [text(`Elicitation completed: action=${action}, content=${content}`)] };
    });
  completes('test_elicitation_sep1034_defaults', {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  });
  const titled = ['First', 'Second', 'Third'].map((title, index) => ({
    const: `value${index + 1}`,
    title: `${title} Option`,
  }));
  const plain = ['option1', 'option2', 'option3'];
  completes('test_elicitation_sep1330_enums', {
    untitledSingle: { type: 'string', enum: plain },
    titledSingle: { type: 'string', oneOf: titled },
    legacyEnum: {
      type: 'string',
      enum: ['opt1', 'opt2', 'opt3'],
      enumNames: ['Option One', 'Option Two', 'Option Three'],
    },
    untitledMulti: { type: 'array', items: { type: 'string', enum: plain } },
    titledMulti: { type: 'array', items: { anyOf: titled } },
  });
}

function registerTestResources(server: McpServer): void {
  const plain = { description: 'Static text', mimeType: 'text/plain' };
  server.registerResource('static-text', 'test://static-text', plain, (uri) => ({
    contents: [
      {
        ...{ uri: uri.href, mimeType: 'text/plain' },
        text: 'This is the content of the static text resource.',
      },
    ],
  }));
  const binary = { description: 'A pixel', mimeType: 'image/png' };
  server.registerResource('static-binary', 'test://static-binary', binary, (uri) => ({
    contents: [{ uri: uri.href, mimeType: 'image/png', blob: PNG }],
  }));
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { description: 'By id', mimeType: 'application/json' },
    (uri, { id }) => {
      const said = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
      return { contents: [{ uri: uri.href, mimeType: 'application/json', text: said }] };
    },
  );
  // Ours follows its own resources alone; the suite's is none of them.
  server.server.setRequestHandler(SubscribeRequestSchema, () => ({}));
  server.server.setRequestHandler(UnsubscribeRequestSchema, () => ({}));
}

function registerTestPrompts(server: McpServer): void {
  const user = (content: object) => ({ role: 'user' as const, content: content as never });
  server.registerPrompt('test_simple_prompt', { description: 'Simple' }, () => ({
    messages: [user(text('This is a simple prompt for testing.'))],
  }));
  server.registerPrompt(
    'test_prompt_with_arguments',
    {
      description: 'With arguments',
      argsSchema: { arg1: completable(z.string(), () => ['paris', 'park']), arg2: z.string() },
    },
    ({ arg1, arg2 }) => ({
      messages: [user(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))],
    }),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'With a resource', argsSchema: { resourceUri: z.string() } },
    ({ resourceUri }) => ({
      messages: [
        user(resource(resourceUri, 'text/plain', 'Embedded resource content for testing.')),
        user(text('Please process the embedded resource above.')),
      ],
    }),
  );
  server.registerPrompt('test_prompt_with_image', { description: 'With an image' }, () => ({
    messages: [user(image), user(text('Please analyze the image above.'))],
  }));
}
