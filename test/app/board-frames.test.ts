import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserMissing, openBrowser } from '../support/chromium.ts';

const missing = browserMissing();
const POSITIONS = 500;
const UPDATES = 20;
/** A frame at 60 a second. */
const MOST_WORK_MS = 16;
/** An update a second leaves the rest of the second to others. */
const MOST_UPDATE_MS = 100;

/** In the page: a view of `count` positions whose every price moves with `step`. */
const PAGE = `
  const digits = (value) => value.toFixed(2);
  globalThis.viewAt = (step, count) => ({
    environment: 'paper', mode: 'execute', as_of: '', data_age_seconds: 0, trading_state: 'active',
    trading_state_because: [], guarded: true, session: { open: true, until: null },
    account: { number: 'PA1', equity: digits(100000 + step), day_pl: digits(step), cash: '0' },
    exposure: {}, cover: { covered: count, partly: 0, naked: 0, unknown: 0 }, alerts: [],
    columns: ['symbol', 'side', 'quantity', 'entry', 'last', 'unrealized_pl', 'r', 'stop', 'cover',
      'take_profit'],
    rows: Array.from({ length: count }, (_, at) => ['S' + at, 'long', '10', '100.00',
      digits(100 + ((at + step) % 40) / 10), digits(((at + step) % 40)), '0.40', '95.00', 'covered',
      '110.00']),
    left_out: 0,
  });
`;

describe.runIf(missing === null)('a board of 500 positions', () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>;

  beforeAll(async () => {
    browser = await openBrowser();
  }, 60_000);
  afterAll(() => browser.close(), 30_000);

  it('is updated every second without a frame that anybody sees, and keeps its rows', async () => {
    const bundle = (contents: string, loader: 'ts' | 'css') =>
      build({
        stdin: { contents, loader, resolveDir: 'src/web' },
        ...{ bundle: true, write: false, format: 'iife' },
      });
    const script = await bundle(
      "import { renderBoard } from './board.ts'; import { boardViewOf } from './board-view.ts';" +
        'globalThis.draw = (answer) => renderBoard(document.querySelector("main"), boardViewOf(answer));',
      'ts',
    );
    const style = await bundle("@import './board.css';", 'css');
    const page = await browser.context.newPage();
    await page.setContent('<!doctype html><html lang="en"><body><main></main></body></html>');
    await page.addStyleTag({ content: style.outputFiles[0]?.text ?? '' });
    await page.addScriptTag({ content: script.outputFiles[0]?.text ?? '' });
    await page.addScriptTag({ content: PAGE });
    const session = await browser.context.newCDPSession(page);
    // By what the page's own thread worked: other programs on the machine change nothing in it.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const worked = async (): Promise<number> => {
      const { metrics } = await session.send('Performance.getMetrics');
      const seconds = metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
      return seconds * 1_000;
    };
    /** @returns in how many frames the updates got to the last row */
    const updated = async (first: number): Promise<number> => {
      const frames = await page.evaluate(
        `(async () => {
          const frame = () => new Promise((go) => requestAnimationFrame(() => setTimeout(go)));
          const last = () => document.querySelector('.rows').lastElementChild.children[3];
          let frames = 0;
          for (let step = ${first}; step < ${first + UPDATES}; step += 1) {
            const view = viewAt(step, ${POSITIONS});
            draw(view);
            do { await frame(); frames += 1; }
            while (last().textContent !== view.rows.at(-1)[4]);
          }
          return frames;
        })()`,
      );
      return Number(frames);
    };
    await updated(0);
    await page.evaluate("globalThis.first = document.querySelector('.rows').firstElementChild");
    const before = await worked();
    const frames = await updated(UPDATES);
    const workedMs = (await worked()) - before;
    const [updateMs, frameMs] = [workedMs / UPDATES, workedMs / frames];
    process.stderr.write(
      `An update of ${POSITIONS} positions takes ${updateMs.toFixed(1)} ms of work, in ` +
        `${(frames / UPDATES).toFixed(1)} frames of ${frameMs.toFixed(1)} ms.\n`,
    );
    const kept = "document.querySelector('.rows').firstElementChild === first";
    expect(await page.evaluate(kept)).toBe(true);
    expect(await page.locator('.rows > .row').count()).toBe(POSITIONS);
    expect(frameMs).toBeLessThan(MOST_WORK_MS);
    expect(updateMs).toBeLessThan(MOST_UPDATE_MS);
    await page.close();
  });
});
