import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The folders of the runtime, each with those that it may import; no two need one another. */
const runtimeFolders: Record<string, readonly string[]> = {
  journal: [],
  history: ['journal'],
  settings: ['journal'],
  plans: ['journal', 'settings'],
  account: ['journal', 'settings', 'plans'],
  halt: ['journal', 'settings', 'plans', 'account'],
  rollout: ['journal', 'settings', 'plans', 'account'],
  controls: ['journal', 'settings', 'plans', 'account'],
  coordination: ['journal', 'settings', 'plans', 'account', 'halt', 'rollout', 'controls'],
};
/** The same of the engine. */
const engineFolders: Record<string, readonly string[]> = {
  account: [],
  planning: ['account'],
  risk: ['account', 'planning'],
  regime: ['risk'],
  entries: ['account', 'planning'],
  decision: ['account', 'planning', 'risk', 'entries'],
  review: ['account', 'planning', 'risk', 'entries', 'decision'],
  replay: ['review'],
  outcomes: [],
  learning: [],
  shadow: ['outcomes'],
};
/** The same of the server; beside them lies what puts a session together. */
const serverFolders: Record<string, readonly string[]> = {
  access: [],
  answers: [],
  approvals: [],
  notices: ['answers'],
  resources: ['answers', 'notices'],
  page: ['access', 'answers'],
  app: ['answers', 'page'],
  greeting: ['app'],
  attach: ['approvals', 'page', 'greeting'],
  http: ['access', 'page', 'app'],
};
/** The core of the paper exchange, from what everybody needs to what needs everybody. */
const exchangeCore = ['basics', 'state', 'rules', 'matching', 'orders', 'corporate-actions'];
const layersIn = (
  root: string,
  folders: Record<string, readonly string[]>,
  beneath: readonly string[],
): Record<string, readonly string[]> =>
  Object.fromEntries([
    [root, [root, ...beneath]],
    ...Object.entries(folders).map(([folder, others]) => [
      `${root}/${folder}`,
      [...[folder, ...others].map((each) => `${root}/${each}`), ...beneath],
    ]),
  ]);

/** Layer -> layers it may import. A layer is the longest listed folder that holds a file. */
const mayImport: Record<string, readonly string[]> = {
  'src/domain': ['src/domain'],
  ...layersIn('src/engine', engineFolders, ['src/engine/planning-settings.ts', 'src/domain']),
  policies: ['policies', 'src/domain'],
  'src/ports': ['src/ports', 'src/domain'],
  'src/adapters/alpaca': ['src/adapters/alpaca', 'src/ports', 'src/domain'],
  'src/adapters/event-stores': ['src/adapters/event-stores', 'src/ports', 'src/domain'],
  'src/adapters/supabase': ['src/adapters/supabase', 'src/ports', 'src/domain'],
  'src/adapters/advisors': ['src/adapters/advisors', 'src/ports', 'src/domain'],
  'src/adapters/system': ['src/adapters/system', 'src/ports', 'src/domain'],
  ...layersIn('src/runtime', runtimeFolders, ['src/engine', 'src/ports', 'src/domain']),
  // Off the trading path: it hears the journal and writes into it, and nothing waits for it.
  'src/intelligence': ['src/intelligence', 'src/engine', 'src/ports', 'src/domain'],
  // Off the trading path as well: it hears the journal, and nothing waits for it.
  'src/alerts': ['src/alerts', 'src/ports', 'src/domain'],
  'src/adapters/notifiers': ['src/adapters/notifiers', 'src/ports', 'src/domain'],
  tools: ['tools', 'src/runtime', 'src/engine', 'src/ports', 'src/domain'],
  ...layersIn('src/server', serverFolders, [
    ...['tools', 'src/runtime', 'src/engine', 'src/ports', 'src/domain'],
    // The shapes that both sides of a page agree on.
    'src/web/page/page-data.ts',
    'src/web/app/plan-state.ts',
  ]),
  // Runs in a browser: it knows answers, and nothing of who gives them.
  'src/web': ['src/web'],
  // Stands alone: an auditor reads it without the rest.
  'src/verifier': ['src/verifier'],
  // Bars in, trades and figures out; it asks the policies as the engine does, without a broker.
  'src/backtest': ['src/backtest', 'policies', 'src/engine', 'src/domain'],
  // Text in, text out: the files of MCP hosts.
  'src/setup': ['src/setup'],
  // Stands alone; it shares only the shape of a clock, so that both run in one simulation.
  'src/paper-exchange': ['src/paper-exchange', 'src/ports/clock.ts'],
  ...layersIn(
    'src/paper-exchange/core',
    Object.fromEntries(exchangeCore.map((folder, place) => [folder, exchangeCore.slice(0, place)])),
    ['src/ports/clock.ts'],
  ),
};

