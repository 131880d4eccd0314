import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { fileExists, readTextFile, removeFiles } from '../../adapters/system/files.ts';
import {
  fileBehind,
  homeOfUser,
  keepCopy,
  lastingNodePath,
  writeForeignFile,
} from '../../adapters/system/host-files.ts';
import { loadPaperKeys, loadSurroundings } from '../../config.ts';
import type { Mode } from '../../domain/environment.ts';
import { modes } from '../../settings-file.ts';
import { type Host, type HostName, hostNames, hosts } from '../../setup/hosts.ts';
import { applyEdit, type JsonRecord } from '../../setup/json-edit.ts';
import { JsonTextError } from '../../setup/json-text.ts';
import {
  freshEntry,
  type Launch,
  snippetOf,
  withoutServer,
  withServer,
} from '../../setup/server-entry.ts';
import { UsageError } from '../shared/failure.ts';
import { differenceOf, inWords, notesFor, type SetupReport, withoutKeys } from './setup-report.ts';

export type SetupOptions = {
  readonly config?: string;
  readonly client: HostName;
  readonly mode?: Mode;
  readonly loop?: boolean;
  readonly keysFromEnv?: boolean;
  readonly configFile?: string;
  readonly dryRun?: boolean;
  readonly undo?: boolean;
  readonly print?: boolean;
  readonly link?: boolean;
  readonly json?: boolean;
};

const explanation = `
Enters BigBrother in the file where the host keeps its MCP servers. Everything else in the file
stays, comments included, and a copy from before is kept beside it. Run it again to change how
BigBrother is started; --undo takes it out.

Keys are not written unless you say --keys-from-env: then APCA_API_KEY_ID and APCA_API_SECRET_KEY
of a paper account are copied from this shell into that file, in plain text, for your eyes only.

Examples:
  bigbrother setup --client claude-desktop --dry-run
  bigbrother setup --client claude-code --loop --keys-from-env --mode propose
  bigbrother setup --client vscode --config-file .vscode/mcp.json
  bigbrother setup --client cursor --undo`;

export const setupCommand = (): Command =>
  new Command('setup')
    .description('enters BigBrother in an MCP host, or takes it out again')
    .addOption(
      new Option('--client <host>', 'the host').choices(hostNames).makeOptionMandatory(true),
    )
    .addOption(new Option('--mode <mode>', 'how far it goes there').choices(modes))
    .option('--loop', 'guard the account as well, while the host runs')
    .option('--keys-from-env', 'write the paper keys of this shell into the file, in plain text')
    .option('--config-file <path>', 'another file of the host, for example of one project')
    .option('--dry-run', 'show the difference and write nothing')
    .addOption(
      new Option('--undo', 'take BigBrother out; what was there before comes back').conflicts([
        ...['mode', 'loop', 'keysFromEnv', 'print'],
      ]),
    )
    .addOption(
      new Option('--print', 'print what would be entered, to paste it').conflicts([
        ...['keysFromEnv', 'dryRun', 'json'],
      ]),
    )
    .addOption(
      new Option('--link', 'print a link that installs it: VS Code and Cursor').conflicts([
        ...['keysFromEnv', 'dryRun', 'json', 'undo', 'print'],
      ]),
    )
    .option('--json', 'one JSON object')
    .addHelpText('after', explanation)
    .action((_, command: Command) => runSetup(command.optsWithGlobals<SetupOptions>()));

function runSetup(options: SetupOptions): void {
  const host = hosts[options.client];
  const launch = launchFor(options);
  if (options.print === true) {
    process.stdout.write(`${snippetOf(host, freshEntry(host, launch))}\n`);
    return;
  }
  if (options.link === true) {
    process.stdout.write(`${linkFor(options.client, launch)}\n`);
    return;
  }
  const report = options.undo === true ? undo(options, host) : enter(options, host, launch);
  process.stdout.write(options.json === true ? `${JSON.stringify(report)}\n` : inWords(report));
}

/** It starts this very program, so it is for this machine only. */
function linkFor(client: HostName, launch: Launch): string {
  const host = hosts[client];
  if (host.installLink !== null) return host.installLink(freshEntry(host, launch));
  throw new UsageError(
    `${host.title} follows no such links; leave --link out, and its file is written.`,
  );
}

