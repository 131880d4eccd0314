import type { Notice } from '../ports/notifier.ts';

const LONGEST = 600;

/** Which money it is about comes first: nobody should have to look twice. */
const PLACES = { live: 'LIVE', paper: 'paper', simulated: 'simulated' } as const;
const KINDS = {
  alert: 'ALERT',
  all_clear: 'all clear',
  approval: 'approval wanted',
  test: 'test',
} as const;

/** A notice as one line for people. */
export function noticeText({ kind, code, symbol, because, environment }: Notice): string {
  const about = symbol === null ? code : `${symbol} ${code}`;
  const line = `[${PLACES[environment]}] ${KINDS[kind]}: ${about}: ${because}`;
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}
