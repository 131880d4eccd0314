// How the local page holds up: frames while 500 positions change every second, what its thread
// works for them whatever else the machine does, and memory over an hour of that, with the
// browser's timers moved on by hand so that it takes minutes.
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { CDPSession, Page } from 'playwright-core';
import { listen } from '../../src/adapters/system/http-listener.ts';
import { RandomIds } from '../../src/adapters/system/random-ids.ts';
import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import { ScaledClock } from '../../src/cli/exchange/scaled-clock.ts';
import { pageFiles } from '../../src/cli/run/page-files.ts';
import { HttpServer } from '../../src/server/http/http-server.ts';
import { LocalPage } from '../../src/server/page/local-page.ts';
import { openBrowser } from '../support/chromium.ts';
import { MovingAccount } from './moving-account.ts';

const { values } = parseArgs({
  options: {
    positions: { type: 'string', default: '500' },
    /** How long frames are counted, in seconds of real time. */
    seconds: { type: 'string', default: '30' },
    /** How much time memory is watched over, in minutes of the page's time. */
    minutes: { type: 'string', default: '60' },
  },
});
const [positions, seconds, minutes] = [values.positions, values.seconds, values.minutes].map(
  Number,
);

const SECRET = 'bbt_the_link_of_this_measurement_and_no_other_one';
/** Limits are for people: here a second of theirs passes in a few milliseconds. */
const SPEED = 40;

const A_FRAME_MS = 1_000 / 60;

/** Runs in the page. */
const COUNT_FRAMES = `(() => {
  const frames = [];
  window.frames_ = frames;
  let last = performance.now();
  const step = (now) => {
    if (window.frames_ !== frames) return;
    frames.push(now - last);
    last = now;
    requestAnimationFrame(step);
  };
  requestAnimationFrame((now) => { last = now; requestAnimationFrame(step); });
})()`;

const account = new MovingAccount(positions ?? 500);
const clock = new ScaledClock(new SystemClock(), Date.now(), SPEED);
let server: HttpServer | null = null;
const listener = await listen({
  ...{ host: '127.0.0.1', port: 0 },
  onRequest: (request, response) => void server?.handle(request, response),
});
const ids = new RandomIds();
const parts = { port: listener.port, clock, ids, log: () => undefined };
server = new HttpServer({
  ...{ ...parts, names: [], readTokens: () => [], metrics: () => [] },
  ...{ whyNotReady: () => null, connect: () => Promise.reject(new Error('no host here')) },
  page: new LocalPage({
    ...{ ...parts, owner: account, tokens: { tokens: () => [] } },
    files: pageFiles(pathToFileURL(resolve('dist/page.html')).href),
    spendLogin: (secret) => secret === SECRET,
  }),
});
const url = `http://127.0.0.1:${listener.port}/#login=${SECRET}`;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const browser = await openBrowser({ viewport: { width: 1440, height: 900 } });
try {
  await countFrames();
  await watchMemory();
} finally {
  await browser.close();
  await server.close();
  await listener.close();
}

/** Frames as the page itself sees them, and what an update costs its main thread. */
async function countFrames(): Promise<void> {
  const page = await browser.context.newPage();
  await page.goto(url);
  await page
    .locator('.rows .row')
    .nth((positions ?? 1) - 1)
    .waitFor({ state: 'attached' });
  const session = await browser.context.newCDPSession(page);
  // Processor time of the page's own thread: other programs on the machine change nothing in it.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  say(`${positions} positions, load of the machine ${loadavg()[0]?.toFixed(1)}`);
  for (const isStill of [true, false]) {
    account.isStill = isStill;
    await countFor(page, session, isStill ? 'nothing changes' : 'everything changes');
  }
  await tellPieces();
  await page.close();
}

/** What the thread works at a time: a frame is missed through us where that takes longer than it. */
async function tellPieces(): Promise<void> {
  const trace = await traced((seconds ?? 30) * 1_000);
  const isMain = threadsCalled('CrRendererMain', trace);
  const works = trace
    .filter((event) => event.name.endsWith('RunTask') && isMain(event) && event.tdur !== undefined)
    .map(({ tdur = 0 }) => tdur / 1_000)
    .sort((one, other) => other - one);
  const over = works.filter((each) => each > A_FRAME_MS).length;
  const longest = works.slice(0, 5).map((each) => each.toFixed(1));
  say(
    `pieces of work of the page's thread in ${seconds} s: ${works.length}; the longest ` +
      `${longest.join(', ')} ms of processor time; longer than a frame: ${over}`,
  );
}

