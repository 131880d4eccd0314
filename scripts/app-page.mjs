// The page of the app in the chat as one file that loads nothing: hosts forbid it to.

import { build } from 'esbuild';

/** @returns {Promise<string>} */
export async function appPage() {
  const { outputFiles } = await build({
    entryPoints: ['src/web/app/main.ts'],
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['chrome123', 'firefox128', 'safari17.5'],
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
  });
  const styles = await build({
    stdin: {
      contents: "@import './src/web/board.css'; @import './src/web/app/app.css';",
      loader: 'css',
      resolveDir: '.',
    },
    bundle: true,
    minify: true,
    target: ['chrome123', 'firefox128', 'safari17.5'],
    logLevel: 'warning',
    write: false,
  });
  const script = outputFiles[0].text.trim();
  const style = styles.outputFiles[0].text.trim();
  if (/<\/(script|style)/i.test(script + style)) throw new Error('the page would end its own tag');
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">' +
    '<meta name="viewport" content="width=device-width, initial-scale=1">' +
    `<title>BigBrother</title><style>${style}</style></head>` +
    `<body><main></main><script>${script}</script></body></html>\n`
  );
}

/** In the bundle itself, since Claude Desktop gets that one file and no other. */
export const appPageInside = {
  name: 'app-page-inside',
  /** @param {import('esbuild').PluginBuild} bundle */
  setup(bundle) {
    bundle.onLoad({ filter: /src[\\/]cli[\\/]owner[\\/]app-page\.ts$/ }, async () => ({
      contents: `export const APP_PAGE = ${JSON.stringify(await appPage())};`,
      loader: 'js',
    }));
  },
};
