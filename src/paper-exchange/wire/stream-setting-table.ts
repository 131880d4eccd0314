import type { SwitchRow } from '../core/basics/switch-table.ts';
import { defaultStreamSettings, type StreamSettings } from './streams.ts';

type Description = Pick<SwitchRow, 'values' | 'decides' | 'source'>;

const descriptions: { readonly [Name in keyof StreamSettings]: Description } = {
  tradingFrames: {
    values: ['binary', 'text'],
    decides: 'Whether the trading stream sends its JSON in binary or in text frames.',
    source: '"Websocket Streaming": the paper host sends binary frames; clients read both.',
  },
  tradingStreams: {
    values: ['all_hear', 'newest_hears'],
    decides: 'Which of several trading streams of one account are told its updates.',
    source:
      'Undocumented. Lean takes one connection for granted, and users report streams that fall silent when another opens.',
  },
  cancelRequestedAt: {
    values: ['false', 'true'],
    decides: 'Whether an order of the trading stream shows when its cancel was asked for.',
    source: 'Users have seen a field cancel_requested_at there; recorded REST answers have none.',
  },
  dataConnections: {
    values: ['1', 'any whole number'],
    decides: 'How many data streams one account may have open at once.',
    source: '"Real-time Stock Data", error 406: one for most subscriptions.',
  },
  symbolLimit: {
    values: ['30', 'any whole number'],
    decides: 'How many symbols one data stream takes over trades and quotes together.',
    source: '"About Market Data API": 30 on the Basic plan, no limit on the paid one.',
  },
  feeds: {
    values: [
      'iex,delayed_sip,test,crypto',
      'any of iex, sip, delayed_sip, boats, overnight, test, crypto',
    ],
    decides: 'Which data feeds the accounts may open; others are refused with 409.',
    source:
      '"About Market Data API": the Basic plan has no sip. Nothing is said of streams of the night on it.',
  },
  isV2Enabled: {
    values: ['true', 'false'],
    decides: 'Whether the accounts may use version 2 of the data stream; if not, 408.',
    source: '"Real-time Stock Data", error 408.',
  },
};

/** Every setting of the streams, in the form of the core's switches. */
export const streamSettingTable: readonly SwitchRow[] = Object.entries(descriptions).map(
  ([name, row]) => ({ name, default: String(Reflect.get(defaultStreamSettings, name)), ...row }),
);
