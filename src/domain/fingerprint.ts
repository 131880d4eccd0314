import { type Price, text } from './decimal.ts';
import type { Step } from './plan.ts';

/**
 * What a step does, in one line: two steps that would do the same to the account have the
 * same one, whatever their ids. The duplicate guardrail compares these.
 */
export function fingerprintOf(step: Step): string {
  switch (step.kind) {
    case 'submit': {
      const { side, type, quantity, stopPrice, limitPrice } = step.order;
      const prices = `${priceText(stopPrice)}/${priceText(limitPrice)}`;
      return [step.symbol, side, type, prices, text(quantity), step.purpose].join(' ');
    }
    case 'replace': {
      const { before, change } = step;
      const stop = change.stopPrice ?? before.stopPrice;
      const limit = change.limitPrice ?? before.limitPrice;
      const quantity = change.quantity ?? before.quantity;
      return [
        step.symbol,
        `replace ${step.orderId}`,
        `${priceText(stop)}/${priceText(limit)}`,
        quantity === null ? '-' : text(quantity),
        step.purpose,
      ].join(' ');
    }
    case 'cancel':
      return [step.symbol, `cancel ${step.orderId}`, step.purpose].join(' ');
  }
}

/** To the cent, so that a price that moved by less is still the same order. */
const priceText = (at: Price | null): string => (at === null ? '-' : at.round(2, 2).toFixed());
