/** An eye in a shield, in one colour that reads on light and on dark. */
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" fill="none" stroke="#0b7a75" ' +
  'stroke-width="3" stroke-linejoin="round"><path d="M24 4 42 11v13c0 10-7 17-18 20C13 41 6 34 6 ' +
  '24V11Z"/><path d="M13 24c3-5 7-7 11-7s8 2 11 7c-3 5-7 7-11 7s-8-2-11-7Z"/><circle cx="24" ' +
  'cy="24" r="3" fill="#0b7a75"/></svg>';

/** For hosts that show one beside the name. */
export const ICONS = [
  {
    src: `data:image/svg+xml;base64,${Buffer.from(SVG).toString('base64')}`,
    mimeType: 'image/svg+xml',
    sizes: ['any'],
  },
];
