import { join } from 'node:path';
import { Command } from 'commander';
import { CONTROLS } from '../../../policies/controls/catalogue.ts';
import { guardrails } from '../../../policies/registry.ts';
import { SqliteEventReader } from '../../adapters/event-stores/sqlite-reader.ts';
import { FileStandDown } from '../../adapters/system/file-stand-down.ts';
import { fileExists } from '../../adapters/system/files.ts';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import { JOURNAL_FILE } from '../../composition/account-storage.ts';
import { loadSettings, type Settings } from '../../config.ts';
import { digestOf, toJson } from '../../domain/canonical.ts';
import { text } from '../../domain/decimal.ts';
import { type Environment, stricterMode, type TradingState } from '../../domain/environment.ts';
import { fieldAt, textAt } from '../../domain/record-body.ts';
import type { OwnerWord } from '../../server/attach/attach-words.ts';
import { rulesToJson } from '../../settings-file.ts';
import { madeUpWorth } from '../exchange/embedded-exchange.ts';
import { askOwner } from '../owner/ask-owner.ts';
import { blastInWords, blastRadiusOf, grossOf } from '../owner/blast-words.ts';
import { type AccountPlace, placesFor } from '../owner/halt-account.ts';
import { readOwnerFile } from '../owner/owner-file.ts';
import { exitCodes } from '../shared/failure.ts';
import { VERSION } from '../shared/version.ts';
import { alertsFinding } from './alerts-command.ts';
import {
  type BrokerLook,
  brokerLook,
  directoryFinding,
  type Finding,
  journalFinding,
  ok,
  problem,
  serversWithoutOwner,
  settingsFindings,
} from './doctor-checks.ts';
import { hostFindings } from './doctor-hosts.ts';
import { supabaseFindings } from './doctor-supabase.ts';

type Options = { readonly config?: string; readonly json?: boolean };

const explanation = `
Looks at settings, keys, clock, data directory, journal, Supabase, the BigBrother that runs, its
streams, the account's own limits at the broker and the hosts that start it, and changes nothing.
Says the most that an agent in wrong hands can cost in a day, and for each finding what to do. What
needs the network says so without it.

Exits with 0 when there is no problem, with 1 otherwise, with 2 when the settings cannot be used.`;

export const doctorCommand = (): Command =>
  new Command('doctor')
    .description('checks everything, and says what an agent could cost you')
    .option('--json', 'one JSON object')
    .addHelpText('after', explanation)
    .action((_, command: Command) => runDoctor(command.optsWithGlobals<Options>()));

type Inspection = Extract<OwnerWord, { readonly kind: 'inspection' }>;

async function runDoctor(options: Options): Promise<void> {
  const settings = loadSettings(options.config ?? null);
  const clock = new SystemClock();
  const directory = directoryFinding(settings);
  const look = await brokerLook(settings, clock);
  const place = directory.status === 'ok' ? placeOf(settings, look) : null;
  const path = place === null ? null : join(settings.dataDirectory, place.name);
  const inspection = await inspectionAt(path);
  const findings = [
    ...settingsFindings(settings),
    directory,
    ...look.findings,
    journalFinding(path),
    ...(await supabaseFindings(settings, place?.name ?? null)),
    ...ownerFindings(inspection, settings),
    ...latchFindings(place, path),
    ...serverFindings(serversOf(inspection, settings)),
    alertsFinding(settings),
    ...hostFindings(),
  ];
  const report = reportOf(settings, look, inspection, place, path, findings);
  process.stdout.write(
    options.json === true ? `${JSON.stringify(report)}\n` : inWords(report, findings),
  );
  const isBad = findings.some(({ status }) => status !== 'ok');
  process.exitCode = isBad ? exitCodes.failed : exitCodes.done;
}

/** Of the accounts that these settings may mean the one that was read, else the only one. */
function placeOf(settings: Settings, { account }: BrokerLook): AccountPlace | null {
  const places = placesFor(settings);
  const read = places.find((place) => place.accountNumber === account?.accountNumber);
  return read ?? (places.length === 1 ? (places[0] ?? null) : null);
}

