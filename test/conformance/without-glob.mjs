// The suite imports `globSync`, which Node 20 does not have and no scenario uses.
import { register } from 'node:module';

const loader = `
  export async function load(url, context, next) {
    const loaded = await next(url, context);
    if (!url.includes('/conformance/dist/')) return loaded;
    const source = String(loaded.source).replace(/globSync as \\w+,/, '');
    return { ...loaded, source };
  }`;
register(`data:text/javascript,${encodeURIComponent(loader)}`);
