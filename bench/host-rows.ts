import { resolve } from 'node:path';
import type { Row } from './harness.ts';
import {
  type Bench,
  type Call,
  type Server,
  started,
  symbolsOf,
  tokensOf,
  withServers,
} from './started-hosts.ts';

const ROUNDS = 7;
const CALLS = 30;
const RPC_CALLS = 200;
const CONTEXT: Call = ['get_portfolio_context', {}];

/** B1: what one look at the whole portfolio costs a model; ratio: theirs over ours. */
export const portfolioTokens = (positions: number): Promise<Row> =>
  withServers({ positions }, async (bench) => {
    if (positions <= 50) await protectAll(bench.ours);
    const { json, text } = await bench.ours.call(...CONTEXT);
    const rows = (json.rows as readonly [string][]).map(([symbol]) => symbol);
    const leftOut = Number(json.left_out);
    if (rows.length + leftOut !== positions) throw new Error(`${rows.length} and ${leftOut} rows`);
    const theirs = await portfolioOf(bench);
    const missing = symbolsOf(positions).filter((symbol) => !theirs.includes(symbol));
    const [our, their] = [tokensOf(text), tokensOf(theirs)];
    return row(`portfolio-tokens-${positions}`, bench.peer.name, [their / our], {
      ...{ ours: `${our} tokens`, theirs: `${their} tokens` },
      aim: `${positions >= 50 ? 'at least 10; ' : ''}never more than 2,000 tokens`,
      note: `cl100k; ${rows.length} rows, ${leftOut} counted as left out; peer lacks ${missing.length}`,
    });
  });

/** B2: what the list of tools costs a model; ratio: theirs over ours. */
export const toolsTokens = (): Promise<Row> =>
  withServers({ positions: 1 }, async ({ ours, peer }) => {
    const listed = async ({ client }: Server) => (await client.listTools()).tools;
    const seen = (tools: Awaited<ReturnType<typeof listed>>) =>
      tokensOf(JSON.stringify(tools.map(({ outputSchema, ...rest }) => rest)));
    const [our, their] = [await listed(ours), await listed(peer)];
    return row('tools-tokens', peer.name, [seen(their) / seen(our)], {
      ...{ ours: `${seen(our)} tokens`, theirs: `${seen(their)} tokens` },
      aim: 'ours under 1,500',
      note: `cl100k, without output schemas; ${our.length} tools against ${their.length}`,
    });
  });

/** B3: how long that look takes; ratio: ours over theirs. */
export const portfolioLatency = (brokerDelayMs: number): Promise<Row> =>
  withServers({ positions: 50, ...(brokerDelayMs > 0 ? { brokerDelayMs } : {}) }, async (bench) => {
    await bench.ours.call(...CONTEXT);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = -1; round < ROUNDS; round += 1) {
      const our = await msOf(CALLS, () => bench.ours.call(...CONTEXT));
      const their = await msOf(CALLS, () => portfolioOf(bench));
      if (round < 0) continue;
      ours.push(our);
      theirs.push(their);
    }
    return timed(`portfolio-latency-${brokerDelayMs}ms`, bench.peer.name, ours, theirs, {
      aim: brokerDelayMs === 40 ? 'at most 0.033' : 'none: no broker answers at once',
      note: `50 positions, broker ${brokerDelayMs} ms away; from what is held, with its age`,
    });
  });

/** B5: fifty naked positions until each has a stop at the broker; ratio: their tokens over ours. */
export const protectFifty = (): Promise<Row> =>
  withServers({ positions: 50, brokerDelayMs: 40 }, async (bench) => {
    const startedAt = performance.now();
    const ours = await protectAll(bench.ours);
    const seconds = (performance.now() - startedAt) / 1_000;
    const open = (await bench.read('/v2/orders?limit=500')) as readonly { symbol: string }[];
    const naked = symbolsOf(50).filter((symbol) => !open.some((order) => order.symbol === symbol));
    // What a model writes and reads that places one order after the other.
    const order = { symbol: 'S000', qty: '10', side: 'sell', type: 'stop', stop_price: '80' };
    const asked = JSON.stringify({ order: { ...order, time_in_force: 'gtc' } });
    const each = tokensOf(asked) + tokensOf(JSON.stringify(open[0]));
    const their = tokensOf(await portfolioOf(bench)) + 50 * each;
    return row('protect-50', `${bench.peer.name}, an order at a time`, [their / ours.tokens], {
      ...{ ours: `2 calls, ${ours.tokens} tokens`, theirs: `51 calls, ${their} tokens` },
      aim: '2 calls, at most 1,500 tokens, none naked',
      note: `${seconds.toFixed(1)} s, broker 40 ms away, ${open.length} orders, ${naked.length} naked`,
    });
  });

