import { canonicalText, type Json } from '../../domain/canonical.ts';
import { isoTime } from '../../domain/time.ts';
import type { Difference, MadeUnder } from '../../runtime/replay.ts';
import type { ReplayResult } from '../../runtime/replay-report.ts';
import { VERSION } from '../shared/version.ts';
import type { SymbolWhatIf } from './replay-exchange.ts';

export type Told = {
  readonly result: ReplayResult;
  /** What the paper exchange makes of other settings; in words, why nobody can tell. */
  readonly exchange: readonly SymbolWhatIf[] | string | null;
  /** The file with other settings; null where those of the journal held. */
  readonly settings: string | null;
};

const MOST_LINES = 20;
const LONGEST_VALUE = 160;

export const replayJson = ({ result, exchange, settings }: Told): string => {
  const { counts, differences, by, gaps } = result;
  const different = Object.values(counts).some((count) => count.different > 0);
  const missing = Object.values(counts).some((count) => count.missing > 0);
  const [first = null] = differences;
  const json = {
    ...{ identical: !different, complete: !missing, what_if: settings, code_version: VERSION },
    decisions: counts.decision,
    plans: counts.plan,
    verdicts: counts.verdicts,
    first_difference: first,
    different_by: by,
    differences,
    missing: gaps,
    ...(exchange === null ? {} : { exchange }),
  };
  return `${JSON.stringify(json)}\n`;
};

export function replayInWords({ result, exchange, settings }: Told): string {
  const { counts, differences, gaps } = result;
  const lines = [
    settings === null
      ? 'Made anew from what the journal says was known, with the settings it says held:'
      : `Made anew from what the journal says was known, with the settings in ${settings}:`,
    ...Object.entries(counts).map(
      ([what, { same, different, missing }]) =>
        `  ${PLURAL[what] ?? what}: ${same} the same, ${different} different` +
        (missing === 0 ? '' : `, ${missing} cannot be made anew`),
    ),
    ...gaps.map(
      ({ because, count, firstSeq }) => `  ${count} from record ${firstSeq} on: ${because}`,
    ),
    ...(differences.length === 0
      ? []
      : settings === null
        ? firstInWords(differences)
        : listInWords(result)),
    ...(exchange === null ? [] : exchangeInWords(exchange)),
  ];
  return `${lines.join('\n')}\n`;
}

const PLURAL: Readonly<Record<string, string>> = {
  decision: 'decisions',
  plan: 'plans',
  verdicts: 'verdicts',
};

function firstInWords([first, ...others]: readonly Difference[]): readonly string[] {
  if (first === undefined) return [];
  return [
    '',
    `The first difference is in record ${first.seq} of ${isoTime(first.at)}` +
      `${first.symbol === null ? '' : `, ${first.symbol}`}, in the ${first.what}:`,
    `  field     ${first.field === '' ? 'the whole' : first.field}`,
    `  recorded  ${valueText(first.recorded)}`,
    `  derived   ${valueText(first.derived)}`,
    ...(first.by.length === 0 ? [] : [`  said by   ${first.by.join(', ')}`]),
    `  ${versionsInWords(first.madeUnder)}`,
    ...(others.length === 0 ? [] : [`  ${others.length} more follow; --json lists them.`]),
  ];
}

/** Settings are those of the journal, so that only another program can decide otherwise. */
const versionsInWords = ({ codeVersion, settingsHash }: MadeUnder): string => {
  const settings = `The settings are the recorded ones (${settingsHash?.slice(0, 12) ?? 'no hash'})`;
  if (codeVersion === null) return `${settings}; which version decided is not recorded.`;
  return codeVersion === VERSION
    ? `${settings}, and the version is the same, ${VERSION}: the program was changed under one number.`
    : `${settings}; version ${codeVersion} decided, and this is ${VERSION}.`;
};

/** What would have been done otherwise; what would only have been said otherwise is counted. */
function listInWords({ differences, by }: ReplayResult): readonly string[] {
  const isDone = ({ effect }: Difference) => effect.recorded !== effect.derived;
  const done = differences.filter((each) => isDone(each) && each.what !== 'plan');
  const said = differences.filter((each) => !isDone(each)).length;
  return [
    '',
    'Who speaks otherwise, and how often:',
    ...Object.entries(by).map(([name, count]) => `  ${name}: ${count}`),
    '',
    done.length === 0 ? 'Nothing else would have been done.' : 'What would have differed:',
    ...done.slice(0, MOST_LINES).flatMap(linesOf),
    ...(done.length > MOST_LINES ? [`  ${done.length - MOST_LINES} more; --json lists them.`] : []),
    ...(said === 0 ? [] : [`${said} differ in words or figures only.`]),
  ];
}

const linesOf = ({ seq, at, symbol, what, effect, by }: Difference): readonly string[] => [
  `  #${seq} ${isoTime(at)} ${symbol ?? '-'} ${what}${by.length === 0 ? '' : ` (${by.join(', ')})`}`,
  `      was    ${effect.recorded}`,
  `      would  ${effect.derived}`,
];

function valueText(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? value : canonicalText(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 1)}…`;
}

function exchangeInWords(exchange: readonly SymbolWhatIf[] | string): readonly string[] {
  if (typeof exchange === 'string') {
    return ['', `The paper exchange cannot play it: ${exchange}.`];
  }
  return [
    '',
    'On the paper exchange, with the prices that the journal holds, exits and what is left come to:',
    ...exchange.map((each) =>
      each.suffices
        ? `  ${each.symbol}: $${each.wouldDollars} instead of $${each.againDollars}` +
          ` (recorded $${each.recordedDollars})`
        : `  ${each.symbol}: the ${each.prices} prices do not suffice: ${each.because}`,
    ),
  ];
}
