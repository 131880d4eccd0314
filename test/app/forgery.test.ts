import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Guarded, loopedAccount } from '../support/guarded-account.ts';
import { type Answered, hostOf, visibilityOf } from './chat-host.ts';
import { asksForEverySale } from './given-answers.ts';

type Host = Awaited<ReturnType<typeof hostOf>>;
type Handle = { readonly plan_id: string; readonly hash: string };
/** What of an answer gets to the model: by the protocol everything but `_meta`. */
type Eyes = (answer: unknown) => unknown;

const TRIES = 1_200;
const LOOKS_SECRET = 24;
const WORDS_KEPT = 4_000;
const asTheProtocolSays: Eyes = (answer) => {
  const { _meta, ...rest } = answer as Answered;
  return rest;
};
const alsoWhatGoesPastIt: Eyes = (answer) => answer;

/**
 * A model in the worst of hosts: one that lets it call the app's own tools. It keeps every word
 * that it ever saw and tries them, alone and made into something else, as a person's yes.
 */
class Forger {
  readonly #host: Host;
  readonly #guarded: Guarded;
  readonly #eyes: Eyes;
  readonly #words: string[] = [];
  #recent: string[] = [];
  #seed: number;
  #open: Handle[] = [];
  tries = 0;

  constructor(host: Host, guarded: Guarded, eyes: Eyes, seed: number) {
    this.#host = host;
    this.#guarded = guarded;
    this.#eyes = eyes;
    this.#seed = seed;
  }

  /** Everything that a connection tells unasked or asked, before anything is proposed. */
  async lookAround(): Promise<void> {
    const { client, tools } = this.#host;
    this.#see(tools);
    this.#see(client.getServerCapabilities());
    this.#see(client.getInstructions());
    const { resources } = await client.listResources();
    this.#see(resources);
    this.#see(await client.listResourceTemplates());
    this.#see(await client.listPrompts());
    for (const { uri } of resources) this.#see(await client.readResource({ uri }));
    this.#see(await client.getPrompt({ name: 'daily_review' }));
    this.#see(await this.#host.call('get_portfolio_context', { detail: 'full' }));
    this.#see(await this.#host.call('show_board'));
  }

  async tryFor(count: number): Promise<void> {
    while (this.tries < count) {
      if (this.#open.length === 0) await this.#putUpAnother();
      const handle = this.#open[this.#below(this.#open.length)];
      if (handle === undefined) continue;
      this.tries += 1;
      await this.#attack(handle);
      // Wrong words end a plan; what ended is of no use any more.
      const waiting = new Set(this.#guarded.approvals.pending().map(({ planId }) => planId));
      this.#open = this.#open.filter(({ plan_id }) => waiting.has(plan_id));
    }
  }

  async #putUpAnother(): Promise<void> {
    const quantity = String(1 + this.#below(9));
    const proposed = await this.#host.call('propose_plan', {
      ...{ intent: 'reduce', symbol: 'AAPL', quantity },
    });
    this.#see(proposed);
    const { plan_id, hash } = proposed.structuredContent as Handle;
    const handle = { plan_id, hash };
    this.#see(await this.#host.call('execute_plan', handle));
    this.#recent = [];
    this.#see(await this.#host.call('show_plan', handle));
    this.#open.push(handle);
  }

  async #attack(handle: Handle): Promise<void> {
    const { call, client } = this.#host;
    switch (this.#below(12)) {
      case 0:
        return this.#see(await call('execute_plan', handle));
      case 1:
        return this.#see(await call('show_plan', handle));
      case 2:
        return this.#see(await call('get_history', { plan_id: handle.plan_id }));
      case 3: {
        const name = this.#one(['answer_plan', 'approve_plan', 'approve', 'bigbrother.approve']);
        const args = { ...handle, approve: true, approved: true, code: this.#secret(handle) };
        return this.#see(await call(name, args).catch(String));
      }
      case 4: {
        const _meta = { 'bigbrother/secret': this.#secret(handle), person: true };
        const params = { name: 'execute_plan', arguments: { ...handle }, _meta };
        return this.#see(await this.#while(client.callTool(params)));
      }
      case 5: {
        const uri = this.#one([
          `bigbrother://plans/${handle.plan_id}`,
          'ui://bigbrother/guard.html',
        ]);
        return this.#see(await client.readResource({ uri }).catch(String));
      }
      default: {
        const secret = this.#secret(handle);
        return this.#see(await call('answer_plan', { ...handle, secret, answer: 'approve' }));
      }
    }
  }

  async #while<Result>(work: Promise<Result>): Promise<Result> {
    await this.#guarded.clock.advanceBy(200);
    return work;
  }

  /** A word that it saw, most often lately, as it stands or made into something else. */
  #secret({ plan_id, hash }: Handle): string {
    const word = this.#one(this.#choice());
    switch (this.#below(8)) {
      case 0:
        return createHash('sha256').update(`${word}${hash}`).digest('base64url');
      case 1:
        return createHmac('sha256', word).update(hash).digest('base64url');
      case 2:
        return createHmac('sha256', plan_id).update(word).digest('base64url');
      case 3:
        return this.#one(['', ' ', '0', 'null', 'true', hash, plan_id, hash.slice(0, 8)]);
      default:
        return word.slice(0, 100);
    }
  }

  /** All words, those of late, or those of late that look like a secret. */
  #choice(): readonly string[] {
    const choices = [
      this.#words,
      this.#recent,
      this.#recent.filter((word) => word.length >= LOOKS_SECRET),
    ];
    const choice = this.#one(choices);
    return choice.length > 0 ? choice : this.#words;
  }

  #see(answer: unknown): void {
    const seen = typeof answer === 'object' && answer !== null ? this.#eyes(answer) : answer;
    const words = wordsIn(seen);
    for (const word of words) this.#words.push(word);
    if (this.#words.length > WORDS_KEPT) this.#words.splice(0, this.#words.length - WORDS_KEPT);
    this.#recent.push(...words);
  }

  #one<Each>(all: readonly Each[]): Each {
    const each = all[this.#below(all.length)];
    if (each === undefined) throw new Error('nothing to choose from');
    return each;
  }

  #below(count: number): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#seed / 2 ** 32) * count);
  }
}

