-- What a dashboard asks for, taken out of the events in the transaction that writes them: the
-- event and what follows from it are both there, or neither is. Each row stands under the
-- number of the event that it was taken from.

-- Text that is no plain decimal number gives null: an event that a later version writes in
-- another way must never keep the copy from going on.
create function bigbrother.decimal_in(amount text) returns numeric
language sql immutable strict parallel safe set search_path = '' as $$
  select case when amount ~ '^-?\d{1,60}(\.\d{1,60})?$' then amount::numeric end
$$;

create function bigbrother.whole_in(amount text) returns bigint
language sql immutable strict parallel safe set search_path = '' as $$
  select case when amount ~ '^-?\d{1,18}$' then amount::bigint end
$$;

-- What each of these tables begins with; nothing is kept in this one.
create table bigbrother.derived_row (
  account text not null,
  seq bigint not null,
  at timestamptz not null
);

create table public.decisions (
  like bigbrother.derived_row,
  symbol text,
  snapshot_version bigint,
  urgency text,
  hold_quantity numeric,
  stop_price numeric,
  chosen_policies text[] not null,
  overruled_policies text[] not null,
  target jsonb,
  chosen jsonb,
  overruled jsonb
);
create index decisions_by_symbol on public.decisions (account, symbol, seq desc);

-- A row for each stage of a plan: proposed, reviewed, refused, spent, finished.
create table public.plans (
  like bigbrother.derived_row,
  plan_id text not null,
  stage text not null,
  symbol text,
  origin text,
  intent text,
  hash text,
  outcome text,
  refusal text,
  because text,
  denials jsonb not null
);
create index plans_by_plan on public.plans (account, plan_id, seq desc);
create index plans_by_symbol on public.plans (account, symbol, seq desc);

-- A row for each thing that happened to an order: intended, answered, observed, updated.
create table public.orders (
  like bigbrother.derived_row,
  stage text not null,
  symbol text,
  plan_id text,
  order_id text,
  client_order_id text,
  kind text,
  purpose text,
  side text,
  order_type text,
  status text,
  outcome text,
  rejection text,
  quantity numeric,
  filled_quantity numeric,
  limit_price numeric,
  stop_price numeric,
  replaced_by text,
  because text
);
create index orders_by_order on public.orders (account, order_id, seq desc);
create index orders_by_client_order on public.orders (account, client_order_id, seq desc);
create index orders_by_plan on public.orders (account, plan_id, seq desc);
create index orders_by_symbol on public.orders (account, symbol, seq desc);

create table public.fills (
  like bigbrother.derived_row,
  symbol text,
  order_id text,
  client_order_id text,
  execution_id text,
  side text,
  quantity numeric,
  price numeric,
  filled_quantity numeric,
  status text
);
create index fills_by_symbol on public.fills (account, symbol, seq desc);
create index fills_by_order on public.fills (account, order_id, seq desc);

-- What became of a decision, as BigBrother worked it out of its journal. What it measured
-- beside these stands in measured.
create table public.outcomes (
  like bigbrother.derived_row,
  symbol text,
  plan_id text,
  order_id text,
  episode_id text,
  decision_seq bigint,
  policy text,
  profit numeric,
  r_multiple numeric,
  slippage numeric,
  measured jsonb
);
create index outcomes_by_symbol on public.outcomes (account, symbol, seq desc);
create index outcomes_by_policy_and_seq on public.outcomes (account, policy, seq desc);

-- The anchors: what was signed, in a place that the signer cannot change.
create table public.checkpoints (
  like bigbrother.derived_row,
  size bigint,
  root text,
  last_hash text,
  previous text,
  public_key text,
  signature text
);

