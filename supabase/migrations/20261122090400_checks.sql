-- What `bigbrother supabase check` asks: whether tables, triggers, policies and rights are as
-- these migrations left them. Answers whoever holds an account key.
create function public.journal_copy_problems() returns setof text
language plpgsql stable security definer set search_path = '' as $$
declare
  kept text;
  relation regclass;
  someone text;
  act text;
begin
  if not exists (select from bigbrother.key_of_request()) then
    return;
  end if;
  foreach kept in array array['events', 'decisions', 'plans', 'orders', 'fills', 'outcomes',
    'checkpoints'] loop
    relation := to_regclass('public.' || kept);
    if relation is null then
      return next format('table %s is missing', kept);
      continue;
    end if;
    if not (select relrowsecurity from pg_catalog.pg_class where oid = relation) then
      return next format('row-level security of table %s is off', kept);
    end if;
    if not exists (select from pg_catalog.pg_trigger
        where tgrelid = relation and tgname = 'never_changes' and tgenabled = 'A') then
      return next format('the trigger that refuses changes of table %s is missing or off', kept);
    end if;
    if exists (select from pg_catalog.pg_policy where polrelid = relation
        and polname not in ('reads_own', 'writes_own')) then
      return next format('table %s has a policy that is not from the migrations', kept);
    end if;
    foreach someone in array array['anon', 'authenticated', 'service_role'] loop
      foreach act in array array['UPDATE', 'DELETE', 'TRUNCATE'] loop
        if has_table_privilege(someone, relation, act) then
          return next format('role %s may %s table %s', someone, lower(act), kept);
        end if;
      end loop;
      if has_table_privilege(someone, relation, 'INSERT') then
        return next format('role %s may insert any column into table %s', someone, kept);
      end if;
    end loop;
    if not has_table_privilege('anon', relation, 'SELECT') then
      return next format('role anon may not read table %s', kept);
    end if;
  end loop;
  if not exists (select from pg_catalog.pg_constraint
      where conrelid = to_regclass('public.events') and conname = 'record_has_its_hash') then
    return next 'the rule that a record in table events has its hash is missing';
  end if;
  foreach act in array array['a_fills', 'b_links', 'c_derives'] loop
    if not exists (select from pg_catalog.pg_trigger
        where tgrelid = to_regclass('public.events') and tgname = act and tgenabled = 'A') then
      return next format('the trigger %s of table events is missing or off', act);
    end if;
  end loop;
end
$$;
revoke execute on function public.journal_copy_problems from public, authenticated, service_role;
grant execute on function public.journal_copy_problems to anon;
