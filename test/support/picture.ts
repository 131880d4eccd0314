import type { BrowserContext } from 'playwright-core';

export type Seen = {
  readonly width: number;
  readonly height: number;
  /** Of the pixels, the middle one: 0 is black, 255 white. */
  readonly brightness: number;
  /** How many colours there are; one where nothing was drawn. */
  readonly colours: number;
};

/** Runs in the browser, which reads pictures anyway. */
const LOOK = `async (base64) => {
  const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const { width, height } = bitmap;
  const drawing = new OffscreenCanvas(width, height).getContext('2d');
  drawing.drawImage(bitmap, 0, 0);
  const pixels = new Uint32Array(drawing.getImageData(0, 0, width, height).data.buffer);
  const green = Uint8Array.from(pixels, (pixel) => (pixel >> 8) & 255).sort();
  return { width, height, brightness: green[green.length >> 1], colours: new Set(pixels).size };
}`;

/** What is on a picture, as far as a test can tell. */
export async function seenOn(context: BrowserContext, picture: Buffer): Promise<Seen> {
  const page = await context.newPage();
  try {
    const look = `(${LOOK})(${JSON.stringify(picture.toString('base64'))})`;
    return (await page.evaluate(look)) as Seen;
  } finally {
    await page.close();
  }
}
