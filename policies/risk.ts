// By what I judge the risk of all my positions together.
import { z } from 'zod';
import { isTicker } from '../src/domain/ids.ts';
import { decimalSetting, settingsObject } from './settings.ts';

const SYMBOL = 'symbols such as AAPL or BRK.B';

export const riskSettings = settingsObject({
  /** The symbol that stands for the market: betas and the worst day are measured by it. */
  benchmark: z.string().refine(isTicker, SYMBOL).prefault('SPY'),
  /** Names whose prices go together at least so much count as one cluster. */
  clusterCorrelation: decimalSetting('0.1', '1').prefault('0.7'),
  /** A rebalance leaves a name alone that is at most so many percent of equity off its target. */
  rebalanceBandPercent: decimalSetting('0', '20').prefault('1'),
  /** The sector of a symbol, where the shipped map has none or another. */
  sectors: z
    .record(z.string().refine(isTicker, SYMBOL), z.string().min(1).max(40))
    .readonly()
    .default({}),
});
