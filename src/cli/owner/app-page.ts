/**
 * The page of the app for hosts that show pages of servers. scripts/build.mjs puts it in; where
 * the sources run as they are there is none.
 */
export const APP_PAGE: string | null = null;