/** These wire everything and may import anything. */
const wiring = [
  'src/main.ts',
  'src/config.ts',
  'src/settings-file.ts',
  'src/alert-settings.ts',
  'src/intelligence-settings.ts',
  'src/venue-settings.ts',
  'src/compose.ts',
  'src/composition',
  'src/cli',
  'src/demo',
];

/** Each may import those before it; `program.ts` beside them names the commands. */
const cliFolders = ['shared', 'exchange', 'journal', 'owner', 'control', 'setup', 'run'];

const packageOwners: Record<string, readonly string[]> = {
  '@alpacahq/alpaca-trade-api': ['src/adapters/alpaca'],
  '@modelcontextprotocol/sdk': ['src/server', 'src/adapters/advisors'],
  '@photostructure/sqlite': ['src/adapters/event-stores', 'src/verifier'],
  'node:sqlite': ['src/adapters/event-stores', 'src/verifier'],
  '@supabase/supabase-js': ['src/adapters/supabase'],
  ws: [
    'src/adapters/alpaca',
    'src/adapters/supabase',
    'src/adapters/system',
    'src/paper-exchange/wire',
  ],
  '@msgpack/msgpack': ['src/paper-exchange/wire'],
  commander: ['src/main.ts', 'src/cli'],
  pino: ['src/cli', 'src/compose.ts'],
  'async-mutex': ['src/runtime'],
  'lightweight-charts': ['src/web/page'],
};

const pure = ['src/domain', 'src/engine', 'src/backtest', 'policies'];
const impure =
  /\bawait\b|\basync\b|\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bperformance\b|\bset(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|\bprocess\.|\bconsole\.|\brandomUUID\b|\brandomBytes\b|\bglobalThis\b/;
const pureNodeModules = ['node:crypto'];

/** Time, timers, ids, files, sockets and processes come through here, and only here. */
const seam = ['src/adapters/system'];
const clockwork =
  /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bperformance\.now\b|\bprocess\.hrtime\b|(?<![.\w])set(Timeout|Interval|Immediate)\s*\(|\brandomUUID\b|\brandomBytes\b/;
const outside =
  /^node:(fs|net|tls|dgram|http|https|http2|child_process|worker_threads|cluster|os|readline|repl)(\/|$)/;
/** Each with the reason why it may reach outside by itself. */
const outsideExceptions: Record<string, string> = {
  'src/adapters/event-stores': 'SQLite opens its own file',
  'src/verifier': 'it shares no code with what writes the journal',
};

const files = ['src', 'policies', 'tools']
  .flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: 'utf8' }).map((file) => join(root, file)),
  )
  .filter((file) => file.endsWith('.ts'))
  .sort();

const within = (file: string, place: string) => file === place || file.startsWith(`${place}/`);
const withinAny = (file: string, places: readonly string[]) =>
  places.some((place) => within(file, place));
const layerOf = (file: string) =>
  Object.keys(mayImport)
    .filter((layer) => within(file, layer))
    .sort((a, b) => b.length - a.length)[0];