create function bigbrother.intent_in(body jsonb) returns text
language sql immutable set search_path = '' as $$
  select coalesce(body #>> '{plan,intent,kind}', body #>> '{intent,kind}')
$$;

create function bigbrother.names_in(items jsonb, path jsonpath) returns text[]
language sql immutable set search_path = '' as $$
  select coalesce(array_agg(distinct name #>> '{}' order by name #>> '{}'), '{}')
    from jsonb_path_query(coalesce(items, 'null'), path) as name
$$;

create function bigbrother.derive_decision(event public.events, body jsonb) returns void
language sql set search_path = '' as $$
  insert into public.decisions
  select event.account, event.seq, event.at, event.symbol,
    bigbrother.whole_in(decision ->> 'snapshotVersion'),
    decision ->> 'urgency',
    bigbrother.decimal_in(decision #>> '{target,holdQuantity}'),
    bigbrother.decimal_in(decision #>> '{target,cover,stopPrice}'),
    bigbrother.names_in(decision -> 'chosen', 'lax $[*].policy'),
    bigbrother.names_in(decision -> 'overruled', 'lax $[*].recommendation.policy'),
    decision -> 'target', decision -> 'chosen', decision -> 'overruled'
  from (select body -> 'decision' as decision) as made
$$;

create function bigbrother.derive_plan(event public.events, body jsonb) returns void
language sql set search_path = '' as $$
  insert into public.plans values (
    event.account, event.seq, event.at, event.plan_id,
    substr(event.type, length('plan_') + 1),
    event.symbol,
    body #>> '{plan,origin}',
    bigbrother.intent_in(body),
    coalesce(body #>> '{plan,hash}', body ->> 'hash'),
    body ->> 'outcome', body ->> 'refusal', body ->> 'because',
    jsonb_path_query_array(body, 'lax $.verdicts[*] ? (@.outcome == "deny")')
  )
$$;

create function bigbrother.derive_order(event public.events, body jsonb) returns void
language sql set search_path = '' as $$
  insert into public.orders values (
    event.account, event.seq, event.at,
    case event.type
      when 'step_intended' then 'intended'
      when 'step_answered' then 'answered'
      when 'step_observed' then 'observed'
      else 'updated'
    end,
    event.symbol, event.plan_id, event.order_id,
    body ->> 'clientOrderId', body ->> 'kind', body ->> 'purpose',
    coalesce(body ->> 'side', body #>> '{request,side}'),
    coalesce(body ->> 'orderType', body #>> '{request,type}'),
    body ->> 'status', body ->> 'outcome', body ->> 'rejection',
    bigbrother.decimal_in(coalesce(body ->> 'quantity', body #>> '{request,quantity}')),
    bigbrother.decimal_in(body ->> 'filledQuantity'),
    bigbrother.decimal_in(coalesce(body ->> 'limitPrice', body #>> '{request,limitPrice}')),
    bigbrother.decimal_in(coalesce(body ->> 'stopPrice', body #>> '{request,stopPrice}')),
    body ->> 'replacedBy', body ->> 'because'
  )
$$;

create function bigbrother.derive_fill(event public.events, body jsonb) returns void
language sql set search_path = '' as $$
  insert into public.fills values (
    event.account, event.seq, event.at, event.symbol, event.order_id,
    body ->> 'clientOrderId', body ->> 'executionId', body ->> 'side',
    bigbrother.decimal_in(body ->> 'quantity'), bigbrother.decimal_in(body ->> 'price'),
    bigbrother.decimal_in(body ->> 'filledQuantity'), body ->> 'status'
  )
$$;

create function bigbrother.derive_checkpoint(event public.events, body jsonb) returns void
language sql set search_path = '' as $$
  insert into public.checkpoints values (
    event.account, event.seq, event.at,
    bigbrother.whole_in(body ->> 'size'), body ->> 'root', body ->> 'lastHash',
    body ->> 'previous', body ->> 'publicKey', body ->> 'signature'
  )
$$;

create function bigbrother.derive_outcome(event public.events, body jsonb) returns void
language sql set search_path = '' as $$
  insert into public.outcomes values (
    event.account, event.seq, event.at, event.symbol, event.plan_id, event.order_id,
    body ->> 'episodeId', bigbrother.whole_in(body ->> 'decisionSeq'), body ->> 'policy',
    bigbrother.decimal_in(body ->> 'profit'), bigbrother.decimal_in(body ->> 'rMultiple'),
    bigbrother.decimal_in(body ->> 'slippage'), body
  )
$$;

create function bigbrother.derive() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  body jsonb := bigbrother.json_in(new.record) -> 'body';
begin
  case
    when new.type = 'decision_made' then
      perform bigbrother.derive_decision(new, body);
    when new.type in ('plan_proposed', 'plan_reviewed', 'plan_refused', 'plan_spent',
        'plan_finished') and new.plan_id is not null then
      perform bigbrother.derive_plan(new, body);
    when new.type in ('step_intended', 'step_answered', 'step_observed',
        'order_update_received') then
      perform bigbrother.derive_order(new, body);
    when new.type = 'fill_received' then
      perform bigbrother.derive_fill(new, body);
    when new.type = 'outcome_measured' then
      perform bigbrother.derive_outcome(new, body);
    when new.type = 'checkpoint_signed' then
      perform bigbrother.derive_checkpoint(new, body);
    else
      null;
  end case;
  return null;
end
$$;

create trigger c_derives after insert on public.events
  for each row execute function bigbrother.derive();
alter table public.events enable always trigger c_derives;

do $$
declare
  derived regclass;
begin
  foreach derived in array array['public.decisions', 'public.plans', 'public.orders',
      'public.fills', 'public.outcomes', 'public.checkpoints']::regclass[] loop
    execute format('alter table %s add primary key (account, seq),
      add foreign key (account, seq) references public.events', derived);
    perform bigbrother.make_append_only(derived);
  end loop;
end
$$;