/** What the owner of the account says; in words why nothing, null where none runs. */
async function inspectionAt(path: string | null): Promise<Inspection | string | null> {
  const owner = path === null ? null : readOwnerFile(path);
  if (owner === null) return null;
  const answer = await askOwner(owner, { kind: 'inspect', token: owner.token });
  if (answer.kind === 'inspection') return answer;
  const because = answer.kind === 'refused' ? answer.because : answer.kind;
  // It leaves its file behind when it ends.
  return because.endsWith('does not listen') ? null : because;
}

const START = 'start "bigbrother loop", or a host with "bigbrother mcp --loop"';

function ownerFindings(
  inspection: Inspection | string | null,
  settings: Settings,
): readonly Finding[] {
  if (inspection === null) {
    return [ok('owner', `none runs now; ${START} when the account is to be guarded`)];
  }
  if (typeof inspection === 'string') {
    return [problem('owner', inspection, 'end that process and start it anew')];
  }
  const { isGuarding, streams, alerts, codeVersion, settingsHash } = inspection;
  const isLive = streams.trading === 'live' && streams.market === 'live';
  const found = `trading ${streams.trading}, market ${streams.market}`;
  const wanted = digestOf(rulesToJson(settings.rules));
  return [
    isGuarding
      ? ok('owner', 'it runs and guards the account')
      : problem('owner', 'it runs and does not guard the account', START),
    isLive ? ok('streams', found) : problem('streams', found, 'check the network; it reconnects'),
    codeVersion === VERSION
      ? ok('version', `${VERSION} runs`)
      : problem('version', `${codeVersion} runs, and this is ${VERSION}`, 'start it anew'),
    settingsHash === wanted
      ? ok('settings in force', settingsHash)
      : problem(
          'settings in force',
          'not those of the settings file and environment',
          'see "bigbrother settings pending"; what another process was started with stays its own',
        ),
    ...alerts.map(alertFinding),
  ];
}

function alertFinding({ code, symbol, because }: Inspection['alerts'][number]): Finding {
  const about = symbol === null ? '' : ` ${symbol}`;
  const whatToDo =
    symbol === null
      ? 'see "bigbrother history --kind alerts --view events", and the table in docs/user-guide.md'
      : `see "bigbrother history --view why_not --symbol ${symbol}", and the table in docs/user-guide.md`;
  return problem(`alert ${code}${about}`, because, whatToDo);
}

function latchFindings(place: AccountPlace | null, path: string | null): readonly Finding[] {
  const halt = place?.latch.read() ?? null;
  const standDown = path === null ? null : new FileStandDown(path).read();
  return [
    ...(halt === null
      ? [ok('halt', 'nothing is halted')]
      : [problem('halt', `${halt.level}: ${halt.because}`, 'when it is over: bigbrother resume')]),
    ...(standDown === null
      ? []
      : [
          problem(
            'rollback',
            `${standDown.by} has taken the account back: ${standDown.because}`,
            'the way back in: bigbrother rollback --undo',
          ),
        ]),
  ];
}

/** As the owner of the account has them; where none runs, as they would be asked. */
const serversOf = (inspection: Inspection | string | null, settings: Settings) =>
  inspection === null || typeof inspection === 'string'
    ? serversWithoutOwner(settings.intelligence)
    : inspection.servers;

const serverFindings = (servers: ReturnType<typeof serversOf>): readonly Finding[] =>
  servers.map(({ name, status, because }) =>
    status === 'disabled'
      ? problem(`advice of ${name}`, because ?? status, 'see docs/intelligence.md')
      : ok(`advice of ${name}`, because === null ? status : `${status}: ${because}`),
  );

type Report = ReturnType<typeof reportOf>;

