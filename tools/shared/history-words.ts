import type { Json } from '../../src/domain/canonical.ts';
import type { JournalRecord } from '../../src/domain/event.ts';

const MOST_LETTERS = 240;

/**
 * One record in one line. Journals outlive the code, so a body is read field by field and
 * a field that is not there is left out.
 */
export function sentenceOf(record: JournalRecord): string {
  const line = `${titleOf(record)}${because(record.body)}`;
  return line.length <= MOST_LETTERS ? line : `${line.slice(0, MOST_LETTERS - 1)}…`;
}

function titleOf({ type, body }: JournalRecord): string {
  switch (type) {
    case 'decision_made':
      return decisionTitle(body);
    case 'plan_proposed':
    case 'part_proposed':
      return words(spaced(type), intentOf(body), field(body, 'outcome'));
    case 'plan_not_made':
      return words(
        'no plan made to',
        intentOf(body),
        field(body, 'code') ?? field(body, 'outcome'),
      );
    case 'plan_refused':
    case 'part_refused':
      return words(spaced(type), field(body, 'refusal') ?? field(body, 'code'));
    case 'plan_reviewed':
    case 'part_reviewed':
      return words('guardrails asked', field(body, 'outcome'), deniedBy(body));
    case 'part_finished':
      return words('part', field(body, 'outcome') ?? 'finished');
    case 'plan_finished':
      return words('plan', field(body, 'outcome') ?? 'finished', field(body, 'refusal'));
    case 'approval_requested':
      return words('a person is asked', `(${field(body, 'tier')})`);
    case 'approval_given':
      return words('approved by', field(body, 'by'), 'over', field(body, 'channel'));
    case 'approval_refused':
      return words('not approved');
    case 'inputs_noted':
      return 'what the guardrails looked at';
    case 'effect_vetoed':
      return words('may not be proposed again');
    case 'step_intended':
      return words('about to', field(body, 'kind'), 'to', field(body, 'purpose'), request(body));
    case 'step_answered':
      return words('broker answered', field(body, 'outcome'), field(body, 'rejection'));
    case 'step_observed':
      return words('order is', field(body, 'status'), filled(body));
    case 'order_update_received':
      return words(orderWords(body, field(body, 'orderType')), 'is', updateOf(body), filled(body));
    case 'fill_received':
      return fillTitle(body);
    case 'stream_changed':
      return words('stream', field(body, 'stream') ?? field(body, 'feed'), field(body, 'state'));
    case 'episode_opened':
    case 'episode_changed':
    case 'episode_closed':
      return words(spaced(type), field(child(body, 'episode'), 'id'));
    case 'naked_time_measured':
      return words(
        ...['was without cover for', field(body, 'shareSeconds'), 'share-seconds'],
        uncertainty(field(body, 'uncertainSeconds')),
      );
    case 'outcome_measured':
      return outcomeTitle(body);
    case 'trading_state_changed':
      return words('trading is', field(body, 'state'));
    case 'alert_raised':
    case 'alert_cleared':
      return words(spaced(type), field(body, 'code'));
    case 'advice_given':
      return words(
        `advice of severity ${field(body, 'severity') ?? '?'}:`,
        field(body, 'signal'),
        `(${field(body, 'source')})`,
      );
    case 'trade_begun':
      return words('learns from', field(body, 'episodeId'), field(body, 'regime'));
    case 'learning_forgotten':
      return words('what was learned is forgotten', field(body, 'policy'));
    case 'advisor_asked':
      return words('asked', field(body, 'server'), `for $${field(body, 'dollars') ?? '0'}`);
    case 'scenario_analyzed':
      return words('options thought through, first', field(body, 'best'));
    case 'opinion_noted':
      return words("the host's model prefers", field(body, 'prefers') ?? 'nothing');
    case 'tool_called':
      return words('tool called', field(body, 'tool'), field(body, 'outcome'), field(body, 'code'));
    case 'started':
      return words('started', field(body, 'environment'), field(body, 'mode'));
    case 'halt_latched':
      return words(spaced(type), `(${field(body, 'level')})`, 'by', field(body, 'by'));
    case 'control_latched':
    case 'control_enabled':
      return words(spaced(type), field(body, 'control'), field(body, 'policy'));
    case 'equity_peak_moved':
    case 'cash_moved':
      return words(spaced(type), field(body, 'equity') ?? field(body, 'amount'));
    case 'policy_stepped_back':
    case 'policy_enabled':
      return words(spaced(type), field(body, 'policy'));
    case 'settings_changed':
    case 'settings_held':
      return words(spaced(type), changesIn(body));
    case 'regime_seen':
      return words('the market is', field(body, 'regime'));
    case 'stood_down':
    case 'stood_up':
    case 'account_handed_over':
      return words(spaced(type), 'by', field(body, 'by'));
    case 'halt_verified':
    case 'halt_lifted':
    case 'orders_adopted':
    case 'checkpoint_signed':
    case 'plan_spent':
    case 'stopped':
    case 'settings_loaded':
    case 'snapshot_taken':
    case 'cycle_failed':
      return spaced(type);
  }
}

