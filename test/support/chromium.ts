import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { temporaryDirectory } from '../../src/adapters/system/files.ts';

/** `CHROMIUM` names a browser that lies elsewhere. */
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const places = [
  process.env.CHROMIUM ?? '',
  ...(process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((directory) => names.map((name) => join(directory, name))),
  '/usr/bin/chromium',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const found = places.find((path) => path !== '' && existsSync(path)) ?? null;

const SILENT = [
  ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/**
 * Why tests in a browser cannot run here; null when they can. Where `CI_BROWSER=required`, a
 * machine without a browser is a failure and no reason to leave a test out.
 *
 * @throws when a browser is required and none is there
 */
export function browserMissing(): string | null {
  if (found !== null) return null;
  const because = 'no Chromium or Chrome is installed; install one, or name it in CHROMIUM';
  if (process.env.CI_BROWSER === 'required') throw new Error(because);
  return because;
}

/** A browser with a profile of its own, closed and forgotten by `close`. */
export async function openBrowser(
  options: Parameters<typeof chromium.launchPersistentContext>[1] = {},
): Promise<{ readonly context: BrowserContext; readonly close: () => Promise<void> }> {
  const profile = temporaryDirectory('bigbrother-browser-');
  const context = await chromium.launchPersistentContext(profile.path, {
    ...{ executablePath: found ?? '', args: SILENT, ...options },
  });
  return {
    context,
    close: async () => {
      await context.close();
      profile.remove();
    },
  };
}