function reportOf(
  settings: Settings,
  look: BrokerLook,
  inspection: Inspection | string | null,
  place: AccountPlace | null,
  path: string | null,
  findings: readonly Finding[],
) {
  const { venue, rules } = settings;
  const environment: Environment = venue.kind === 'embedded' ? 'simulated' : venue.environment;
  const runs = inspection !== null && typeof inspection !== 'string' ? inspection : null;
  const isDown = path !== null && new FileStandDown(path).read() !== null;
  const worth = worthOf(settings, look, path);
  const blast = worth === null ? null : blastRadiusOf(rules, environment, worth);
  return {
    ok: findings.every(({ status }) => status === 'ok'),
    environment,
    account: look.account?.accountNumber ?? place?.accountNumber ?? null,
    mode: runs?.mode ?? stricterMode(rules.mode, isDown ? 'observe' : 'execute'),
    trading_state: runs?.tradingState ?? stateWithout(place, path),
    trading_state_because: (runs?.causes ?? []).map(
      ({ because, clearedBy }) => `${because}; cleared by ${clearedBy}`,
    ),
    /** Null where neither the broker nor the journal tells of the account's equity. */
    blast_radius_usd_per_day: blast === null ? null : text(blast.dollarsPerDay),
    blast_radius:
      blast === null
        ? null
        : {
            sales: text(blast.sales),
            ...{ entries: text(blast.entries), because: blastInWords(blast) },
          },
    guardrails: guardrailsOf(settings),
    /** Those that may be asked for advice, with the hash of the tools that they have. */
    servers: serversOf(inspection, settings).map(({ toolsHash, ...server }) => ({
      ...server,
      tools_hash: toolsHash,
    })),
    settings_hash: digestOf(rulesToJson(rules)),
    code_version: VERSION,
    findings: findings.map(({ check, status, found, whatToDo }) => ({
      ...{ check, status, found, what_to_do: whatToDo },
    })),
  };
}

/** What the account is worth: as the broker says, else as the journal knew last. */
function worthOf({ venue }: Settings, { account, positions }: BrokerLook, path: string | null) {
  if (account !== null) {
    const gross = positions === null ? null : grossOf(positions);
    return { equity: text(account.equity), gross };
  }
  const equity = lastOf(path, 'snapshot_taken', 'equity');
  if (equity !== null) return { equity, gross: null };
  return venue.kind === 'embedded' ? madeUpWorth() : null;
}

/** While nothing runs: what is latched on disk, else what the journal knew last. */
function stateWithout(place: AccountPlace | null, path: string | null): TradingState | 'unknown' {
  const halt = place?.latch.read() ?? null;
  if (halt !== null) return halt.level === 'entries' ? 'reducing' : 'halted';
  const state = lastOf(path, 'trading_state_changed', 'state');
  return state === 'reducing' || state === 'halted' ? state : 'active';
}

function lastOf(
  path: string | null,
  type: 'trading_state_changed' | 'snapshot_taken',
  field: string,
): string | null {
  const file = path === null ? null : join(path, JOURNAL_FILE);
  if (file === null || !fileExists(file)) return null;
  try {
    const reader = new SqliteEventReader(file);
    const [last] = reader.query({ types: [type], limit: 1 });
    reader.close();
    return last === undefined ? null : textAt(last.body, field);
  } catch {
    // The finding about the journal says what is wrong with it.
    return null;
  }
}

function guardrailsOf({ rules: { policies } }: Settings) {
  const settings = toJson(policies);
  return guardrails(policies).map(({ name, promise }) => {
    const section = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const codes = CONTROLS.filter((control) => control.guardrails.includes(name)).flatMap(
      (control) => control.codes,
    );
    return {
      name,
      promise,
      codes: [...new Set(codes)],
      setting: fieldAt(settings, section) ?? null,
    };
  });
}

function inWords(report: Report, findings: readonly Finding[]): string {
  const { environment, account, mode, trading_state: state, blast_radius: blast } = report;
  const marks = { ok: 'ok     ', problem: 'PROBLEM', unknown: 'unknown' } as const;
  return `${[
    `BigBrother ${VERSION}: ${environment} account ${account ?? 'not known'}, mode ${mode}, trading ${state}`,
    ...report.trading_state_because.map((because) => `  ${because}`),
    blast?.because ??
      'What an agent could cost you is not known: the account was never read. Connect and try again.',
    `${report.guardrails.length} guardrails; settings ${report.settings_hash}`,
    '',
    ...findings.flatMap(({ check, status, found, whatToDo }) => [
      `${marks[status]}  ${check}: ${found}`,
      ...(whatToDo === null ? [] : [`         -> ${whatToDo}`]),
    ]),
  ].join('\n')}\n`;
}