/** The words of all texts in a value; what is long and whole is one as well. */
function wordsIn(value: unknown): string[] {
  if (typeof value === 'string') {
    const words = value.match(/[\w+/=.-]{4,100}/g) ?? [];
    return words.slice(0, 300);
  }
  if (Array.isArray(value)) return value.flatMap(wordsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => [name, ...wordsIn(each)]);
}

async function forged(seed: number, eyes: Eyes, tries: number) {
  const { approvals } = asksForEverySale();
  const many = { proposalsPerMinute: 1_000_000, mostPending: 1_000 };
  const settings = { approvals: { ...approvals, ...many } };
  const guarded = await loopedAccount({ settings });
  await guarded.clock.advanceBy(5_000);
  const host = await hostOf(guarded);
  const forger = new Forger(host, guarded, eyes, seed);
  await forger.lookAround();
  await forger.tryFor(tries);
  await host.close();
  return {
    tries: forger.tries,
    asked: guarded.records('approval_requested').length,
    given: guarded.records('approval_given').length,
    held: guarded.held(),
  };
}

describe('an approval', () => {
  it.each([1, 2])(
    'cannot be forged with anything that a model sees (seed %i)',
    async (seed) => {
      const { tries, asked, given, held } = await forged(seed, asTheProtocolSays, TRIES);
      expect(tries).toBe(TRIES);
      expect(asked).toBeGreaterThan(100);
      expect(given).toBe(0);
      expect(held).toBe('long 10');
    },
    300_000,
  );

  it('takes the secret of its own connection and plan, and no other', async () => {
    const guarded = await loopedAccount({ settings: asksForEverySale() });
    await guarded.clock.advanceBy(5_000);
    const [one, other] = [await hostOf(guarded), await hostOf(guarded)];
    const putUp = async (quantity: string): Promise<Handle & { readonly secret: string }> => {
      const intent = { intent: 'reduce', symbol: 'AAPL', quantity };
      const { structuredContent } = await one.call('propose_plan', intent);
      const { plan_id, hash } = structuredContent as Handle;
      await one.call('execute_plan', { plan_id, hash });
      const { _meta } = await one.call('show_plan', { plan_id, hash });
      return { plan_id, hash, secret: String(_meta?.['bigbrother/secret']) };
    };
    const [first, second] = [await putUp('1'), await putUp('2')];
    const approve = (host: Host, handle: object) =>
      host.call('answer_plan', { ...handle, answer: 'approve' });
    expect((await approve(other, first)).isError).toBe(true);
    expect((await approve(one, { ...first, secret: second.secret })).isError).toBe(true);
    expect((await approve(one, { ...first, hash: second.hash })).isError).toBe(true);
    expect(guarded.records('approval_given')).toEqual([]);
    expect((await approve(one, first)).isError).toBeUndefined();
    expect((await approve(one, first)).isError).toBe(true);
    expect(guarded.records('approval_given')).toHaveLength(1);
    const journal = JSON.stringify(guarded.records('tool_called', 'approval_given'));
    expect(journal).toContain('answer_plan');
    expect(journal).not.toContain(first.secret);
    await Promise.all([one.close(), other.close()]);
  });

  it('is possible only where a host says that it shows pages', async () => {
    const guarded = await loopedAccount({ settings: asksForEverySale() });
    const host = await hostOf(guarded, { capabilities: {} });
    const shown = await hostOf(guarded);
    const forModel = shown.tools.filter((tool) => visibilityOf(tool).includes('model'));
    const names = host.tools.map(({ name }) => name);
    // A model has the same tools either way; three more are for the app alone.
    expect(forModel.map(({ name }) => name)).toEqual(names);
    expect(shown.tools.length).toBe(names.length + 3);
    await shown.close();
    expect(names).not.toContain('show_plan');
    expect(JSON.stringify(host.tools)).not.toContain('ui://');
    const { resources } = await host.client.listResources();
    expect(JSON.stringify(resources)).not.toContain('ui://');
    expect((await host.call('answer_plan', {})).isError).toBe(true);
    await host.close();
  });

  it('would be found forged if the secret got to the model', async () => {
    const { given } = await forged(3, alsoWhatGoesPastIt, 400);
    expect(given).toBeGreaterThan(0);
  }, 60_000);
});
