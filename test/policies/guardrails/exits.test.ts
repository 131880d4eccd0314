import { describe, expect, it } from 'vitest';
import { competingExit } from '../../../policies/guardrails/competing-exit.ts';
import { oversell } from '../../../policies/guardrails/oversell.ts';
import { stopNeverLoosens } from '../../../policies/guardrails/stop-never-loosens.ts';
import { oco, order, stopLimit } from '../../support/given.ts';
import { said } from '../answer.ts';
import {
  buyMore,
  cancel,
  type GivenReview,
  intent,
  replace,
  reviewOf,
  settings,
  submit,
} from '../support.ts';

const stop = stopLimit();
const foreign = stopLimit({ id: 'theirs', foreign: true });
const dollarOrder = order({ id: 'dollars', type: 'market', quantity: null });

type Case = GivenReview & { readonly why: string; readonly code: string | null };
const codeOf = (guardrail: ReturnType<typeof oversell>, given: GivenReview) =>
  said(guardrail.review(reviewOf(given))).code;

describe('oversell', () => {
  const cases: readonly Case[] = [
    { why: 'all that is held', steps: [submit({ quantity: '10' })], code: null },
    {
      why: 'a billionth of a share too many',
      steps: [submit({ quantity: '10.000000001' })],
      code: 'oversell',
    },
    {
      why: 'a fraction less than is held',
      quantity: '10.7',
      steps: [submit({ quantity: '10.7' })],
      code: null,
    },
    { why: 'far too many', steps: [submit({ quantity: '1000' })], code: 'oversell' },
    {
      why: 'a sale beside the stop',
      orders: [stop],
      steps: [submit({ quantity: '1' })],
      code: 'oversell',
    },
    {
      why: 'a sale beside a held leg',
      orders: oco({}),
      steps: [submit({ quantity: '1' })],
      code: 'oversell',
    },
    {
      why: 'a sale beside a stop about to go',
      orders: [stopLimit({ status: 'pending_cancel' })],
      steps: [submit()],
      code: 'oversell',
    },
    {
      why: 'an OCO, which counts once',
      steps: [submit({ orderClass: 'oco', limit: '120', stopLoss: ['95', '94'] })],
      code: null,
    },
    {
      why: 'an OCO and one share more',
      steps: [
        submit({ orderClass: 'oco', limit: '120', stopLoss: ['95', '94'] }),
        submit({ quantity: '1' }),
      ],
      code: 'oversell',
    },
    { why: 'cancel first, then sell', orders: [stop], steps: [cancel(stop), submit()], code: null },
    {
      why: 'sell first, then cancel',
      orders: [stop],
      steps: [submit(), cancel(stop)],
      code: 'oversell',
    },
    {
      why: 'make room, then sell it',
      orders: [stop],
      steps: [replace(stop, { quantity: '5' }), submit({ quantity: '5' })],
      code: null,
    },
    {
      why: 'make too little room',
      orders: [stop],
      steps: [replace(stop, { quantity: '5' }), submit({ quantity: '5.1' })],
      code: 'oversell',
    },
    {
      why: 'a stop made larger than the position',
      orders: [stopLimit({ quantity: '5' })],
      steps: [replace(stopLimit({ quantity: '5' }), { quantity: '11' })],
      code: 'oversell',
    },
    {
      why: 'one leg canceled frees both',
      orders: oco({}),
      steps: [cancel(oco({})[1]), submit()],
      code: null,
    },
    {
      why: 'an order in dollars may sell everything',
      orders: [dollarOrder],
      steps: [submit({ quantity: '1' })],
      code: 'oversell',
    },
    {
      why: 'as much is claimed as before, though too much',
      quantity: '3',
      orders: [stop],
      steps: [replace(stop, { stop: '96', limit: '95' })],
      code: null,
    },
    {
      why: 'less is claimed than before, though still too much',
      quantity: '3',
      orders: [stop],
      steps: [replace(stop, { quantity: '4' })],
      code: null,
    },
    {
      why: 'legs of an add-on that has not filled hold nothing',
      orders: [
        order({ id: 'entry', side: 'buy', orderClass: 'bracket', limit: '99' }),
        stopLimit({ id: 'leg', orderClass: 'bracket', status: 'held', parentId: 'entry' }),
      ],
      steps: [submit()],
      code: null,
    },
    { why: 'a short bought back', side: 'short', steps: [submit({ side: 'buy' })], code: null },
    {
      why: 'a short bought back twice',
      side: 'short',
      steps: [submit({ side: 'buy', quantity: '6' }), submit({ side: 'buy', quantity: '5' })],
      code: 'oversell',
    },
    { why: 'an entry sells nothing', orders: [stop], steps: [buyMore('5', '99')], code: null },
    {
      why: 'an order that may be selling',
      intents: [intent('exit@gap', 'unknown')],
      steps: [submit()],
      code: 'symbol_unsettled',
    },
    {
      why: 'an order that was only meant to be sent',
      intents: [intent('exit@gap', 'intended')],
      steps: [submit({ quantity: '1' })],
      code: 'symbol_unsettled',
    },
    {
      why: 'an order whose end is proven',
      intents: [intent('exit@gap', 'dead')],
      steps: [submit()],
      code: null,
    },
    {
      why: 'making a stop tighter needs no shares',
      intents: [intent('exit@gap', 'unknown')],
      orders: [stop],
      steps: [replace(stop, { stop: '96' })],
      code: null,
    },
  ];
  it.each(cases)('$why: $code', ({ code, ...given }) => {
    expect(codeOf(oversell(), given)).toBe(code);
  });

  it('counts an order of unknown outcome once the broker shows it', () => {
    const missing = intent('exit@gap', 'unknown');
    const shown = order({ id: 'x', quantity: '4', clientOrderId: missing.clientOrderId });
    const given = { intents: [missing], orders: [shown] };
    expect(codeOf(oversell(), { ...given, steps: [submit({ quantity: '6' })] })).toBeNull();
    expect(codeOf(oversell(), { ...given, steps: [submit({ quantity: '7' })] })).toBe('oversell');
  });

  it('counts an order and its replacement once', () => {
    const old = stopLimit({ id: 'old', status: 'pending_replace', replacedBy: 'new' });
    const next = stopLimit({ id: 'new', replaces: 'old', quantity: '6' });
    const given = { quantity: '12', orders: [old, next] };
    expect(codeOf(oversell(), { ...given, steps: [submit({ quantity: '2' })] })).toBeNull();
    expect(codeOf(oversell(), { ...given, steps: [submit({ quantity: '3' })] })).toBe('oversell');
  });

  it('tells what was measured, what is allowed and what would pass', () => {
    const verdict = said(oversell().review(reviewOf({ steps: [submit({ quantity: '12' })] })));
    expect(verdict).toMatchObject({
      measured: '12 shares on their way out',
      limit: '10 shares held',
      because: 'after step 1 the exits could sell 2 more than is held',
      wouldPass: 'exits for 2 shares less, or others canceled first',
    });
  });
});

