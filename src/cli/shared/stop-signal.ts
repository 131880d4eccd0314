import { onShutdown } from '../../adapters/system/shutdown.ts';

/** Resolves when the process is asked to end. To be called before anything is started. */
export const stopSignal = (): Promise<void> =>
  new Promise((resolve) => onShutdown(() => resolve()));
