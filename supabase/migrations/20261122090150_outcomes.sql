-- What became of a decision, as BigBrother worked it out of its journal.
create table public.outcomes (
  account text not null,
  seq bigint not null,
  at timestamptz not null,
  symbol text,
  plan_id text,
  order_id text,
  body jsonb not null,
  primary key (account, seq),
  foreign key (account, seq) references public.events
);
create index outcomes_by_symbol on public.outcomes (account, symbol, seq desc);
select bigbrother.make_append_only('public.outcomes');
