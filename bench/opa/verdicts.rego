# The twelve rules of bench/verdict-peers.ts, each with when it says no, for OPA. `verdicts.wasm`
# beside it is what the compiler of OPA 1.7.1 made of this file (query `data.verdicts.denials =
# result`); `opa build -t wasm -e verdicts/denials` makes the same rules of it. OPA's part of that
# file is under the Apache License 2.0.
package verdicts

denials contains "trading-state" if input.state != "active"

denials contains "price-collar" if input.limit * 100 > input.middle * 103

denials contains "price-collar" if input.limit * 100 < input.middle * 97

denials contains "symbols" if not input.isAllowed

denials contains "market-hours" if input.sinceOpenMs < 300000

denials contains "market-hours" if input.untilCloseMs < 300000

denials contains "order-size" if input.worth > input.mostWorth

denials contains "exposure-name" if (input.held + input.worth) * 100 > input.equity * 20

denials contains "exposure-total" if input.gross + input.worth > input.equity

denials contains "buying-power" if input.worth > input.free

denials contains "unexecuted-value" if input.worth * 100 > input.equity * 30

denials contains "daily-loss" if (input.lastEquity - input.equity) * 100 >= input.lastEquity * 2

denials contains "drawdown" if (input.peak - input.equity) * 100 >= input.peak * 8

denials contains "margin" if input.restrictions > 0

denials contains "margin" if input.maintenance * 100 > input.equity * 60
