import { CommandNotifier, DesktopNotifier } from '../adapters/notifiers/program.ts';
import { beatTo, WebhookNotifier } from '../adapters/notifiers/webhook.ts';
import { desktopKind, programRunner } from '../adapters/system/run-program.ts';
import type { AlertSettings } from '../alert-settings.ts';
import { AlertCourier } from '../alerts/alert-courier.ts';
import { Heartbeat } from '../alerts/heartbeat.ts';
import { noticeText } from '../alerts/notice-text.ts';
import type { Settings } from '../config.ts';
import type { Environment } from '../domain/environment.ts';
import type { Clock } from '../ports/clock.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { Runtime } from '../runtime/runtime-parts.ts';
import type { System } from './system.ts';

/** How long a program may take that is told of a notice. */
const LONGEST_PROGRAM_MS = 4_000;

/** Every way to a person that the settings name. */
export function notifiersOf(
  { alerts, dataDirectory: directory }: Pick<Settings, 'alerts' | 'dataDirectory'>,
  clock: Clock,
): readonly Notifier[] {
  const run = programRunner(clock, LONGEST_PROGRAM_MS);
  const textOf = noticeText;
  const [command, ...args] = alerts.command ?? [];
  const platform = desktopKind();
  return [
    ...alerts.webhooks.map((url) => new WebhookNotifier({ url, textOf })),
    ...(command === undefined
      ? []
      : [new CommandNotifier({ program: { command, args, env: {}, directory }, textOf, run })]),
    ...(alerts.desktop && platform !== null
      ? [new DesktopNotifier({ platform, env: alerts.desktopEnv, directory, textOf, run })]
      : []),
  ];
}

/** Tells people from now on. @returns ends that */
export function alertsFor(parts: {
  readonly runtime: Pick<Runtime, 'logger' | 'alerts'>;
  readonly environment: Environment;
  readonly settings: Settings;
  readonly system: Pick<System, 'clock' | 'journal'>;
}): () => void {
  const { runtime, environment, settings, system } = parts;
  // What keeps nothing is a demonstration, and nobody's worry.
  if (system.journal === 'memory') return () => {};
  const { logger, alerts } = runtime;
  const { clock } = system;
  const notifiers = notifiersOf(settings, clock);
  followHeart(settings.alerts, { logger, alerts }, clock);
  if (notifiers.length === 0) return () => {};
  const courier = new AlertCourier({ notifiers, environment, clock, alerts });
  logger.onRecord((record) => courier.hear(record));
  return () => courier.stop();
}

function followHeart(
  { heartbeat }: AlertSettings,
  { logger, alerts }: Pick<Runtime, 'logger' | 'alerts'>,
  clock: Clock,
): void {
  if (heartbeat === null) return;
  const heart = new Heartbeat({ clock, alerts, beat: () => beatTo(heartbeat) });
  logger.onRecord((record) => heart.hear(record));
}
