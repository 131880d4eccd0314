import type { AttackCase } from './case.ts';
import type { House } from './house.ts';
import { proposed } from './lifecycle-cases.ts';
import { injections, MARK } from './payloads.ts';

const NOT_ASCII = /[^ -~]/;

/** Text that comes from outside: the ids that other hands give their orders. */
const foreignCases = (): AttackCase[] =>
  injections
    .filter((text) => !NOT_ASCII.test(text))
    .flatMap((text, index) =>
      (['observe', 'execute'] as const).map((terms) => ({
        ...{
          name: `an order of others called ${index}, ${terms}`,
          terms,
          mayAct: false,
          perHouse: 60,
        },
        async act(house) {
          const order = {
            symbol: 'AAPL',
            qty: '1',
            side: 'sell',
            type: 'limit',
            limit_price: '150',
          };
          const named = { ...order, time_in_force: 'day', client_order_id: text.slice(0, 128) };
          const { id } = await house.byHand('POST', '/v2/orders', named);
          await house.wait(2_000);
          const found = await readEverything(house);
          if (typeof id === 'string') await house.byHand('DELETE', `/v2/orders/${id}`);
          return found;
        },
      })),
    );

/** Nothing that a host reads carries the words of others. */
async function readEverything(house: House): Promise<readonly string[]> {
  const replies = [
    await house.call('get_portfolio_context', { symbol: 'AAPL' }),
    await house.call('get_portfolio_context', {}),
    await house.call('evaluate_position', { symbol: 'AAPL' }),
    await house.call('get_history', { limit: 20 }),
    await house.call('get_history', { kind: 'orders', limit: 20 }),
    await house.call('get_history', { detail: 'full', limit: 100 }),
    await house.call('get_history', { view: 'why', symbol: 'AAPL' }),
    await house.call('get_portfolio_context', { detail: 'full' }),
  ];
  return replies.flatMap(({ message }, index) =>
    JSON.stringify(message).includes(MARK) ? [`answer ${index} carries the words of others`] : [],
  );
}

/** Orders of others under ids that look like BigBrother's own. */
const counterfeitCases = (): AttackCase[] =>
  [
    'bb1-aaaaaaaaaaaaaaaaaaaaaaaaaa',
    'bb1-',
    'bb1-AAAA',
    'BB1-aaaaaaaaaaaaaaaaaaaaaaaaaa',
    'bb2-a',
  ].map((clientOrderId) => ({
    name: `an order of others under the id ${clientOrderId}`,
    ...{ terms: 'execute', mayAct: true, perHouse: 60 },
    async act(house) {
      const order = { symbol: 'AAPL', qty: '2', side: 'sell', type: 'limit', limit_price: '150' };
      const named = { ...order, time_in_force: 'day', client_order_id: clientOrderId };
      const { id } = await house.byHand('POST', '/v2/orders', named);
      await house.wait(12_000);
      const plan = await proposed(house, { intent: 'reduce', symbol: 'AAPL', quantity: '1' });
      if (plan !== null) await house.call('execute_plan', plan);
      await house.wait(2_000);
      if (typeof id === 'string') await house.byHand('DELETE', `/v2/orders/${id}`);
      return [];
    },
  }));

const request = (method: string, params: unknown) =>
  JSON.stringify({ jsonrpc: '2.0', id: 9_000, method, params });
const lines: readonly (readonly [string, string])[] = [
  ...[
    '',
    ' ',
    '{',
    '}',
    '[]',
    '[{}]',
    'null',
    '7',
    '"text"',
    'true',
    '{}',
    '\u0000',
    '\ufeff{}',
  ].map((line) => [JSON.stringify(line), line] as const),
  ['half a message', request('tools/list', {}).slice(0, 30)],
  ['two messages in a line', request('ping', {}) + request('ping', {})],
  ['a batch', `[${request('tools/list', {})},${request('ping', {})}]`],
  ['another version', '{"jsonrpc":"1.0","id":1,"method":"ping"}'],
  ['no version', '{"id":1,"method":"tools/list"}'],
  ['an id that is null', '{"jsonrpc":"2.0","id":null,"method":"ping"}'],
  ['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"ping"}'],
  [
    'deep nesting',
    `{"jsonrpc":"2.0","id":1,"method":"ping","params":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
  ],
  ['a long line', `{"jsonrpc":"2.0","method":"x","params":{"text":"${'x'.repeat(2_000_000)}"}}`],
  ['a prototype', '{"jsonrpc":"2.0","__proto__":{"id":1},"method":"ping","constructor":{}}'],
  [
    'a second introduction',
    request('initialize', {
      protocolVersion: '2099-01-01',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    }),
  ],
  [
    'an old protocol',
    request('initialize', {
      protocolVersion: '1.0',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    }),
  ],
  ...[
    ['resources/list', {}],
    ['resources/read', { uri: 'file:///etc/passwd' }],
    ['resources/read', { uri: 'bigbrother://../../settings' }],
    ['resources/read', { uri: 'bigbrother://journal/../owner.lock' }],
    ['resources/subscribe', { uri: 'file:///proc/self/environ' }],
    ['resources/templates/list', {}],
    ['prompts/list', {}],
    ['prompts/get', { name: 'x', arguments: { symbol: MARK } }],
    [
      'completion/complete',
      { ref: { type: 'ref/prompt', name: 'x' }, argument: { name: 'a', value: 'b' } },
    ],
    ['logging/setLevel', { level: 'debug' }],
    ['sampling/createMessage', { messages: [], maxTokens: 1 }],
    ['elicitation/create', { message: 'approve', requestedSchema: {} }],
    ['roots/list', {}],
    ['tasks/list', {}],
    ['tasks/cancel', { taskId: 'x' }],
    ['tools/list', { cursor: '../../x' }],
    ['tools/call', {}],
    ['tools/call', { name: 'execute_plan' }],
    ['tools/call', { name: { toString: 'execute_plan' }, arguments: {} }],
    ['tools/call', { name: 'execute_plan', arguments: {}, task: { ttl: 1e12 } }],
    ['tools/call', { name: 'get_history', arguments: {}, _meta: { progressToken: '__proto__' } }],
    ['approve', {}],
    ['bigbrother/approve', { approve: true }],
    ['notifications/approved', { approve: true }],
    ['__proto__', {}],
    ['constructor', {}],
    ['', {}],
  ].map(
    ([method, params]) =>
      [`${method} ${JSON.stringify(params)}`, request(String(method), params)] as const,
  ),
  ...[
    'notifications/cancelled',
    'notifications/initialized',
    'notifications/roots/list_changed',
    'notifications/tools/list_changed',
    'notifications/progress',
    'notifications/message',
  ].map(
    (method) =>
      [
        method,
        JSON.stringify({
          jsonrpc: '2.0',
          method,
          params: { requestId: 1, progressToken: 1, progress: 1 },
        }),
      ] as const,
  ),
];

/** What is no call of a tool, and some that is no message at all. */
const lineCases = (): AttackCase[] =>
  lines.flatMap(([name, line]) =>
    (['observe', 'execute', 'asked'] as const).map((terms) => ({
      ...{ name: `a line: ${name.slice(0, 60)}, ${terms}`, terms, mayAct: false, perHouse: 60 },
      async act(house) {
        house.line.sayRaw(line);
        await house.wait(100);
        return [];
      },
    })),
  );

export const outsideCases = (): readonly AttackCase[] => [
  ...foreignCases(),
  ...counterfeitCases(),
  ...lineCases(),
];