describe('competing exit', () => {
  const guard = competingExit(settings().competingExit);
  const manages = competingExit({ foreignOrders: 'manage' });
  const cases: readonly Case[] = [
    { why: 'one exit for all shares', steps: [submit()], code: null },
    {
      why: 'a second exit for the same shares',
      orders: [stop],
      steps: [submit({ quantity: '1' })],
      code: 'competing_exit',
    },
    {
      why: 'a second exit for other shares',
      orders: [stopLimit({ quantity: '6' })],
      steps: [submit({ quantity: '4' })],
      code: null,
    },
    {
      why: 'two exits of one plan for the same shares',
      steps: [submit({ quantity: '6' }), submit({ quantity: '5' })],
      code: 'competing_exit',
    },
    {
      why: 'the two exits of one OCO',
      steps: [submit({ orderClass: 'oco', limit: '120', stopLoss: ['95', '94'] })],
      code: null,
    },
    {
      why: 'a single exit that is too large competes with nobody',
      steps: [submit({ quantity: '11' })],
      code: null,
    },
    {
      why: 'two exits that claim too much together, one of them tightened',
      orders: [stop, stopLimit({ id: 'second' })],
      steps: [replace(stop, { stop: '96', limit: '95' })],
      code: null,
    },
    {
      why: 'an order changed once',
      orders: [stop],
      steps: [replace(stop, { stop: '96', limit: '95' })],
      code: null,
    },
    {
      why: 'an order changed twice',
      orders: [stop],
      steps: [replace(stop, { stop: '96' }), cancel(stop)],
      code: 'competing_exit',
    },
    { why: 'an order that is gone', orders: [], steps: [cancel(stop)], code: 'competing_exit' },
    {
      why: 'an order being canceled',
      orders: [stopLimit({ status: 'pending_cancel' })],
      steps: [cancel(stop)],
      code: 'competing_exit',
    },
    {
      why: 'an order being replaced',
      orders: [stopLimit({ status: 'pending_replace' })],
      steps: [replace(stop, { stop: '96' })],
      code: 'competing_exit',
    },
    {
      why: 'an order that somebody else placed',
      orders: [foreign],
      steps: [cancel(foreign)],
      code: 'competing_exit',
    },
    {
      why: 'a leg of our own OCO',
      orders: oco({}),
      steps: [replace(oco({})[1], { stop: '96' })],
      code: null,
    },
    {
      why: 'a leg of somebody else’s OCO',
      orders: oco({ foreign: true }),
      steps: [replace(oco({ foreign: true })[1], { stop: '96' })],
      code: 'competing_exit',
    },
    {
      why: 'a leg whose parent we sent and the broker has forgotten',
      orders: [oco({})[1]],
      intents: [intent('exit', 'live', { orderId: oco({})[0].id })],
      steps: [replace(oco({})[1], { stop: '96' })],
      code: null,
    },
    {
      why: 'a leg whose parent nobody knows',
      orders: [oco({})[1]],
      steps: [replace(oco({})[1], { stop: '96' })],
      code: 'competing_exit',
    },
  ];
  it.each(cases)('$why: $code', ({ code, ...given }) => {
    expect(codeOf(guard, given)).toBe(code);
  });

  it('treats other orders like its own where the owner wants that', () => {
    expect(codeOf(manages, { orders: [foreign], steps: [cancel(foreign)] })).toBeNull();
  });

  it('lets nobody share shares with another app, whoever manages what', () => {
    const given = { orders: [foreign], steps: [submit({ quantity: '1' })] };
    expect(codeOf(manages, given)).toBe('competing_exit');
  });
});

