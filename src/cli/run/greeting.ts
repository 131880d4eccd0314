import type { Greeting } from '../../server/greeting/greeting.ts';

/**
 * What a host is told before anything else is loaded. scripts/build.mjs puts it in; where the
 * sources run as they are there is none, and a host waits for the account.
 */
export const GREETING: Greeting | null = null;
