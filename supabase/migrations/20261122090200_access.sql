-- Who may do what. BigBrother comes with the project's public key (role anon) and an account
-- key of its own in the header x-bigbrother-key: it may add records to its account and read
-- them. People come signed in (role authenticated) and read the accounts they were given.
-- Nobody, the service role included, may change or remove anything.

-- Only the hash of a key is kept: who reads this table cannot write with it.
create table bigbrother.account_keys (
  key_hash text primary key,
  account text not null
    check (account ~ '^(paper|live|simulated)-[A-Za-z0-9]{1,40}(/[A-Za-z0-9._-]{1,40})?$'),
  label text not null,
  may_write boolean not null,
  created_at timestamptz not null default now()
);

create table bigbrother.account_members (
  user_id uuid not null references auth.users (id) on delete cascade,
  account text not null,
  primary key (user_id, account)
);

alter table bigbrother.account_keys enable row level security;
alter table bigbrother.account_members enable row level security;

-- Makes a key and shows it this once. The account is the name of its directory beside the
-- journal, such as paper-PA3XXXXXXXXX; a journal that was begun anew takes a name of its own
-- behind a slash: paper-PA3XXXXXXXXX/2027.
create function bigbrother.create_account_key(
  account text, label text, may_write boolean default true) returns text
language plpgsql volatile set search_path = '' as $$
declare
  -- Each holds 122 random bits from the system.
  key text := 'bbk_' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
begin
  insert into bigbrother.account_keys (key_hash, account, label, may_write)
    values (encode(sha256(convert_to(key, 'UTF8')), 'hex'), account, label, may_write);
  return key;
end
$$;
revoke execute on function bigbrother.create_account_key from public;

create function bigbrother.key_of_request() returns setof bigbrother.account_keys
language sql stable security definer set search_path = '' as $$
  select * from bigbrother.account_keys where key_hash = encode(sha256(convert_to(
    nullif(current_setting('request.headers', true), '')::json ->> 'x-bigbrother-key', 'UTF8')),
    'hex')
$$;

create function bigbrother.writable_accounts() returns setof text
language sql stable security definer set search_path = '' as $$
  select account from bigbrother.key_of_request() where may_write
$$;

create function bigbrother.readable_accounts() returns setof text
language sql stable security definer set search_path = '' as $$
  select account from bigbrother.key_of_request()
  union
  select account from bigbrother.account_members where user_id = auth.uid()
$$;

do $$
declare
  kept text;
begin
  foreach kept in array array['events', 'decisions', 'plans', 'orders', 'fills', 'outcomes',
    'checkpoints'] loop
    execute format('alter table public.%I enable row level security', kept);
    execute format('revoke all on public.%I from public, anon, authenticated, service_role', kept);
    execute format('grant select on public.%I to anon, authenticated, service_role', kept);
    execute format(
      'create policy reads_own on public.%I for select to anon, authenticated
         using (account in (select bigbrother.readable_accounts()))', kept);
  end loop;
end
$$;

-- The columns that cannot be taken out of the record; all else comes from triggers.
grant insert (account, seq, record) on public.events to anon;
create policy writes_own on public.events for insert to anon
  with check (account in (select bigbrother.writable_accounts()));

-- What a key opens: BigBrother asks this before it writes.
create function public.journal_copy_access() returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object('version', 1, 'account', account, 'may_write', may_write)
    from bigbrother.key_of_request()
$$;
revoke execute on function public.journal_copy_access from public, authenticated, service_role;
grant execute on function public.journal_copy_access to anon;
