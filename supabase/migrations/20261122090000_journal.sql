-- The copy of BigBrother's journal. What is handed in is the account, the sequence number and
-- the record as the journal holds it, byte for byte; every other column is taken out of that
-- text here, so that none of them can say something else.

-- Not exposed by the API: keys, and the functions that triggers and policies run.
create schema bigbrother;
revoke all on schema bigbrother from public, anon, authenticated, service_role;

create table public.events (
  account text not null check (length(account) between 1 and 100),
  -- An exact number in JSON and JavaScript: below 2^53.
  seq bigint not null check (seq between 1 and 9007199254740991),
  at timestamptz not null,
  at_ms bigint not null,
  boot text not null,
  type text not null,
  actor text not null,
  symbol text,
  plan_id text,
  order_id text,
  prev text not null check (prev ~ '^[0-9a-f]{64}$'),
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  -- RFC 8785 text. Not jsonb, which would change how numbers are written.
  record text not null,
  copied_at timestamptz not null default now(),
  primary key (account, seq),
  constraint record_has_its_hash check (
    hash = encode(
      sha256(convert_to(replace(record, '"hash":"' || hash || '",', ''), 'UTF8')), 'hex')
  )
);

comment on table public.events is
  'Every record of the journal. Append-only; hash is SHA-256 over the record without it.';
comment on column public.events.at is 'at_ms, exact to the millisecond';
comment on column public.events.copied_at is 'when the record arrived here; not part of the journal';

create index events_by_symbol on public.events (account, symbol, seq desc);
create index events_by_symbol_and_time on public.events (account, symbol, at_ms, seq);
create index events_by_time on public.events (account, at_ms, seq);
create index events_by_type on public.events (account, type, seq desc);
create index events_by_plan on public.events (account, plan_id, seq desc)
  where plan_id is not null;
create index events_by_order on public.events (account, order_id, seq desc)
  where order_id is not null;

-- jsonb cannot hold the character U+0000, which a text of the journal may: it is shown as U+FFFD.
create function bigbrother.json_in(record text) returns jsonb
language sql immutable strict parallel safe set search_path = '' as $$
  select regexp_replace(record, '(?<!\\)((?:\\\\)*)\\u0000', '\1\\ufffd', 'g')::jsonb
$$;

create function bigbrother.fill_event() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  content jsonb;
begin
  content := bigbrother.json_in(new.record);
  if content ->> 'seq' is distinct from new.seq::text then
    raise exception 'the record is number %, but was handed in as %', content ->> 'seq', new.seq
      using errcode = 'check_violation';
  end if;
  new.at_ms := (content ->> 'at')::bigint;
  new.at := timestamptz 'epoch' + new.at_ms * interval '1 millisecond';
  new.boot := content ->> 'boot';
  new.type := content ->> 'type';
  new.actor := content ->> 'actor';
  new.symbol := content ->> 'symbol';
  new.plan_id := content ->> 'planId';
  new.order_id := content ->> 'orderId';
  new.prev := content ->> 'prev';
  new.hash := content ->> 'hash';
  new.copied_at := now();
  return new;
end
$$;

-- Runs when the row is in and its policies were met. Holds whichever neighbour came first, so
-- that no order of arrival can leave a gap or a break.
create function bigbrother.check_links() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  hash_before text;
  prev_after text;
begin
  select hash into hash_before from public.events
    where account = new.account and seq = new.seq - 1;
  if not found then
    hash_before := case when new.seq = 1 then repeat('0', 64) else new.prev end;
    if exists (select from public.events where account = new.account and seq < new.seq) then
      raise exception 'record % leaves a gap before it', new.seq using errcode = 'check_violation';
    end if;
  end if;
  select prev into prev_after from public.events
    where account = new.account and seq = new.seq + 1;
  if not found then
    prev_after := new.hash;
    if exists (select from public.events where account = new.account and seq > new.seq) then
      raise exception 'record % leaves a gap behind it', new.seq using errcode = 'check_violation';
    end if;
  end if;
  if hash_before <> new.prev or prev_after <> new.hash then
    raise exception 'record % is not of the chain that is kept here', new.seq
      using errcode = 'check_violation';
  end if;
  return null;
end
$$;

create function bigbrother.refuse_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception '% of % is refused: what was written down is never changed', tg_op, tg_table_name
    using errcode = 'insufficient_privilege',
      hint = 'The journal on the machine of BigBrother is the original; this is its copy.';
end
$$;

-- One statement, one refusal, whatever it would have met; also while replication roles are on.
create function bigbrother.make_append_only(kept regclass) returns void
language plpgsql set search_path = '' as $$
begin
  execute format(
    'create trigger never_changes before update or delete or truncate on %s
       for each statement execute function bigbrother.refuse_change()', kept);
  execute format('alter table %s enable always trigger never_changes', kept);
end
$$;

create trigger a_fills before insert on public.events
  for each row execute function bigbrother.fill_event();
create trigger b_links after insert on public.events
  for each row execute function bigbrother.check_links();
alter table public.events enable always trigger a_fills;
alter table public.events enable always trigger b_links;
select bigbrother.make_append_only('public.events');
