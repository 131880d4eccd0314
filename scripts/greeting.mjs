// What the program says to every host, asked of its own server while it is built.

import { readFile } from 'node:fs/promises';
import { build } from 'esbuild';

const asked = `
  import { SeededIds } from './src/adapters/system/seeded-ids.ts';
  import { VirtualClock } from './src/adapters/system/virtual-clock.ts';
  import { prepareGreeting } from './src/server/prepare-greeting.ts';
  export const greetingOf = (version) => prepareGreeting({
    version, page: '', clock: new VirtualClock(0), ids: new SeededIds('build'),
  });
`;

/** @returns {Promise<import('../src/server/greeting/greeting.ts').Greeting>} */
export async function greeting() {
  const { outputFiles } = await build({
    stdin: { contents: asked, loader: 'ts', resolveDir: '.' },
    ...{ bundle: true, platform: 'node', target: 'node20.19', format: 'esm', write: false },
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire('file:///build.mjs');",
    },
    logLevel: 'warning',
  });
  const program = Buffer.from(outputFiles[0].contents).toString('base64');
  const { greetingOf } = await import(`data:text/javascript;base64,${program}`);
  const { version } = JSON.parse(await readFile('package.json', 'utf8'));
  return greetingOf(version);
}

export const greetingInside = {
  name: 'greeting-inside',
  /** @param {import('esbuild').PluginBuild} bundle */
  setup(bundle) {
    bundle.onLoad({ filter: /src[\\/]cli[\\/]run[\\/]greeting\.ts$/ }, async () => {
      const json = JSON.stringify(JSON.stringify(await greeting()));
      // Text is read faster than an expression of the same content.
      return { contents: `export const GREETING = JSON.parse(${json});`, loader: 'js' };
    });
  },
};
