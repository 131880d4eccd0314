import { z } from 'zod';
import { parseDecimal } from '../../src/domain/decimal.ts';
import { isTicker, ticker } from '../../src/domain/ids.ts';
import {
  type CoordinatedIntent,
  EXIT_REASONS,
  type ExitGroup,
  type ExitReason,
} from '../../src/domain/plan.ts';

const GROUPS = 'all, sector:Energy, cluster:AAPL or AAPL,MSFT';
const WEIGHTS = 'AAPL=10,MSFT=5,CASH=20';
const CASH = 'CASH';
/** Between a group and the reason for leaving it, which is the owner's wish unless said. */
const BECAUSE = ' because ';
/** Far above any that makes sense: 500 names with their weights. */
const LONGEST = 9_000;

/** The arguments that belong to what is wanted of several positions. */
export const coordinationArguments = {
  group: z.string().optional().describe(`exit: ${GROUPS}`),
  weights: z.string().optional().describe(`rebalance: ${WEIGHTS}`),
};

export type Coordination = {
  readonly group?: string | undefined;
  readonly weights?: string | undefined;
};

/** Why an argument makes no sense with this intent; null where all do. */
export function misplacedIn({ group, weights }: Coordination, intent: string): string | null {
  if (group !== undefined && intent !== 'exit') return `group belongs to exit, not to ${intent}.`;
  if (weights === undefined || intent === 'rebalance') return null;
  return `weights belongs to rebalance, not to ${intent}.`;
}

/** The exit of a group, or a sentence on why the text names none. */
export function exitOf(text: string): CoordinatedIntent | string {
  const [named = '', reason = 'owner_wish'] = text.split(BECAUSE);
  const group = groupIn(named);
  if (!isReason(reason)) return `an exit is because of one of: ${EXIT_REASONS.join(', ')}.`;
  if (group === null) return `group is one of: ${GROUPS}.`;
  return { kind: 'exit_group', symbol: null, group, reason };
}

const isReason = (word: string): word is ExitReason =>
  EXIT_REASONS.some((reason) => reason === word);

function groupIn(text: string): ExitGroup | null {
  if (text.length > LONGEST) return null;
  if (text === 'all') return { by: 'everything' };
  const [by, name = ''] = text.split(':');
  if (by === 'sector') {
    return /^[A-Za-z][A-Za-z &-]{0,39}$/.test(name) ? { by: 'sector', sector: name } : null;
  }
  if (by === 'cluster') return isTicker(name) ? { by: 'cluster', of: ticker(name) } : null;
  const symbols = text.split(',');
  return symbols.every(isTicker) ? { by: 'symbols', symbols: symbols.map(ticker) } : null;
}

/** The rebalance, or a sentence on why the text holds no weights. */
export function rebalanceOf({ weights = '' }: Coordination): CoordinatedIntent | string {
  const words = weights.slice(0, LONGEST + 1).split(',');
  const odd = words.findIndex((word) => !isWeight(word.split('=')));
  if (weights.length > LONGEST || odd >= 0) {
    const which = odd < 0 || weights === '' ? '' : `${oddWeight(words, odd)}: `;
    return `${which}rebalance needs weights in percent of equity, 0 to 100, such as ${WEIGHTS}.`;
  }
  const pairs = words.map((word) => word.split('='));
  const [cash, ...more] = pairs.filter(([name]) => name === CASH);
  if (more.length > 0) return `${CASH} has two weights; one is enough.`;
  return {
    ...{ kind: 'rebalance', symbol: null },
    weights: pairs
      .filter(([name]) => name !== CASH)
      .map(([name = '', percent = '']) => ({ symbol: ticker(name), percent })),
    cashPercent: cash?.[1] ?? null,
  };
}

/** By the symbol if there is one, since what else stands there may be written by anybody. */
function oddWeight(words: readonly string[], place: number): string {
  const [name = ''] = (words[place] ?? '').split('=');
  const which = isTicker(name) ? ` (${name})` : '';
  return `weight ${place + 1} of ${words.length}${which} is none`;
}

const isWeight = ([name = '', percent = '', ...rest]: readonly string[]): boolean =>
  rest.length === 0 && isTicker(name) && isPercent(percent);

function isPercent(digits: string): boolean {
  const value = digits === digits.trim() ? parseDecimal(digits) : null;
  return value?.gte('0') === true && value.lte('100');
}
