import { describe, expect, it } from 'vitest';
import { decimal, price, text } from '../../src/domain/decimal.ts';
import {
  exitSide,
  isThrough,
  isTighter,
  tickTighter,
  tickWider,
  tightest,
  towardsGain,
  towardsLoss,
} from '../../src/domain/side.ts';

describe('the two sides of a position', () => {
  it.each([
    { side: 'long', exit: 'sell', tight: '96', loss: '98', gain: '102', up: '1.24', down: '1.23' },
    { side: 'short', exit: 'buy', tight: '94', loss: '102', gain: '98', up: '1.23', down: '1.24' },
  ] as const)('mirror each other: $side', ({ side, exit, tight, loss, gain, up, down }) => {
    expect(exitSide(side)).toBe(exit);
    const prices = ['95', '94', '96', '95'].map((digits) => price(digits));
    expect(text(tightest(side, prices) ?? decimal('0'))).toBe(tight);
    expect(text(towardsLoss(side, decimal('100'), decimal('2')))).toBe(loss);
    expect(text(towardsGain(side, decimal('100'), decimal('2')))).toBe(gain);
    expect(text(tickTighter(side, decimal('1.2345')))).toBe(up);
    expect(text(tickWider(side, decimal('1.2345')))).toBe(down);
  });

  it('knows no tightest of no prices', () => {
    expect(tightest('long', [])).toBeNull();
  });

  it('calls a price neither tighter than itself nor clear of the market at it', () => {
    const at = decimal('95');
    for (const side of ['long', 'short'] as const) {
      expect(isTighter(side, at, at)).toBe(false);
      expect(isThrough(side, at, at)).toBe(true);
    }
    expect(isThrough('long', at, decimal('95.01'))).toBe(false);
    expect(isThrough('short', at, decimal('94.99'))).toBe(false);
  });
});