type TraceEvent = {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of processor time. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
};

async function traced(forMs: number): Promise<readonly TraceEvent[]> {
  const session = await browser.context.browser()?.newBrowserCDPSession();
  if (session === undefined) throw new Error('the browser has no session of its own');
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) =>
    events.push(...(value as unknown as TraceEvent[])),
  );
  const ended = new Promise<void>((done) => session.once('Tracing.tracingComplete', () => done()));
  const includedCategories = ['toplevel', 'disabled-by-default-devtools.timeline', '__metadata'];
  await session.send('Tracing.start', { traceConfig: { includedCategories } });
  await new Promise((resolve) => setTimeout(resolve, forMs));
  await session.send('Tracing.end');
  await ended;
  await session.detach();
  return events;
}

function threadsCalled(name: string, trace: readonly TraceEvent[]) {
  const threads = trace
    .filter((event) => event.name === 'thread_name' && event.args?.name === name)
    .map(({ pid, tid }) => `${pid} ${tid}`);
  return ({ pid, tid }: TraceEvent): boolean => threads.includes(`${pid} ${tid}`);
}

async function countFor(page: Page, session: CDPSession, what: string): Promise<void> {
  await page.evaluate(COUNT_FRAMES);
  const before = await metricsOf(session);
  await new Promise((resolve) => setTimeout(resolve, (seconds ?? 30) * 1_000));
  const after = await metricsOf(session);
  const frames = (await page.evaluate('window.frames_')) as number[];
  const sorted = frames.toSorted((one, other) => one - other);
  const at = (part: number): string => (sorted[Math.floor(sorted.length * part)] ?? 0).toFixed(1);
  const late = frames.filter((each) => each > 25).length;
  const per = (name: string): string =>
    ((((after[name] ?? 0) - (before[name] ?? 0)) / (seconds ?? 1)) * 1_000).toFixed(1);
  say(
    `${what}: ${(frames.length / (seconds ?? 1)).toFixed(1)} frames a second; ` +
      `ms between them p50 ${at(0.5)} p95 ${at(0.95)} p99 ${at(0.99)} max ${at(0.9999)}; ` +
      `over 25 ms ${((late / frames.length) * 100).toFixed(2)} %`,
  );
  say(
    `  ms of processor time of the page's thread a second: all ${per('TaskDuration')}, script ` +
      `${per('ScriptDuration')}, style ${per('RecalcStyleDuration')}, layout ${per('LayoutDuration')}`,
  );
}

/** What is alive after a collection, while the page lives through its hour part by part. */
async function watchMemory(): Promise<void> {
  const page = await browser.context.newPage();
  await page.clock.install();
  await page.goto(url);
  await page.locator('.rows .row').first().waitFor({ state: 'attached' });
  const session = await browser.context.newCDPSession(page);
  await session.send('Performance.enable');
  const parts_ = ['board', 'charts', 'board', 'timeline', 'board', 'rules', 'board', 'tape'];
  for (let minute = 0; minute <= (minutes ?? 60); minute += 1) {
    if (minute % 10 === 0) await tellHeap(session, minute);
    await page.locator(`#tab-${parts_[minute % parts_.length]}`).click();
    for (let second = 0; second < 60 && minute < (minutes ?? 60); second += 1) {
      await nextUpdate(page);
    }
  }
  await page.close();
}

async function nextUpdate(page: Page): Promise<void> {
  const heard = page.waitForResponse((response) => response.url().endsWith('/page/view/board'), {
    timeout: 5_000,
  });
  await page.clock.runFor(1_000);
  await heard.catch(() => undefined);
}

async function tellHeap(session: CDPSession, minute: number): Promise<void> {
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const { JSHeapUsedSize = 0, Nodes, JSEventListeners } = await metricsOf(session);
  const megabytes = (JSHeapUsedSize / 1_048_576).toFixed(2);
  say(`after ${minute} min: heap ${megabytes} MB, nodes ${Nodes}, listeners ${JSEventListeners}`);
}

async function metricsOf(session: CDPSession): Promise<Readonly<Record<string, number>>> {
  const { metrics } = await session.send('Performance.getMetrics');
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}
