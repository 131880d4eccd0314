import { z } from 'zod';
import { settingsObject } from '../policies/settings.ts';
import type { Env } from './adapters/system/files.ts';
import { nonEmpty, SettingsError } from './venue-settings.ts';

/** Who is told when something is wrong. Changes with a restart. */
export const alertSettings = settingsObject({
  /** A notification on the desktop of who is logged in. */
  desktop: z.boolean().default(false),
  /** A program and its arguments; it gets each notice as a line of JSON on its input. */
  command: z.array(z.string().min(1)).min(1).readonly().optional(),
});
type FileAlerts = z.output<typeof alertSettings>;

export type AlertSettings = FileAlerts & {
  /** Whoever knows one may post there: they are secrets. */
  readonly webhooks: readonly URL[];
  /** Called while all is well, for a service that calls a person when it is not; a secret. */
  readonly heartbeat: URL | null;
  /** What a desktop is found by. */
  readonly desktopEnv: Readonly<Record<string, string>>;
};

const DESKTOP_NAMES = [
  'DBUS_SESSION_BUS_ADDRESS',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XDG_RUNTIME_DIR',
] as const;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * The settings of the file with what only the environment tells.
 *
 * @throws SettingsError for an address that cannot be used; it is not repeated
 */
export function alertsFrom(file: FileAlerts, env: Env): AlertSettings {
  const webhooks = nonEmpty(env.BIGBROTHER_ALERT_WEBHOOKS)?.split(/\s+/) ?? [];
  const heartbeat = nonEmpty(env.BIGBROTHER_HEARTBEAT_URL);
  return {
    ...file,
    webhooks: webhooks.map((each) => secretAddress('BIGBROTHER_ALERT_WEBHOOKS', each)),
    heartbeat: heartbeat === null ? null : secretAddress('BIGBROTHER_HEARTBEAT_URL', heartbeat),
    desktopEnv: Object.fromEntries(
      DESKTOP_NAMES.flatMap((name) => {
        const value = nonEmpty(env[name]);
        return value === null ? [] : [[name, value]];
      }),
    ),
  };
}

function secretAddress(name: string, said: string): URL {
  const url = URL.canParse(said) ? new URL(said) : null;
  if (url === null) {
    throw new SettingsError(
      `${name} holds something that is no address; write addresses such as ` +
        'https://hooks.slack.com/services/..., with a space between them.',
    );
  }
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
  if (isSafe) return url;
  throw new SettingsError(
    `${name} holds an address at ${url.hostname} that is not https; only https keeps it secret.`,
  );
}

const isLoopback = ({ hostname }: URL): boolean => LOOPBACK.has(hostname);