/** Source without comments, so that prose cannot trip a ban. Strings stay. */
const codeOf = (file: string) =>
  readFileSync(file, 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:'"`])\/\/.*$/gm, '$1');

const importsOf = (file: string) =>
  [...codeOf(file).matchAll(/(?:from|import|require)\s*\(?\s*['"]([^'"]+)['"]/g)].map(
    (match) => match[1] ?? '',
  );
const localImportsOf = (file: string) =>
  importsOf(file)
    .filter((path) => path.startsWith('.'))
    .map((path) => normalize(join(dirname(file), path)));
const packageOf = (specifier: string) =>
  specifier.startsWith('@')
    ? specifier.split('/').slice(0, 2).join('/')
    : specifier.startsWith('node:')
      ? specifier
      : (specifier.split('/')[0] ?? '');

describe('the architecture', () => {
  it('has a folder for every command', () => {
    const flat = files.filter((file) => dirname(file) === 'src/cli');
    expect(flat).toEqual(['src/cli/program.ts']);
    const folders = files
      .filter((file) => within(file, 'src/cli'))
      .map((file) => file.split('/')[2]);
    expect([...new Set(folders)].sort()).toEqual([...cliFolders, 'program.ts'].sort());
  });

  it('has a layer for every file', () => {
    const homeless = files.filter((file) => !layerOf(file) && !withinAny(file, wiring));
    expect(homeless).toEqual([]);
  });

  it.each(files)('%s imports only what its layer may', (file) => {
    const layer = layerOf(file);
    if (!layer || withinAny(file, wiring)) return;
    const allowed = mayImport[layer] ?? [];
    expect(localImportsOf(file).filter((path) => !withinAny(path, allowed))).toEqual([]);
  });

  it.each(cliFolders)('keeps src/cli/%s free of the folders that build on it', (folder) => {
    const later = cliFolders.slice(cliFolders.indexOf(folder) + 1);
    const climbs = files
      .filter((file) => within(file, `src/cli/${folder}`))
      .flatMap(localImportsOf)
      .filter((path) =>
        withinAny(path, ['src/cli/program.ts', ...later.map((each) => `src/cli/${each}`)]),
      );
    expect(climbs).toEqual([]);
  });

  it.each(files)('%s leaves each outside package to its owner', (file) => {
    const trespasses = importsOf(file)
      .map(packageOf)
      .filter((name) => {
        const owners = packageOwners[name];
        return owners !== undefined && !withinAny(file, owners);
      });
    expect(trespasses).toEqual([]);
  });

  it.each(files.filter((file) => withinAny(file, pure)))(
    '%s touches no clock, chance or world',
    (file) => {
      expect(codeOf(file)).not.toMatch(impure);
      const builtIns = importsOf(file).filter((path) => path.startsWith('node:'));
      expect(builtIns.filter((path) => !pureNodeModules.includes(path))).toEqual([]);
    },
  );

  it.each(files.filter((file) => !withinAny(file, seam)))(
    '%s reaches time, ids, files, sockets and processes through the seam',
    (file) => {
      if (withinAny(file, [...pure, 'src/web'])) return;
      expect(codeOf(file)).not.toMatch(clockwork);
      if (withinAny(file, Object.keys(outsideExceptions))) return;
      expect(importsOf(file).filter((path) => outside.test(path))).toEqual([]);
    },
  );

  it('starts other programs in two places, with an environment that is named in full', () => {
    const starters = files.filter((file) => importsOf(file).includes('node:child_process'));
    expect(starters).toEqual([
      'src/adapters/system/child-process.ts',
      'src/adapters/system/run-program.ts',
    ]);
    for (const file of starters) expect(codeOf(file)).toMatch(/\benv: \{ \.\.\.(program\.)?env \}/);
    const inheriting = files.filter((file) => /sdk\/client\/stdio/.test(codeOf(file)));
    expect(inheriting).toEqual([]);
  });

  it('reads the environment in one place', () => {
    const readers = files.filter(
      (file) => /\bprocess\.env\b/.test(codeOf(file)) && !withinAny(file, ['src/config.ts']),
    );
    expect(readers).toEqual([]);
  });

  it('mints an approval in one place', () => {
    const minters = files.filter((file) => /\bmintApprovedPlan\b/.test(codeOf(file)));
    expect(minters).toEqual(['src/domain/approved-plan.ts', 'src/engine/review/review.ts']);
  });

  it("mints a person's yes in one place", () => {
    const minters = files.filter((file) => /\bmintPersonApproval\b/.test(codeOf(file)));
    expect(minters).toEqual([
      'src/domain/person-approval.ts',
      'src/runtime/plans/approval-desk.ts',
    ]);
  });

  it('changes orders in one place', () => {
    const callers = files.filter(
      (file) =>
        /\bbroker\s*\.\s*(submit|replace|cancel)\s*\(/.test(codeOf(file)) &&
        !within(file, 'src/adapters/alpaca'),
    );
    expect(callers).toEqual(['src/runtime/coordination/step-sender.ts']);
  });

  it('takes orders away in an emergency in one place, and can place none there', () => {
    const callers = files.filter((file) =>
      /\bbroker\s*\.\s*(cancelOrder|closePosition)\s*\(/.test(codeOf(file)),
    );
    expect(callers).toEqual(['src/runtime/halt/halt.ts']);
    const emergency = codeOf('src/adapters/alpaca/emergency-broker.ts');
    expect(emergency).not.toMatch(/postOrder|patchOrder|deleteAll/);
  });

  it('has no switch that turns a guardrail off', () => {
    const deciding = ['policies', 'src/domain', 'src/engine', 'src/runtime', 'tools', 'src/server'];
    const suspects = files.filter(
      (file) =>
        withinAny(file, deciding) &&
        /\b(bypass|skipGuardrails?|noVeto|force)\b\s*[:=?]/.test(codeOf(file)),
    );
    expect(suspects).toEqual([]);
  });

  it('notices a planted trespass', () => {
    expect('const at = Date.now()').toMatch(impure);
    expect('setTimeout(go, 5)').toMatch(clockwork);
    expect(outside.test('node:fs/promises')).toBe(true);
    expect(packageOf('@alpacahq/alpaca-trade-api/testing')).toBe('@alpacahq/alpaca-trade-api');
  });
});
