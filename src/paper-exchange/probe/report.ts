import { knownSwitches } from './findings.ts';
import type { Answered, ProbeResult } from './probe.ts';

/** The report for people. */
export function markdownReport(result: ProbeResult): string {
  const { accountNumber, at, symbol, isOpen, requests, left, isStopped } = result;
  const hidden = `${accountNumber.slice(0, 2)}…${accountNumber.slice(-3)}`;
  return [
    '# Probe of an Alpaca paper account',
    '',
    `Account ${hidden}, ${new Date(at).toISOString()}, market ${isOpen ? 'open' : 'closed'}, ` +
      `in ${symbol}, ${requests} requests.`,
    ...(isStopped ? ['', '**It was stopped before all was asked.**'] : []),
    '',
    left === null
      ? 'Nothing is left: no order of the probe is open, and it holds nothing.'
      : `**Left behind: ${left}.** Look at the account and take it back by hand.`,
    ...section(
      'Differs from the defaults here',
      ['switch', 'default', 'answer', 'decides'],
      [...differing(result)],
    ),
    ...section(
      'As the defaults here',
      ['switch', 'asked by'],
      told(result, 'as_here').map((one) => [one.switch ?? '', one.name]),
    ),
    ...section(
      'Asked, and the answers do not tell',
      ['switch', 'asked by', 'because'],
      [
        ...told(result, 'says_nothing').map((one) => [
          ...[one.switch ?? '', one.name, 'every value of the switch answers so here'],
        ]),
        ...told(result, 'unknown_answer').map((one) => [
          ...[one.switch ?? '', one.name, 'no value of the switch answers so'],
        ]),
      ],
    ),
    ...section(
      'Could not be asked',
      ['question', 'switch', 'because'],
      result.answered.flatMap((one) =>
        one.kind === 'not_run' ? [[one.name, one.switch ?? '', one.because]] : [],
      ),
    ),
    ...section(
      'Not observable this way',
      ['switch', 'because'],
      Object.entries(result.notObservable),
    ),
    ...section(
      'Other differences, for which there is no switch',
      ['question', 'what', 'there', 'here'],
      result.differences.map(({ name, fact, there, here }) => [name, fact, there, here]),
    ),
    '',
  ].join('\n');
}

/** The same for programs. */
export function jsonReport(result: ProbeResult): string {
  const answered = result.answered.map((one) =>
    one.kind === 'run' ? { ...one, facts: Object.fromEntries(one.facts) } : one,
  );
  return `${JSON.stringify({ ...result, at: new Date(result.at).toISOString(), answered }, null, 2)}\n`;
}

/** The file that makes the exchange answer alike. */
export const switchesText = ({ settings }: ProbeResult): string =>
  `${JSON.stringify(settings, null, 2)}\n`;

function differing({ settings }: ProbeResult): readonly (readonly string[])[] {
  return knownSwitches.flatMap(({ group, name, usual, decides }) => {
    const value: unknown = Reflect.get(settings[group], name);
    return value === undefined
      ? []
      : [[name, JSON.stringify(usual), JSON.stringify(value), decides]];
  });
}

const told = ({ answered }: ProbeResult, kind: string): readonly Answered[] =>
  answered.filter((one) => one.kind === 'run' && one.finding?.kind === kind);

function section(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  if (rows.length === 0) return ['', `## ${title}`, '', 'None.'];
  const line = (cells: readonly string[]): string => `| ${cells.map(plain).join(' | ')} |`;
  return ['', `## ${title}`, '', line(columns), line(columns.map(() => '---')), ...rows.map(line)];
}

/** A broker's words must not become a part of the table. */
const plain = (cell: string): string =>
  cell
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll('<', '&lt;');
