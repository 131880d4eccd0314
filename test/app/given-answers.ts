import {
  defaultRuntimeSettings,
  type RuntimeSettings,
} from '../../src/runtime/settings/settings.ts';

/** What a stranger would write into a field that is shown. */
export const MARKUP = '<img src=x onerror=alert(1)>';

/** With it every sale of an agent's needs its person. */
export function asksForEverySale(): Pick<RuntimeSettings, 'approvals'> {
  const { approvals } = defaultRuntimeSettings;
  return { approvals: { ...approvals, limits: { ...approvals.limits, saleDollarsPerDay: '0' } } };
}

const row = (symbol: string, cover: string, take: string | null): (string | null)[] => [
  ...[symbol, 'long', '10', '100', '99.5', '-5.00', '-0.10'],
  ...[cover === 'covered' ? '95' : null, cover, take],
];

/** A board with a stranger's markup in each text, in every state of cover. */
export const hostileBoard = (): Record<string, unknown> => ({
  environment: 'live',
  mode: `mode ${MARKUP}`,
  as_of: '2026-10-08T15:00:00Z',
  data_age_seconds: 60,
  trading_state: 'halted',
  trading_state_because: [`cause ${MARKUP}`],
  guarded: false,
  session: { open: false, until: '2026-10-09T13:30:00Z' },
  account: {
    number: `account ${MARKUP}`,
    equity: '100000',
    day_pl: '-120.5',
    buying_power: '1',
    blocked_because: `blocked ${MARKUP}`,
  },
  exposure: { gross: '1000.00', net: '1000.00', largest: null },
  risk: { drawdown_percent: '1.2', worst_loss_with_gap: MARKUP },
  cover: { covered: 1, partly: 1, naked: 1, unknown: 1 },
  alerts: [{ code: MARKUP, symbol: MARKUP, because: `alert ${MARKUP}` }],
  alerts_left_out: 2,
  columns: [
    ...['symbol', 'side', 'quantity', 'entry', 'last', 'unrealized_pl', 'r'],
    ...['stop', 'cover', 'take_profit'],
  ],
  rows: [
    row(MARKUP, 'naked 12s', null),
    row('BBB', 'partly 3s', null),
    row('CCC', 'unknown', null),
    row('DDD', 'covered', '120'),
  ],
  left_out: 3,
  plans_waiting: [
    {
      plan_id: 'plan-1',
      hash: 'a'.repeat(64),
      tier: 'T2',
      title: `plan ${MARKUP}`,
      expires_at: '2026-10-08T15:05:00Z',
    },
  ],
});

/** The card of a plan, every text of it beginning with its place. */
export const cardOf = (text: string): Record<string, unknown> => ({
  plan_id: 'plan-1',
  hash: 'a'.repeat(64),
  check: text,
  state: 'refused',
  because: `because ${text}`,
  environment: 'paper',
  account: text,
  title: `title ${text}`,
  effect: `effect ${text}`,
  tier: 'T2',
  asked_because: [`asked ${text}`],
  not_here_because: null,
  expires_at: '2026-10-08T15:05:00Z',
  seconds_left: 100,
  worst_loss: { with_gap: text, at_stop: text, gap_percent: text },
  parts: [
    {
      symbol: `symbol ${text}`,
      orders_before: [`before ${text}`],
      orders_after: [`after ${text}`],
      steps: [`step ${text}`],
      because: [text],
      naked: { seconds: 2 },
    },
  ],
  parts_left_out: 0,
  details: [`detail ${text}`],
  verdicts: [
    { guardrail: `guardrail ${text}`, symbol: text, outcome: 'pass', because: text },
    {
      ...{ guardrail: text, symbol: text, outcome: 'deny' },
      ...{ because: `denied ${text}`, would_pass: `would ${text}` },
    },
  ],
});
