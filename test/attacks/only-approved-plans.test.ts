import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ApprovedPlan } from '../../src/domain/approved-plan.ts';
import type { Broker } from '../../src/ports/broker.ts';
import { submit } from '../policies/support.ts';
import { guardedAccount, settle } from '../support/guarded-account.ts';

/** What the SDK changes at the broker, whatever it calls it. */
const CHANGES = /\.(?:trading\.)?\w+\s*\.\s*((?:post|patch|put|delete)[A-Z]\w*)\s*\(/g;

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join('src', file))
  .sort();

const changesIn = (code: string): string[] =>
  [...code.matchAll(CHANGES)].map(([, name]) => name ?? '');

type Approved = Parameters<Broker['submit']>[0];

describe('no order reaches the broker without an approved plan', () => {
  it('by its type: nothing but the gate makes one', () => {
    const { plan, verdicts, approval } = {} as Approved;
    // @ts-expect-error a thing with the same fields is not one
    const looksLikeOne: Approved = { plan, verdicts, approval };
    // @ts-expect-error and nobody may build one
    const built = () => new ApprovedPlan(plan, verdicts, approval);
    expect([looksLikeOne, built]).toHaveLength(2);
  });

  it('by where it is written: the SDK changes something in five places, all of them known', () => {
    const found = sources.flatMap((file) =>
      changesIn(readFileSync(file, 'utf8')).map((name) => `${file} ${name}`),
    );
    expect(found).toEqual([
      'src/adapters/alpaca/broker.ts postOrderRaw',
      'src/adapters/alpaca/broker.ts patchOrderByOrderIdRaw',
      'src/adapters/alpaca/broker.ts deleteOrderByOrderIDRaw',
      // A halt takes orders away and closes positions; it can place none.
      'src/adapters/alpaca/emergency-broker.ts deleteOrderByOrderIDRaw',
      'src/adapters/alpaca/emergency-broker.ts deleteOpenPositionRaw',
    ]);
    expect(changesIn('client.trading.orders.deleteAllOrdersRaw({})')).toHaveLength(1);
  });

  it('by what comes first: each of them asks whether the plan covers the step', () => {
    const code = readFileSync('src/adapters/alpaca/broker.ts', 'utf8');
    const methods = [...code.matchAll(/async (\w+)\(approved: ApprovedPlan[^{]*\{\s*(\w+)\(/g)];
    expect(methods.map(([, name, first]) => `${name}: ${first}`)).toEqual([
      ...['submit: assertApproved', 'replace: assertApproved', 'cancel: assertApproved'],
    ]);
  });

  it('by what happens: a cast gets nothing sent', async () => {
    const sent: string[] = [];
    const guarded = await guardedAccount({
      onCarriedOut: ({ method, path }) => {
        if (method !== 'GET') sent.push(`${method} ${path}`);
      },
    });
    const forgeries = [{}, null, { plan: {}, verdicts: [] }, Object.create(ApprovedPlan.prototype)];
    for (const forged of forgeries) {
      const work = guarded.broker.submit(forged as Approved, submit());
      await expect(settle(guarded.clock, work)).rejects.toThrow('not part of an approved plan');
    }
    expect(sent).toEqual([]);
  });
});
