// Which way each of my limits becomes stricter. A stricter one holds at once; for the other way,
// and for whatever is not named here, BigBrother waits for me.

import type { Direction } from '../src/domain/settings-direction.ts';

/** Of one policy's rollout, whichever policy it is. */
const rolloutDirections: Readonly<Record<string, Direction>> = {
  stage: ['shadow', 'symbols', 'all'],
  symbols: 'fewer',
  maxActionsPerDay: 'lower',
  maxPositionDollars: 'lower',
};

const limitsOnHosts = (name: string): Readonly<Record<string, Direction>> => ({
  [`approvals.${name}.saleDollarsPerDay`]: 'lower',
  [`approvals.${name}.saleEquityPercentPerDay`]: 'lower',
  [`approvals.${name}.salePositionPercentPerDay`]: 'lower',
  [`approvals.${name}.addedDollars`]: 'lower',
});

/**
 * By the path in the settings file. What bears on exits and protection has no direction: what
 * holds them back more is not safer. Neither has what policies want, since that is a choice.
 */
const directions: Readonly<Record<string, Direction>> = {
  mode: ['observe', 'propose', 'execute'],
  'loosening.delayMs': 'higher',
  'stepBack.vetoes': 'lower',
  'stepBack.windowMs': 'higher',
  planLifetimeMs: 'lower',
  ...limitsOnHosts('limits'),
  ...limitsOnHosts('liveLimits'),
  'approvals.elicitation': ['never', 'not_live', 'always'],
  'approvals.delayMs': 'higher',
  'approvals.mostPending': 'lower',
  'approvals.proposalsPerMinute': 'lower',
  'policies.freshData.quoteMs': 'lower',
  'policies.freshData.snapshotMs': 'lower',
  'policies.freshData.spreadPercent': 'lower',
  'policies.freshData.lastFromMiddlePercent': 'lower',
  'policies.orderSize.maximumDollars': 'lower',
  'policies.orderSize.percentOfEquity': 'lower',
  'policies.orderSize.percentOfDailyVolume': 'lower',
  'policies.orderSize.timesOwnMedian': 'lower',
  'policies.priceCollar.entryPercent': 'lower',
  'policies.exposureName.percentOfEquity': 'lower',
  'policies.exposureTotal.percentOfEquity': 'lower',
  'policies.dailyLoss.percentOfEquity': 'lower',
  'policies.drawdown.percentOfPeak': 'lower',
  'policies.buyingPower.useMargin': 'off',
  'policies.concentration.sectorPercent': 'lower',
  'policies.concentration.clusterPercent': 'lower',
  'policies.concentration.unknownSectorPercent': 'lower',
  'policies.dropCopy.lagMs': 'lower',
  'policies.margin.maintenancePercent': 'lower',
  'policies.marketHours.afterOpenMs': 'higher',
  'policies.marketHours.beforeCloseMs': 'higher',
  'policies.marketHours.brokerClockMs': 'lower',
  'policies.messageThrottle.entriesPerMinute': 'lower',
  'policies.messageThrottle.entriesPerSymbolPerMinute': 'lower',
  'policies.noShort.allowShort': 'off',
  'policies.repeatedExecution.times': 'lower',
  'policies.repeatedExecution.windowMs': 'higher',
  'policies.stopSanity.leastAtr': 'higher',
  'policies.stopSanity.mostAtr': 'lower',
  'policies.symbols.allowed': 'fewer',
  'policies.symbols.restricted': 'more',
  'policies.symbols.allowCrypto': 'off',
  'policies.unexecutedValue.percentOfEquity': 'lower',
  'policies.brokerBackstops.ageMs': 'lower',
};

/** Null where neither way is stricter. */
export function directionOf(path: string): Direction | null {
  const [section, , ...rest] = path.split('.');
  if (section === 'rollout') return rolloutDirections[rest.join('.')] ?? null;
  return directions[path] ?? null;
}

/** Every path that has a direction. */
export const directedPaths: readonly string[] = Object.keys(directions);