function fileOf({ configFile }: SetupOptions, host: Host): string {
  if (configFile !== undefined) return fileBehind(resolve(configFile));
  return fileBehind(host.configFile({ ...homeOfUser(), ...loadSurroundings() }));
}

/** From before our first change; undone, it is gone. */
const copyOf = (file: string): string => `${file}.before-bigbrother`;

const contentOf = (file: string): string | null => (fileExists(file) ? readTextFile(file) : null);

function enter(options: SetupOptions, host: Host, launch: Launch): SetupReport {
  const file = fileOf(options, host);
  const before = contentOf(file);
  const { entry, edit } = editable(file, freshEntry(host, launch), host, () =>
    withServer(before ?? '', host, launch),
  );
  const isDry = options.dryRun === true;
  const after = edit === null ? (before ?? '') : applyEdit(before ?? '', edit);
  const holdsKeys = options.keysFromEnv === true;
  if (!isDry && edit !== null) {
    if (before !== null) keepCopy(file, copyOf(file));
    writeForeignFile(file, after, holdsKeys);
  }
  return {
    host: options.client,
    file,
    action: edit === null ? 'unchanged' : before === null ? 'created' : 'changed',
    dry_run: isDry,
    copy: fileExists(copyOf(file)) ? copyOf(file) : null,
    entry: withoutKeys(entry),
    difference: differenceOf(before ?? '', after),
    notes: notesFor(options, file, entry, loadSurroundings()),
    next_step: host.nextStep,
  };
}

function undo(options: SetupOptions, host: Host): SetupReport {
  const file = fileOf(options, host);
  const copy = copyOf(file);
  const before = contentOf(file);
  const original = contentOf(copy);
  const isDry = options.dryRun === true;
  const { text, isExact } =
    before === null
      ? { text: original, isExact: true }
      : editable(file, null, host, () => withoutServer(before, original, host));
  const isSame = text === before;
  if (!isDry) {
    if (text !== null && !isSame) writeForeignFile(file, text, false);
    removeFiles([...(text === null ? [file] : []), copy].filter(fileExists));
  }
  const others = 'others changed the file meanwhile: only the entry of BigBrother was touched';
  return {
    host: options.client,
    file,
    action: isSame ? 'unchanged' : text === null ? 'removed' : 'restored',
    dry_run: isDry,
    copy: null,
    entry: null,
    difference: differenceOf(before ?? '', text ?? ''),
    notes: isExact || isSame ? [] : [others],
    next_step: host.nextStep,
  };
}

/** @throws UsageError that says what to paste by hand, where the file is not to be edited */
function editable<Result>(
  file: string,
  entry: JsonRecord | null,
  host: Host,
  edit: () => Result,
): Result {
  try {
    return edit();
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    const { section, name } = host.place;
    const byHand =
      entry === null
        ? `take "${name}" out of "${section}" there by hand`
        : `mend it and run this again, or enter this by hand:\n${snippetOf(host, entry)}`;
    throw new UsageError(
      `${file} cannot be edited safely (${error.message}); nothing was changed; ${byHand}`,
    );
  }
}

function launchFor({ config, mode, loop, keysFromEnv }: SetupOptions): Launch {
  const { searchPath, dataDirectory, configFile } = loadSurroundings();
  const script = fileBehind(resolve(process.argv[1] ?? ''));
  const settings = config ?? configFile;
  return {
    command: lastingNodePath(searchPath),
    args: [script, 'mcp', ...(loop === true ? ['--loop'] : [])],
    env: {
      ...(mode === undefined ? {} : { BIGBROTHER_MODE: mode }),
      ...(dataDirectory === null ? {} : { BIGBROTHER_DATA_DIR: resolve(dataDirectory) }),
      ...(settings === null ? {} : { BIGBROTHER_CONFIG: resolve(settings) }),
      ...(keysFromEnv === true ? paperKeys() : {}),
    },
  };
}

function paperKeys(): Readonly<Record<string, string>> {
  const { keyId, secretKey, endpoint } = loadPaperKeys();
  const keys = { APCA_API_KEY_ID: keyId, APCA_API_SECRET_KEY: secretKey };
  return endpoint === 'paper' ? keys : { ...keys, APCA_API_BASE_URL: endpoint.url };
}
