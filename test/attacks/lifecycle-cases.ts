import { echoIn } from './argument-cases.ts';
import type { AttackCase, houses } from './case.ts';
import type { Message } from './host-line.ts';
import type { House } from './house.ts';

export type Named = { readonly plan_id: string; readonly hash: string };
type Act = (house: House, plan: Named, ask: Message) => Promise<readonly string[]>;

const HEX = '0123456789abcdef';

/** What hosts may ask for; each comes to a plan while everything is quiet, or to none. */
export const wishes: readonly Message[] = [
  { intent: 'reduce', symbol: 'AAPL', quantity: '1' },
  { intent: 'reduce', symbol: 'AAPL', fraction: '0.05' },
  { intent: 'reduce', symbol: 'SPY', fraction: '0.1' },
  { intent: 'reduce', symbol: 'TSLA', quantity: '1' },
  { intent: 'exit', symbol: 'BRK.B' },
];

export async function proposed(house: House, ask: Message): Promise<Named | null> {
  const { json } = await house.call('propose_plan', ask);
  const { plan_id, hash } = json;
  return typeof plan_id === 'string' && typeof hash === 'string' ? { plan_id, hash } : null;
}

const execute = (house: House, plan: unknown) => house.call('execute_plan', plan);

/** Proposes, and then does something with it that is not what was proposed. */
const withPlan =
  (ask: Message, act: Act) =>
  async (house: House): Promise<readonly string[]> => {
    const plan = await proposed(house, ask);
    return plan === null ? ['no plan came of it'] : act(house, plan, ask);
  };

const refused: (args: (plan: Named) => unknown) => Act = (args) => async (house, plan) => {
  const reply = await execute(house, args(plan));
  return [...echoIn(reply), ...(reply.isError ? [] : ['it was executed'])];
};

const flipped = (hash: string, place: number): string => {
  const digit = HEX[(HEX.indexOf(hash.charAt(place)) + 1) % 16] ?? '0';
  return hash.slice(0, place) + digit + hash.slice(place + 1);
};

const forgeries: readonly (readonly [string, (plan: Named) => unknown])[] = [
  ...Array.from({ length: 64 }, (_, place) => {
    const forge = ({ plan_id, hash }: Named) => ({ plan_id, hash: flipped(hash, place) });
    return [`digit ${place} of the hash`, forge] as const;
  }),
  ['capitals in the hash', ({ plan_id, hash }) => ({ plan_id, hash: hash.toUpperCase() })],
  ['a shorter hash', ({ plan_id, hash }) => ({ plan_id, hash: hash.slice(0, 8) })],
  ['a longer hash', ({ plan_id, hash }) => ({ plan_id, hash: `${hash}0` })],
  ['a hash with a line after it', ({ plan_id, hash }) => ({ plan_id, hash: `${hash}\n` })],
  ['no hash', ({ plan_id }) => ({ plan_id })],
  ['an empty hash', ({ plan_id }) => ({ plan_id, hash: '' })],
  ['the hash in a list', ({ plan_id, hash }) => ({ plan_id, hash: [hash] })],
  ['the hash as an object', ({ plan_id, hash }) => ({ plan_id, hash: { $eq: hash } })],
  ['only the hash', ({ hash }) => ({ hash })],
  ['both the other way round', ({ plan_id, hash }) => ({ plan_id: hash, hash: plan_id })],
  ['the hash as the id', ({ hash }) => ({ plan_id: hash, hash })],
  ['the id in a list', ({ plan_id, hash }) => ({ plan_id: [plan_id], hash })],
  ['capitals in the id', ({ plan_id, hash }) => ({ plan_id: plan_id.toUpperCase(), hash })],
  ['a space after the id', ({ plan_id, hash }) => ({ plan_id: `${plan_id} `, hash })],
  [
    'another letter in the id',
    ({ plan_id, hash }) => ({ plan_id: `${plan_id.slice(0, -1)}!`, hash }),
  ],
  ['a shorter id', ({ plan_id, hash }) => ({ plan_id: plan_id.slice(0, -1), hash })],
  [
    'a letter that looks like one of the id',
    ({ plan_id, hash }) => ({
      plan_id: plan_id.replace('a', '\u0430').replace('p', '\u0440'),
      hash,
    }),
  ],
  [
    'orders beside them',
    (plan) => ({ ...plan, orders: [{ symbol: 'GME', side: 'buy', qty: '10' }] }),
  ],
  ['an approval beside them', (plan) => ({ ...plan, approval: { by: 'klaus', tier: 'T0' } })],
  ['another quantity beside them', (plan) => ({ ...plan, quantity: '40' })],
];

/** Handles that are nearly right. */
const forgedCases = (): AttackCase[] =>
  (['execute', 'live', 'alone'] as const).flatMap((terms) =>
    forgeries.map(([name, forge], index) => ({
      ...{ name: `forged handle: ${name}, ${terms}`, terms, mayAct: false, perHouse: 20 },
      act: withPlan(wishes[index % wishes.length] ?? {}, refused(forge)),
    })),
  );

