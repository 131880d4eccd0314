import type { Overruled } from '../../domain/decision.ts';
import type { Action, Recommendation } from '../../domain/policy.ts';

type Kind = Action['kind'];
/** What a policy wants, of one kind. */
export type Wish<K extends Kind> = Recommendation & {
  readonly action: Extract<Action, { kind: K }>;
};
/** Who overrules when it is not another policy. */
export const ENGINE = 'engine';
export const overrule = (
  recommendation: Recommendation,
  by: string,
  because: string,
): Overruled => ({
  recommendation,
  by,
  because,
});

export const without = (all: readonly Recommendation[], one: Recommendation): Recommendation[] =>
  all.filter((each) => each !== one);

export const ofKind = <K extends Kind>(all: readonly Recommendation[], kind: K): Wish<K>[] =>
  all.filter((each): each is Wish<K> => each.action.kind === kind);