function decisionTitle(body: Json): string {
  const decision = child(body, 'decision');
  const chosen = list(decision, 'chosen').map((one) =>
    words(field(one, 'policy'), 'wants', field(child(one, 'action'), 'kind')),
  );
  const overruled = list(decision, 'overruled').length;
  const reason = list(decision, 'chosen').map((one) => field(one, 'because'))[0];
  return words(
    'decided',
    chosen.length === 0 ? 'that nothing has to change' : chosen.join(', '),
    overruled === 0 ? null : `(${overruled} overruled)`,
    reason === undefined || reason === null ? null : `because ${reason}`,
  );
}

function fillTitle(body: Json): string {
  const fill = child(body, 'execution') ?? body;
  const [quantity, price] = [field(fill, 'quantity'), field(fill, 'price')];
  return words('filled', field(fill, 'side'), quantity, price === null ? null : `at ${price}`);
}

function outcomeTitle(body: Json): string {
  if (field(body, 'profit') === null) return unfilledTitle(body);
  const [slippage, r] = [field(body, 'slippage'), field(body, 'rMultiple')];
  return words(
    field(body, 'policy'),
    'closed',
    field(body, 'quantity'),
    `at ${field(body, 'price')}:`,
    `profit ${field(body, 'profit')}`,
    r === null ? null : `(${r} R)`,
    slippage === null ? null : `slippage ${slippage}`,
  );
}

function unfilledTitle(body: Json): string {
  const [code, moved] = [field(body, 'code'), field(body, 'movedAfter')];
  return words(
    field(body, 'policy'),
    'wanted to',
    field(body, 'wanted'),
    `${field(body, 'times')} times:`,
    field(body, 'result'),
    code,
    moved === null ? null : `the price went ${moved} its way after the first`,
  );
}

/** What a step asks of the broker: an order, or what changes in one. */
function request(body: Json): string | null {
  const asked = child(body, 'request');
  const order = asked === null ? '' : orderWords(asked, field(asked, 'type'));
  return order === '' ? null : `(${order})`;
}

function orderWords(order: Json, type: string | null): string {
  const [stop, limit] = [field(order, 'stopPrice'), field(order, 'limitPrice')];
  return words(
    field(order, 'side'),
    field(order, 'quantity'),
    type,
    stop === null ? null : `stop ${stop}`,
    limit === null ? null : `limit ${limit}`,
  );
}

function updateOf(body: Json): string | null {
  const [event, status] = [field(body, 'event'), field(body, 'status')];
  return event === status ? event : words(status, event === null ? null : `after ${event}`);
}

function deniedBy(body: Json): string | null {
  const denied = list(body, 'verdicts').filter((verdict) => field(verdict, 'outcome') === 'deny');
  const names = denied.map((verdict) => field(verdict, 'guardrail'));
  return names.length === 0 ? null : `by ${names.join(', ')}`;
}

function changesIn(body: Json): string {
  return list(body, 'changes')
    .map((one) => `${field(one, 'path')} ${shown(one, 'before')} -> ${shown(one, 'after')}`)
    .join(', ');
}

const shown = (change: Json, name: string): string => JSON.stringify(child(change, name));

function filled(body: Json): string | null {
  const quantity = field(body, 'filledQuantity');
  return quantity === null || quantity === '0' ? null : `with ${quantity} filled`;
}

const intentOf = (body: Json): string | null =>
  field(child(body, 'intent') ?? child(child(body, 'plan'), 'intent'), 'kind');

function because(body: Json): string {
  const reason = field(body, 'because');
  return reason === null || reason === '' ? '' : `: ${reason}`;
}

const spaced = (name: string): string => name.replaceAll('_', ' ');

/** Where no stream told of the price that bared the shares, its time is known only roughly. */
const uncertainty = (seconds: string | null): string | null =>
  seconds === null ? null : `(it may have begun up to ${seconds} s earlier or later)`;

const words = (...parts: readonly (string | null)[]): string =>
  parts.filter((part) => part !== null && part !== '').join(' ');

function child(body: Json | null, name: string): Json | null {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return null;
  return (body as Readonly<Record<string, Json>>)[name] ?? null;
}

function field(body: Json | null, name: string): string | null {
  const value = child(body, name);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

function list(body: Json | null, name: string): readonly Json[] {
  const value = child(body, name);
  return Array.isArray(value) ? value : [];
}
