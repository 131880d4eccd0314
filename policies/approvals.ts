// What goes through without me, and how I am asked for the rest.
import { z } from 'zod';
import { type Decimal, text } from '../src/domain/decimal.ts';
import { decimalSetting, settingsObject, wholeSetting } from './settings.ts';

const amount = (least: string, most: string) =>
  decimalSetting(least, most).transform((value: Decimal) => text(value));

const limits = (defaults: {
  readonly dollars: number;
  readonly equityPercent: number;
  readonly positionPercent: number;
}) =>
  settingsObject({
    saleDollarsPerDay: amount('0', '1000000000').prefault(defaults.dollars),
    saleEquityPercentPerDay: amount('0', '100').prefault(defaults.equityPercent),
    salePositionPercentPerDay: amount('0', '100').prefault(defaults.positionPercent),
    addedDollars: amount('0', '1000000000').prefault(0),
  });

/**
 * A whole position may leave without a person as long as it is a small part of the account; an
 * agent that sells everything is stopped by the day's sum. Real money: half of a position.
 */
export const approvalSettings = settingsObject({
  limits: limits({ dollars: 25_000, equityPercent: 10, positionPercent: 100 }).prefault({}),
  liveLimits: limits({ dollars: 5_000, equityPercent: 5, positionPercent: 50 }).prefault({}),
  elicitation: z.enum(['never', 'not_live', 'always']).prefault('not_live'),
  lifetimeMs: wholeSetting(30_000, 3_600_000).prefault(300_000),
  delayMs: wholeSetting(60_000, 86_400_000).prefault(600_000),
  mostPending: wholeSetting(1, 10).prefault(3),
  proposalsPerMinute: wholeSetting(1, 60).prefault(6),
});
