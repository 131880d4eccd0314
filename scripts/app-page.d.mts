import type { Plugin } from 'esbuild';

export function appPage(): Promise<string>;
export const appPageInside: Plugin;
