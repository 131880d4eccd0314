import { createAlpacaClient } from '../../src/adapters/alpaca/client.ts';
import { numberOf } from '../invariants/units.ts';
import { type OldBot, startOldBot } from '../old-bot/old-bot.ts';
import { createPassThroughServer } from '../pass-through/server.ts';
import { agentLine } from './agent-line.ts';
import { type Ask, changeFor } from './asks.ts';
import { AGENTS, type Outcome, type Subject, type Surroundings } from './subject.ts';
import { UnguardedAgent } from './unguarded-agent.ts';

const connectionTo = ({ keys, fetchApi, wsFactory }: Surroundings) => ({
  ...{ keyId: keys.keyId, secret: keys.secretKey, endpoint: { url: 'http://127.0.0.1' } },
  ...{ fetchApi, wsFactory },
});

/** Twenty agents at a server that passes everything through; one of them places first stops. */
export async function passThroughSubject(world: Surroundings): Promise<Subject> {
  const { clock, core, accountId } = world;
  const client = createAlpacaClient(connectionTo(world));
  const agents = await Promise.all(
    Array.from({ length: AGENTS }, async (_, agent) => {
      const call = await agentLine(createPassThroughServer(client), agent);
      return new UnguardedAgent(call, clock);
    }),
  );
  const ask = async (agent: number, wish: Ask, repeats: boolean): Promise<Outcome> =>
    agents[agent]?.ask(wish, repeats) ?? 'refused';
  const welcome = async (symbols: readonly string[]) => {
    for (const symbol of symbols) await ask(0, { kind: 'protect', symbol }, false);
  };
  await world.whilePassing(welcome(core.positions(accountId).map(({ symbol }) => symbol)));
  return { ask, welcome, stop: async () => {} };
}

/** The old bot, its managers at work, and twenty sources of signals for it. */
export async function oldBotSubject(world: Surroundings): Promise<Subject> {
  const bot = await startOldBot({ connection: connectionTo(world), clock: world.clock });
  return {
    ask: async (_agent, ask, repeats) => {
      await signal(bot, ask, world);
      if (repeats) await signal(bot, ask, world);
      return 'done';
    },
    welcome: async () => {},
    stop: async () => bot.stop(),
  };
}

async function signal({ signals }: OldBot, ask: Ask, { core, accountId }: Surroundings) {
  switch (ask.kind) {
    case 'sell':
      return signals.sell(ask.symbol, ask.shares);
    case 'exit':
      return signals.sell(ask.symbol, null);
    case 'protect':
      return signals.protect(ask.symbol);
    case 'exit_group':
      for (const symbol of ask.symbols) await signals.sell(symbol, null);
      return;
    case 'rebalance':
      for (const target of ask.targets) {
        const { symbol } = target;
        const change = changeFor(target, numberOf(core.position(accountId, symbol)?.qty ?? 0n));
        if (change < 0) await signals.sell(symbol, -change);
        if (change > 0) await signals.buy(symbol, change);
      }
      return;
    case 'enter':
      return signals.buy(ask.symbol, ask.shares);
  }
}
