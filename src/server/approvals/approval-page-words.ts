import { createHash } from 'node:crypto';

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.45 system-ui, sans-serif; }
body { max-width: 44rem; margin: 0 auto; padding: 1rem; }
article { border: 1px solid; border-radius: .5rem; padding: 0 1rem 1rem; margin: 1rem 0; }
h1 { font-size: 1.2rem; } h2 { font-size: 1.05rem; }
p, li { overflow-wrap: anywhere; } p { margin: .4rem 0; }
form { display: inline-block; margin: .6rem .6rem 0 0; }
button { font: inherit; padding: .5rem 1.2rem; border-radius: .4rem; border: 1px solid; }
[role=status] { border-left: .3rem solid; padding-left: .7rem; }
`;

/** As a content security policy names it. */
export const STYLE_HASH = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)};`);

/** @param list markup of our own; everything of others in it is escaped */
export const frameOf = (notes: readonly string[], list: string): string =>
  '<!doctype html><html lang="en"><head><meta charset="utf-8">' +
  '<meta name="viewport" content="width=device-width, initial-scale=1">' +
  `<title>BigBrother: plans that wait for you</title><style>${STYLE}</style></head><body>` +
  '<h1>Plans that wait for you</h1>' +
  notes.map((note) => `<p role="status">${escapeHtml(note)}</p>`).join('') +
  `<main>${list}</main></body></html>`;
