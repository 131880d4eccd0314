import { join } from 'node:path';
import { KNOWN_SERVERS, programOf } from '../../adapters/advisors/known-servers.ts';
import { connectAlpaca } from '../../adapters/alpaca/connect.ts';
import { SqliteEventReader } from '../../adapters/event-stores/sqlite-reader.ts';
import { DataDirectory, fileExists } from '../../adapters/system/files.ts';
import { whyNotLocal } from '../../adapters/system/local-disk.ts';
import { JOURNAL_FILE } from '../../composition/account-storage.ts';
import type { Settings } from '../../config.ts';
import type { AdvisorStatus } from '../../domain/answers.ts';
import { backstopDifferences } from '../../domain/backstops.ts';
import { text } from '../../domain/decimal.ts';
import type { JournalRecord } from '../../domain/event.ts';
import type { Account, Position } from '../../domain/portfolio.ts';
import type { Broker } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import { reasonOf, withDeadline } from '../../ports/deadline.ts';
import { breakInChain } from '../../runtime/journal/journal-chain.ts';
import { oddFigures, rulesToJson } from '../../settings-file.ts';

/** What one check came to. `unknown` is for what could not be looked at. */
export type Finding = {
  readonly check: string;
  readonly status: 'ok' | 'problem' | 'unknown';
  readonly found: string;
  /** Null when there is nothing to do. */
  readonly whatToDo: string | null;
};

export const ok = (check: string, found: string): Finding => ({
  ...{ check, status: 'ok', found },
  whatToDo: null,
});
export const problem = (check: string, found: string, whatToDo: string): Finding => ({
  ...{ check, status: 'problem', found, whatToDo },
});
const unknown = (check: string, found: string, whatToDo: string): Finding => ({
  ...{ check, status: 'unknown', found, whatToDo },
});

const LONGEST_CALL_MS = 5_000;
const LARGEST_SKEW_MS = 2_000;
const TAIL_RECORDS = 1_000;

export function settingsFindings({ rules }: Settings): readonly Finding[] {
  const odd = oddFigures(rulesToJson(rules));
  if (odd.length === 0) return [ok('settings', 'every setting is known and inside its range')];
  return odd.map((found) => problem('settings', found, 'correct it in bigbrother.config.json'));
}

export function directoryFinding({ dataDirectory }: Settings): Finding {
  const check = 'data directory';
  try {
    DataDirectory.open(dataDirectory);
  } catch (error) {
    return problem(
      check,
      reasonOf(error),
      'set BIGBROTHER_DATA_DIR to a directory you can write to',
    );
  }
  const because = whyNotLocal(dataDirectory);
  if (because === null) return ok(check, `${dataDirectory} lies on a disk of this machine`);
  return problem(
    check,
    because,
    'set BIGBROTHER_DATA_DIR to a directory on a disk of this machine',
  );
}

/** Looks at the newest records alone: "bigbrother verify" looks at all. */
export function journalFinding(accountDirectory: string | null): Finding {
  const check = 'journal';
  const path = accountDirectory === null ? null : join(accountDirectory, JOURNAL_FILE);
  if (path === null || !fileExists(path)) return ok(check, 'none yet: nothing ran here');
  try {
    const reader = new SqliteEventReader(path);
    try {
      const records = [...reader.query({ limit: TAIL_RECORDS })].reverse();
      const because = firstBreak(records);
      if (because === null) return ok(check, `the newest ${records.length} records are whole`);
      return problem(check, because, 'run "bigbrother verify" and keep the file as it is');
    } finally {
      reader.close();
    }
  } catch (error) {
    return problem(check, reasonOf(error), 'run "bigbrother verify" and keep the file as it is');
  }
}

function firstBreak(records: readonly JournalRecord[]): string | null {
  let previous: JournalRecord | undefined;
  for (const record of records) {
    const because = breakInChain(previous, record);
    if (because !== null) return because;
    previous = record;
  }
  return null;
}

/** What the broker says; null where it could not be asked. */
export type BrokerLook = {
  readonly account: Account | null;
  readonly positions: readonly Position[] | null;
  readonly findings: readonly Finding[];
};

