-- What a dashboard shows. Each runs with the rights of who asks, so that row-level security
-- holds here as well. Days are those of New York.

-- The last that is known of each order.
create view public.latest_orders with (security_invoker = true) as
select distinct on (account, order_id)
  account, order_id, seq, at, symbol, client_order_id, stage, side, order_type, status,
  quantity, filled_quantity, limit_price, stop_price, replaced_by
from public.orders
where order_id is not null and status is not null
order by account, order_id, seq desc;

create view public.naked_time_by_day with (security_invoker = true) as
select account, (at at time zone 'America/New_York')::date as day, symbol,
  count(*) as stretches,
  sum(bigbrother.decimal_in(bigbrother.json_in(record) #>> '{body,shareSeconds}'))
    as share_seconds,
  sum(bigbrother.decimal_in(bigbrother.json_in(record) #>> '{body,dollarSeconds}'))
    as dollar_seconds
from public.events
where type = 'naked_time_measured'
group by account, day, symbol;

-- What guardrails denied when a plan was about to be executed.
create view public.vetoes_by_code with (security_invoker = true) as
select account, denial ->> 'code' as code, denial ->> 'guardrail' as guardrail,
  denial ->> 'symbol' as symbol, count(*) as vetoes, min(at) as first_at, max(at) as last_at
from public.plans, jsonb_array_elements(denials) as denial
where stage = 'reviewed'
group by account, code, guardrail, denial ->> 'symbol';

-- What each policy's decisions came to.
create view public.outcomes_by_policy with (security_invoker = true) as
select account, policy, count(*) as outcomes, sum(profit) as profit, avg(r_multiple) as average_r,
  count(*) filter (where profit > 0) as gains, count(*) filter (where profit < 0) as losses,
  avg(slippage) as average_slippage
from public.outcomes
group by account, policy;