describe('stop never loosens', () => {
  const high = stopLimit({ id: 'high', quantity: '5', stop: '97', limit: '96.5' });
  const low = stopLimit({ id: 'low', quantity: '5', stop: '90', limit: '89.5' });
  const triggered = { price: '94', bid: '94', ask: '94.1', orders: [stop] };
  const short = stopLimit({ side: 'buy', stop: '105', limit: '105.5' });
  const cases: readonly Case[] = [
    {
      why: 'a stop raised by a cent',
      orders: [stop],
      steps: [replace(stop, { stop: '95.01' })],
      code: null,
    },
    {
      why: 'a stop left at its price',
      orders: [stop],
      steps: [replace(stop, { stop: '95', limit: '94' })],
      code: null,
    },
    {
      why: 'a stop lowered by a cent',
      orders: [stop],
      steps: [replace(stop, { stop: '94.99' })],
      code: 'stop_loosened',
    },
    {
      why: 'a short’s stop lowered',
      side: 'short',
      orders: [short],
      steps: [replace(short, { stop: '104.99' })],
      code: null,
    },
    {
      why: 'a short’s stop raised',
      side: 'short',
      orders: [short],
      steps: [replace(short, { stop: '105.01', limit: '106' })],
      code: 'stop_loosened',
    },
    { why: 'a stop taken away', orders: [stop], steps: [cancel(stop)], code: 'stop_loosened' },
    {
      why: 'a stop without a limit that has triggered, and a sale in its place',
      ...{ price: '94', bid: '94', ask: '94.1' },
      orders: [stopLimit({ type: 'stop', limit: null })],
      steps: [cancel(stopLimit()), submit()],
      code: null,
    },
    {
      why: 'a stop taken away for an exit',
      orders: [stop],
      steps: [cancel(stop), submit()],
      code: null,
    },
    {
      why: 'a stop taken away for an exit of less',
      orders: [stop],
      steps: [cancel(stop), submit({ quantity: '9.9' })],
      code: 'stop_loosened',
    },
    {
      why: 'a stop taken away for a limit that fills now',
      orders: [stop],
      steps: [cancel(stop), submit({ limit: '99.99' })],
      code: null,
    },
    {
      why: 'a stop taken away for a limit that may never fill',
      orders: [stop],
      steps: [cancel(stop), submit({ limit: '100' })],
      code: 'stop_loosened',
    },
    {
      why: 'a stop made smaller by what is sold',
      orders: [stop],
      steps: [replace(stop, { quantity: '5' }), submit({ quantity: '5' })],
      code: null,
    },
    {
      why: 'a stop made smaller by more than is sold',
      orders: [stop],
      steps: [replace(stop, { quantity: '4' }), submit({ quantity: '5' })],
      code: 'stop_loosened',
    },
    {
      why: 'a stop taken away for a limit at the last price, when nobody bids',
      orders: [stop],
      bid: '0',
      steps: [cancel(stop), submit({ limit: '100' })],
      code: null,
    },
    {
      why: 'a stop traded for an OCO with the same stop',
      orders: [stop],
      steps: [cancel(stop), submit({ orderClass: 'oco', limit: '120', stopLoss: ['95', '94'] })],
      code: null,
    },
    {
      why: 'a stop traded for an OCO with a looser one',
      orders: [stop],
      steps: [cancel(stop), submit({ orderClass: 'oco', limit: '120', stopLoss: ['94.99', '94'] })],
      code: 'stop_loosened',
    },
    {
      why: 'a stop whose limit comes to lie before it',
      orders: [stop],
      steps: [replace(stop, { limit: '95.01' })],
      code: 'stop_loosened',
    },
    {
      why: 'a stop set where it cannot rest',
      orders: [stop],
      steps: [replace(stop, { stop: '100', limit: '99' })],
      code: 'stop_loosened',
    },
    {
      why: 'the tight tranche kept, the loose one sold',
      orders: [high, low],
      steps: [cancel(low), submit({ quantity: '5' })],
      code: null,
    },
    {
      why: 'the tight tranche sold, the loose one kept',
      orders: [high, low],
      steps: [cancel(high), submit({ quantity: '5' })],
      code: null,
    },
    {
      why: 'the tight tranche lowered to the loose one',
      orders: [high, low],
      steps: [replace(high, { stop: '90', limit: '89' })],
      code: 'stop_loosened',
    },
    {
      why: 'bare shares sold and the others’ stop cut',
      orders: [stopLimit({ quantity: '6' })],
      steps: [replace(stopLimit({ quantity: '6' }), { quantity: '2' }), submit({ quantity: '4' })],
      code: 'stop_loosened',
    },
    {
      why: 'an OCO whose profit is taken now',
      orders: oco({}),
      steps: [replace(oco({})[0], { limit: '99' })],
      code: null,
    },
    {
      why: 'an OCO whose profit is taken now, and another’s stop gone',
      quantity: '15',
      orders: [...oco({}), low],
      steps: [replace(oco({})[0], { limit: '99' }), cancel(low)],
      code: 'stop_loosened',
    },
    {
      why: 'a triggered stop given a lower limit',
      ...triggered,
      steps: [replace(stop, { limit: '93' })],
      code: null,
    },
    {
      why: 'a triggered stop given a higher limit',
      ...triggered,
      steps: [replace(stop, { limit: '94.9' })],
      code: 'stop_loosened',
    },
    {
      why: 'a triggered stop traded for a limit at its price',
      ...triggered,
      steps: [cancel(stop), submit({ limit: '94.5' })],
      code: null,
    },
    {
      why: 'a triggered stop taken away',
      ...triggered,
      steps: [cancel(stop)],
      code: 'stop_loosened',
    },
    {
      why: 'a triggered stop traded for a lower stop',
      ...triggered,
      steps: [cancel(stop), submit({ stop: '90', limit: '89' })],
      code: 'stop_loosened',
    },
    {
      why: 'a stop for more than is held cut to what others leave it, theirs being looser',
      orders: [
        stop,
        stopLimit({ id: 'theirs', foreign: true, quantity: '4', stop: '90', limit: '89' }),
      ],
      steps: [replace(stop, { quantity: '6' })],
      code: null,
    },
    {
      why: 'a stop for more than is held cut to less than others leave it',
      orders: [
        stop,
        stopLimit({ id: 'theirs', foreign: true, quantity: '4', stop: '90', limit: '89' }),
      ],
      steps: [replace(stop, { quantity: '5' })],
      code: 'stop_loosened',
    },
    {
      why: 'a stop for more than is held cut to what a limit of others leaves it',
      orders: [stop, order({ id: 'theirs', foreign: true, quantity: '4', limit: '120' })],
      steps: [replace(stop, { quantity: '6' })],
      code: null,
    },
    {
      why: 'the tight one of two stops of ours for the same shares taken away',
      orders: [stop, stopLimit({ id: 'loose', stop: '90', limit: '89' })],
      steps: [cancel(stop)],
      code: 'stop_loosened',
    },
    { why: 'a bare position left bare', steps: [], code: null },
    {
      why: 'a take-profit taken away',
      orders: [order({ limit: '120' })],
      steps: [cancel(order({ limit: '120' }))],
      code: null,
    },
    { why: 'an entry', orders: [stop], steps: [buyMore('5', '99')], code: null },
  ];
  it.each(cases)('$why: $code', ({ code, ...given }) => {
    expect(codeOf(stopNeverLoosens(), given)).toBe(code);
  });

  it('tells which stop would get looser', () => {
    const verdict = stopNeverLoosens().review(
      reviewOf({ orders: [stop], steps: [replace(stop, { stop: '90', limit: '89' })] }),
    );
    expect(verdict).toMatchObject({
      measured: '0 shares with a stop at 95.00 or tighter',
      limit: '10 shares, as now less what the plan sells',
      wouldPass: 'a stop at 95.00 or tighter for what is not sold',
    });
  });
});