export async function brokerLook({ venue, rules }: Settings, clock: Clock): Promise<BrokerLook> {
  if (venue.kind === 'embedded') {
    const found = 'no keys are set: the built-in exchange is used, and no network is needed';
    return { account: null, positions: null, findings: [ok('account', found)] };
  }
  const { keyId, secretKey: secret, endpoint } = venue;
  const { broker } = connectAlpaca({ keyId, secret, endpoint }, clock);
  const ask = <Answer>(what: string, call: () => Promise<Answer>): Promise<Answer | string> =>
    withDeadline({ clock, timeoutMs: LONGEST_CALL_MS, what, call }).catch(reasonOf);
  const [account, positions, skew, configuration] = await Promise.all([
    ask('reading the account', () => broker.readAccount()),
    ask('reading the positions', () => broker.readPositions()),
    ask("reading the broker's clock", () => skewOf(broker, clock)),
    ask("reading the account's limits", () => broker.readConfiguration()),
  ]);
  const findings = [
    accountFinding(account, venue.accountNumber),
    clockFinding(skew),
    backstopFinding(configuration, rules.policies.brokerBackstops),
  ];
  return {
    account: typeof account === 'string' ? null : account,
    positions: typeof positions === 'string' ? null : positions,
    findings,
  };
}

const CHECK_NETWORK = 'check the network, the keys and APCA_API_BASE_URL';

function accountFinding(account: Account | string, expected: string | null): Finding {
  const check = 'account';
  if (typeof account === 'string') {
    return unknown(check, `the broker cannot be read: ${account}`, CHECK_NETWORK);
  }
  const { accountNumber, blockedBecause } = account;
  if (expected !== null && expected !== accountNumber) {
    const found = `the keys belong to ${accountNumber}, and BIGBROTHER_LIVE_ACCOUNT is ${expected}`;
    return problem(check, found, 'use the keys of that account, or name this one');
  }
  if (blockedBecause !== null) return problem(check, blockedBecause, 'open it again at the broker');
  return ok(check, `the keys open account ${accountNumber}`);
}

async function skewOf(broker: Broker, clock: Clock): Promise<number> {
  const before = clock.now();
  const { at } = await broker.readClock();
  return Math.max(before - at, at - clock.now(), 0);
}

function clockFinding(skewMs: number | string): Finding {
  const check = 'clock';
  if (typeof skewMs === 'string') {
    return unknown(check, `the broker's clock cannot be read: ${skewMs}`, CHECK_NETWORK);
  }
  if (skewMs <= LARGEST_SKEW_MS) return ok(check, `within ${LARGEST_SKEW_MS} ms of the broker's`);
  return problem(check, `${skewMs} ms off the broker's`, 'set the clock of this machine');
}

function backstopFinding(
  found: Parameters<typeof backstopDifferences>[0] | string,
  { maxMarginMultiplier, ...rest }: Settings['rules']['policies']['brokerBackstops'],
): Finding {
  const check = 'limits at the broker';
  if (typeof found === 'string') {
    return unknown(check, `they cannot be read: ${found}`, CHECK_NETWORK);
  }
  const most = maxMarginMultiplier === null ? null : text(maxMarginMultiplier);
  const differing = backstopDifferences(found, { ...rest, maxMarginMultiplier: most });
  if (differing.length === 0) return ok(check, 'as declared in policies.brokerBackstops');
  return problem(
    check,
    differing.join('; '),
    'set them at the broker, or declare them as they are',
  );
}

/** What would be asked for advice if BigBrother ran, by settings and packages alone. */
export const serversWithoutOwner = (
  settings: Settings['intelligence'],
): readonly AdvisorStatus[] => [
  ...(['memory', 'thinking', 'market'] as const).map((name): AdvisorStatus => {
    const { version, toolsHash } = KNOWN_SERVERS[name];
    const { use } = settings[name];
    const off = { name, version: null, status: 'off', toolsHash: null } as const;
    if (use === 'off') {
      return { ...off, because: `it is switched off (intelligence.${name}.use)` };
    }
    if (use === 'other') {
      const because = 'BigBrother does not run';
      return { ...off, toolsHash: settings[name].toolsHash ?? null, because };
    }
    if (name === 'market' && settings.perplexity === null) {
      return { ...off, version, because: 'PERPLEXITY_API_KEY is not set' };
    }
    if (programOf(name) === null) {
      return { ...off, because: 'its package is not installed beside this program' };
    }
    return { name, version, status: 'idle', toolsHash, because: null };
  }),
  ...(settings.host.use === 'on' ? [HOST_WITHOUT_OWNER] : []),
];

const HOST_WITHOUT_OWNER: AdvisorStatus = {
  ...{ name: 'host', version: null, status: 'off', toolsHash: null },
  because: 'BigBrother does not run, so that no host is connected to it',
};
