import type { AlpacaClientOptions } from '../../src/adapters/alpaca/client.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { Desk, type Trouble } from './desk.ts';
import { Manager } from './manager.ts';
import {
  PartialProfitManager,
  SignalManager,
  StopLossManager,
  TrailingStopManager,
} from './managers.ts';
import { PositionSync } from './position-sync.ts';
import { defaultOldBotSettings, type OldBotSettings } from './settings.ts';

type OldBotParts = {
  /** Keys, and where the exchange is. */
  readonly connection: AlpacaClientOptions;
  readonly clock: Clock;
  readonly settings?: Partial<OldBotSettings>;
  /** Told of everything that the broker refused or did not answer. */
  readonly onTrouble?: (trouble: Trouble) => void;
};

export type OldBot = {
  /** What is asked for from outside, beside what the managers do by themselves. */
  readonly signals: SignalManager;
  stop(): void;
};

/** Between the first looks of two managers. */
const APART_MS = 700;

/**
 * A stand-in for the bot that BigBrother takes the place of: position sync, stop-loss, partial
 * profit and trailing stop, each on its own timer and after fills, each with its own client, and
 * each sending its own orders by what it believes is held. It is a test subject, no part of the
 * product: it runs under any clock and against any exchange on this machine.
 */
export async function startOldBot({
  connection,
  clock,
  settings: given = {},
  onTrouble = () => {},
}: OldBotParts): Promise<OldBot> {
  const settings = { ...defaultOldBotSettings, ...given };
  const deskOf = (manager: string) => new Desk(manager, connection, onTrouble);
  const syncDesk = deskOf('position-sync');
  const positions = new PositionSync(syncDesk);
  const partsOf = (manager: string) => ({ desk: deskOf(manager), positions, settings, clock });

  const stopLoss = new StopLossManager(partsOf('stop-loss'));
  const profit = new PartialProfitManager(partsOf('partial-profit'));
  const trailing = new TrailingStopManager(partsOf('trailing-stop'));
  const sync = new Manager(clock, settings.syncEveryMs, () => positions.look());
  const stops = new Manager(clock, settings.stopsEveryMs, () => stopLoss.run());
  const profits = new Manager(clock, settings.profitsEveryMs, () => profit.run());
  const trails = new Manager(clock, settings.trailsEveryMs, () => trailing.run());
  const managers = [sync, stops, profits, trails];
  for (const [place, manager] of managers.entries()) manager.start(place * APART_MS);

  const unfollow = await syncDesk.followFills(() => {
    void sync.now().then(() => stops.now());
  });
  return {
    signals: new SignalManager(partsOf('signals')),
    stop: () => {
      unfollow();
      for (const manager of managers) manager.stop();
    },
  };
}
