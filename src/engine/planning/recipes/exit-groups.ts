import type { Quantity } from '../../../domain/decimal.ts';
import { addShares, NO_SHARES } from '../../../domain/decimal.ts';
import type { Draft } from '../candidate.ts';
import type { ExitGroup, Situation } from '../situation.ts';
import type { Cover } from './moves.ts';
import { cancel, isTightEnough, moveStop } from './moves.ts';
import type { Option } from './option.ts';
import { leaveAlone } from './option.ts';

/**
 * Brackets and OCOs of ours. One that fits the target stays; one whose stop is too loose
 * has its stop leg moved; one that owns more shares than are to be kept is dissolved.
 *
 * @param wanted shares that need a stop
 */
export function exitGroupOptions(
  situation: Situation,
  cover: Cover,
  wanted: Quantity,
): readonly Option[] {
  const { groups } = situation;
  const holdsNow = total(groups);
  const fitting: ExitGroup[] = [];
  let kept = NO_SHARES;
  for (const group of groups) {
    const grown = addShares(kept, group.quantity);
    if (group.stop === null || grown.gt(wanted)) continue;
    fitting.push(group);
    kept = grown;
  }
  const loose = fitting.filter((group) => !isTight(group, cover, situation));
  const misfits = groups.filter((group) => !fitting.includes(group));
  if (loose.length === 0 && misfits.length === 0) return [leaveAlone(holdsNow)];

  const move: Option = {
    ...leaveAlone(kept),
    recipe: loose.length > 0 ? 'patch-group-stop' : 'dissolve-group',
    shrinks: loose.flatMap((group) => moveLeg(group, cover, situation)),
    cancels: misfits.flatMap(dissolve),
  };
  const firm = fitting.filter((group) => !loose.includes(group));
  const dissolveAll: Option = {
    ...leaveAlone(total(firm)),
    recipe: 'dissolve-group',
    cancels: [...misfits, ...loose].flatMap(dissolve),
  };
  return loose.length > 0
    ? [move, dissolveAll, leaveAlone(holdsNow)]
    : [move, leaveAlone(holdsNow)];
}

/** Canceling one member takes the whole group down; the working one can be canceled. */
export function dissolve(group: ExitGroup): Draft[] {
  const member = group.takeProfit ?? group.stop;
  return member === null ? [] : [cancel(member)];
}

const moveLeg = (group: ExitGroup, cover: Cover, situation: Situation): Draft[] =>
  group.stop === null
    ? []
    : [moveStop(group.stop, cover, group.quantity, situation, `group/${group.key}/stop`)];

const isTight = (group: ExitGroup, cover: Cover, { target }: Situation): boolean =>
  group.stop !== null && isTightEnough(group.stop, cover, target.side);

const total = (groups: readonly ExitGroup[]): Quantity =>
  groups.reduce((sum, { quantity }) => addShares(sum, quantity), NO_SHARES);