/**
 * B11: one symbol over stdio against a tool that does nothing; ratio: ours over theirs. Beside it,
 * what a tool takes that does nothing either, and answers in as many letters.
 */
export const rpcOverhead = (): Promise<Row> =>
  withServers({ positions: 50 }, async ({ ours }) => {
    const command = [process.execPath, resolve('bench/one-tool-server.mjs')];
    const asked = { symbol: 'S007' };
    const { text } = await ours.call('get_portfolio_context', asked);
    const noop = await started('no-op tool', command, {});
    const long = await started('no-op tool with a long answer', command, { ANSWER: text });
    try {
      const rounds: { our: number; their: number; asLong: number }[] = [];
      for (let round = -1; round < ROUNDS; round += 1) {
        const echoOf = ({ call }: Server) => msOf(RPC_CALLS, () => call('echo', { text: 'S007' }));
        const our = await msOf(RPC_CALLS, () => ours.call('get_portfolio_context', asked));
        const [their, asLong] = [await echoOf(noop), await echoOf(long)];
        if (round >= 0) rounds.push({ our, their, asLong });
      }
      const asLong = median(rounds.map((round) => round.asLong / round.their)).toFixed(1);
      const [our, their] = [rounds.map((round) => round.our), rounds.map((round) => round.their)];
      return timed('rpc-overhead', 'no-op tool over stdio', our, their, {
        aim: 'p50 at most 2',
        note: `one symbol of 50 held; a no-op that answers as many letters is at ${asLong}`,
      });
    } finally {
      await noop.client.close();
      await long.client.close();
    }
  });

type Words = Pick<Row, 'aim' | 'note'>;

const timed = (
  name: string,
  peer: string,
  ours: readonly number[],
  theirs: readonly number[],
  words: Words,
): Row =>
  row(
    name,
    peer,
    ours.map((ms, round) => ms / (theirs[round] ?? Number.NaN)),
    {
      ...{ ours: `${median(ours).toFixed(2)} ms`, theirs: `${median(theirs).toFixed(2)} ms` },
      ...words,
    },
  );

const row = (
  name: string,
  peer: string,
  ratios: readonly number[],
  words: Words & Pick<Row, 'ours' | 'theirs'>,
): Row => {
  const ratio = { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) };
  return { name, peer, ratio, ...words };
};

/** Two calls, and all that a model reads and writes of them. */
async function protectAll(server: Server): Promise<{ readonly tokens: number }> {
  const propose = { intent: 'protect' };
  const proposed = await server.call('propose_plan', propose);
  const { plan_id, hash } = proposed.json;
  const execute = { plan_id, hash };
  const executed = await server.call('execute_plan', execute);
  if (executed.json.outcome !== 'completed') throw new Error(executed.text);
  const said = [JSON.stringify(propose), proposed.text, JSON.stringify(execute), executed.text];
  return { tokens: tokensOf(said.join('\n')) };
}

async function portfolioOf({ peer, peerCalls }: Bench): Promise<string> {
  if (peerCalls.length === 0) throw new Error('PEER_CALLS says how the peer shows a portfolio');
  let text = '';
  for (const call of peerCalls) text += (await peer.call(...call)).text;
  return text;
}

/** The middle of so many calls, one after the other. */
async function msOf(calls: number, run: () => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  for (let count = 0; count < calls; count += 1) {
    const at = performance.now();
    await run();
    took.push(performance.now() - at);
  }
  return median(took);
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