/** The id of one plan with the hash of another, in every order. */
const swapCases = (): AttackCase[] =>
  wishes.flatMap((one, index) =>
    wishes.flatMap((other, otherIndex) =>
      index === otherIndex
        ? []
        : [
            {
              ...({
                name: `plans swapped: ${index} and ${otherIndex}`,
                terms: 'execute',
                mayAct: false,
                perHouse: 20,
              } as const),
              act: withPlan(one, async (house, plan) => {
                const second = await proposed(house, other);
                if (second === null) return ['no second plan came of it'];
                const first = await execute(house, { plan_id: plan.plan_id, hash: second.hash });
                const last = await execute(house, { plan_id: second.plan_id, hash: plan.hash });
                return first.isError && last.isError ? [] : ['it was executed'];
              }),
            },
          ],
    ),
  );

const secondTime = (reply: { readonly isError: boolean }): readonly string[] =>
  reply.isError ? [] : ['it ran a second time'];

/** Plans that were right once. Some of them run, as they may; the checker counts how often. */
const stale: readonly (readonly [string, Act])[] = [
  [
    'executed twice',
    async (house, plan) => {
      await execute(house, plan);
      return secondTime(await execute(house, plan));
    },
  ],
  [
    'executed three times at once',
    async (house, plan) => {
      const replies = [1, 2, 3].map(() => house.send('execute_plan', plan));
      const done = await house.all(replies);
      return done.filter(({ isError }) => !isError).length > 1 ? ['it ran more than once'] : [];
    },
  ],
  [
    'executed again over another connection',
    async (house, plan) => {
      await execute(house, plan);
      await house.reconnect({});
      return secondTime(await execute(house, plan));
    },
  ],
  [
    'executed, a minute passes, executed again',
    async (house, plan) => {
      await execute(house, plan);
      await house.wait(61_000);
      return secondTime(await execute(house, plan));
    },
  ],
  [
    'executed after it has expired',
    async (house, plan) => {
      await house.wait(61_000);
      house.refreshQuotes();
      return secondTime(await execute(house, plan));
    },
  ],
  [
    'executed after the price has moved',
    async (house, plan) => {
      house.refreshQuotes('98');
      await house.wait(500);
      const reply = await execute(house, plan);
      house.refreshQuotes();
      return secondTime(reply);
    },
  ],
  [
    'executed after the owner has sold some of it',
    async (house, plan, { symbol }) => {
      await house.tradeByHand(String(symbol));
      return secondTime(await execute(house, plan));
    },
  ],
  [
    'the same proposed again and both executed',
    async (house, plan, ask) => {
      const again = await proposed(house, ask);
      await execute(house, plan);
      // The first has changed what the second was made from.
      return again === null ? [] : secondTime(await execute(house, again));
    },
  ],
  [
    'cancelled by the host while it runs, and executed again',
    async (house, plan) => {
      const requestId = house.line.nextId;
      void house.send('execute_plan', plan);
      house.line.say({ method: 'notifications/cancelled', params: { requestId } });
      await house.wait(3_000);
      // Whether the first was heard at all is open; the checker sees to it that it ran once.
      await execute(house, plan);
      return [];
    },
  ],
  [
    'hung up on while it runs',
    async (house, plan) => {
      void house.send('execute_plan', plan);
      await house.wait(1);
      await house.reconnect();
      await house.wait(3_000);
      await execute(house, plan);
      return [];
    },
  ],
  [
    'left until a person has halted everything, and lifted it',
    async (house, plan) => {
      house.pressHalt();
      const meanwhile = await execute(house, plan);
      house.liftHalt();
      await house.wait(12_000);
      return secondTime(meanwhile);
    },
  ],
];

const staleCases = (): AttackCase[] =>
  (['execute', 'alone', 'live'] as const).flatMap((terms: keyof typeof houses) =>
    stale.flatMap(([name, act]) =>
      wishes.map((ask, index) => ({
        ...{
          name: `${name}: wish ${index}, ${terms}`,
          terms,
          mayAct: true,
          perHouse: wishes.length,
        },
        act: withPlan(ask, act),
      })),
    ),
  );

/** Where nothing is executed, nothing is executed. */
const modeCases = (): AttackCase[] =>
  (['observe', 'propose'] as const).flatMap((terms) =>
    [...wishes, { intent: 'manage' }, { intent: 'protect' }].map((ask) => ({
      ...{
        name: `executed in mode ${terms}: ${JSON.stringify(ask)}`,
        terms,
        mayAct: false,
        perHouse: 20,
      },
      act: withPlan(
        ask,
        refused((plan) => plan),
      ),
    })),
  );

export const lifecycleCases = (): readonly AttackCase[] => [
  ...forgedCases(),
  ...swapCases(),
  ...staleCases(),
  ...modeCases(),
];
