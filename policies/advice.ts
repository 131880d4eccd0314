// How far what others say may go: it may make my account safer, within these bounds, and no more.
import { type Decimal, text } from '../src/domain/decimal.ts';
import { decimalSetting, settingsObject, wholeSetting } from './settings.ts';

export const adviceSettings = settingsObject({
  /** The most of a position's initial risk, in percent, that advice may take back; 0 for none. */
  mostTightenPercent: wholeSetting(0, 90).prefault(25),
  /** A stop that advice tightens stays at least so many percent of the price away from it. */
  leastRoomPercent: decimalSetting('0.1', '20')
    .transform((value: Decimal) => text(value))
    .prefault('1'),
});
