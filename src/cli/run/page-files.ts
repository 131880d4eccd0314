import { fileURLToPath } from 'node:url';
import { readTextFile } from '../../adapters/system/files.ts';
import type { PageFiles } from '../../server/page/page-answers.ts';

/** Built, this stands in one of the parts that lie in a folder beside the page. */
const BESIDE = new URL('../', import.meta.url).href;

/**
 * The page as the build made it, beside the program.
 *
 * @throws FileError when it is not there
 */
export function pageFiles(from: string = BESIDE): PageFiles {
  const read = (name: string): string => readTextFile(fileURLToPath(new URL(name, from)));
  return { html: read('page.html'), script: read('page.js'), style: read('page.css') };
}
