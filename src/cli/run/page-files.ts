import { fileURLToPath } from 'node:url';
import { readTextFile } from '../../adapters/system/files.ts';
import type { PageFiles } from '../../server/page/page-answers.ts';

/**
 * The page as the build made it, beside the program.
 *
 * @throws FileError when it is not there
 */
export function pageFiles(from: string = import.meta.url): PageFiles {
  const read = (name: string): string => readTextFile(fileURLToPath(new URL(name, from)));
  return { html: read('page.html'), script: read('page.js'), style: read('page.css') };
}
