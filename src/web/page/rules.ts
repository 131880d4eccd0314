import { element, setProperty } from '../dom.ts';
import { dollars } from '../figures.ts';
import type { GuardrailRow, LimitRow, PolicyRow, RulesView } from './page-data.ts';

const STAGES: Readonly<Record<PolicyRow['stage'], string>> = {
  shadow: 'Shadow: only says what it would do',
  symbols: 'Acts in some symbols',
  all: 'Acts everywhere',
};
/** From here on a limit is near. */
const NEAR_PERCENT = 80;

/** What is wanted, what must never happen, and how much room is left. */
export class RulesPanel {
  readonly root = element('div', 'rules');

  show({ policies, limits, guardrails }: RulesView): void {
    this.root.replaceChildren(
      section('Limits of the account', [
        element('div', 'limits', limits.map(limitRow)),
        element('p', 'note', ['Beyond a limit entries are refused. Exits and protection go on.']),
      ]),
      section('Policies, the first in precedence first', [
        element('ul', 'plain policies', policies.map(policyRow)),
      ]),
      section('Guardrails and their last word', [
        element('ul', 'plain guardrails', guardrails.map(guardrailRow)),
      ]),
    );
  }
}

const section = (title: string, children: readonly Node[]): HTMLElement =>
  element('section', 'rules-part', [element('h2', '', [title]), ...children]);

function limitRow({ name, measured, limit, usedPercent, guardrail }: LimitRow): HTMLElement {
  const used = usedPercent ?? 0;
  const tone = usedPercent === null || used >= 100 ? 'bad' : used >= NEAR_PERCENT ? 'warn' : 'good';
  const bar = element('span', 'headroom', [element('span', 'headroom-used')], {
    'aria-hidden': 'true',
    'data-tone': tone,
  });
  setProperty(bar, '--used', `${Math.min(100, used)}%`);
  const left =
    usedPercent === null ? 'not measured' : `${Math.max(0, 100 - used).toFixed(0)} % left`;
  return element('div', 'limit', [
    element('span', 'limit-name', [name, element('span', 'note', [` ${guardrail}`])]),
    element('span', 'limit-figures figure', [`${measured} of ${limit}`]),
    bar,
    element('span', 'limit-left figure', [left], { 'data-tone': tone }),
  ]);
}

function policyRow(policy: PolicyRow): HTMLElement {
  const { name, promise, stage, symbols, steppedBack } = policy;
  const bounds = [
    ...(stage === 'symbols' ? [symbols.join(', ') || 'no symbol'] : []),
    ...(policy.maxActionsPerDay === null ? [] : [`at most ${policy.maxActionsPerDay} a day`]),
    ...(policy.maxPositionDollars === null
      ? []
      : [`positions up to ${dollars(policy.maxPositionDollars)}`]),
  ];
  const isBack = steppedBack !== null;
  return element('li', 'policy', [
    element('strong', '', [name]),
    element('span', 'chip', [isBack ? 'Taken back to shadow' : STAGES[stage]], {
      'data-tone': isBack ? 'bad' : stage === 'all' ? 'good' : 'plain',
    }),
    element('p', '', [promise]),
    ...(bounds.length === 0 ? [] : [element('p', 'note', [bounds.join('; ')])]),
    ...(isBack ? [element('p', 'causes', [steppedBack])] : []),
  ]);
}

function guardrailRow({ name, promise, asked, denied, last }: GuardrailRow): HTMLElement {
  const words = last === null ? 'not asked yet' : `${last.measured} (limit: ${last.limit})`;
  return element('li', 'guardrail', [
    element('strong', '', [name]),
    element(
      'span',
      'chip',
      [last === null ? 'Not asked' : last.outcome === 'pass' ? 'Passed' : 'Denied'],
      {
        'data-tone': last === null ? 'plain' : last.outcome === 'pass' ? 'good' : 'bad',
      },
    ),
    element('p', '', [promise]),
    element('p', 'note figure', [
      last === null ? words : `${last.symbol}: ${words}; ${last.because}`,
      ` · asked ${asked} times, denied ${denied}`,
    ]),
  ]);
}
