import { execFileSync } from 'node:child_process';

/** Tests that start the built command line must never meet an old bundle. */
export const setup = (): void => {
  execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
};
