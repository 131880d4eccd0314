import { type Fields, fieldsOf } from '../wire.ts';

const NAME = /^--[a-z0-9-]{1,60}$/;
/** Colours, lengths and names of fonts; nothing that could fetch something. */
const VALUE = /^[\w\s#%.,()'"/+-]{1,200}$/;
const FETCHES = /url|image|src|element|expression/i;

/** Takes over the host's light or dark, its colours and fonts, and its language. */
export function followHost(context: Fields): void {
  const { documentElement: page } = document;
  const { theme, styles, locale } = context;
  if (theme === 'light' || theme === 'dark') page.dataset.theme = theme;
  if (typeof locale === 'string' && /^[\w-]{2,20}$/.test(locale)) page.dataset.locale = locale;
  for (const [name, value] of Object.entries(fieldsOf(fieldsOf(styles).variables))) {
    if (typeof value !== 'string' || !NAME.test(name)) continue;
    if (VALUE.test(value) && !FETCHES.test(value)) page.style.setProperty(name, value);
  }
}
