import type { Row } from './harness.ts';
import { report } from './harness.ts';

const journal = () => import('./journal.ts');
const million = () => import('./journal-million.ts');
const verdict = () => import('./verdicts.ts');
const hosts = () => import('./host-rows.ts');
const context = () => import('./portfolio-context.ts');
const backtest = () => import('./backtest-bars.ts');

/**
 * `npm run bench -- exchange` runs only the rows whose name holds that word. Each loads what it
 * measures and nothing else, so that the memory of one is not that of all.
 */
const rows: Record<string, () => Promise<Row>> = {
  'decision-pass': async () => (await import('./decision-pass.ts')).decisionPass(),
  'portfolio-context-50': async () => (await context()).portfolioContext(50),
  'portfolio-context-500': async () => (await context()).portfolioContext(500),
  'verdicts-json-rules': async () => (await verdict()).verdicts('json-rules-engine 7.3.1'),
  'verdicts-cedar': async () => (await verdict()).verdicts('Cedar 4.13.0 (wasm)'),
  'verdicts-opa': async () => (await verdict()).verdicts('OPA 1.7.1 (wasm)'),
  cycle: async () => (await import('./cycle.ts')).cycle(),
  'rebalance-plan': async () => (await import('./rebalance.ts')).rebalancePlan(),
  'backtest-bars': async () => (await backtest()).backtestBars('as they come'),
  'backtest-bars-tight': async () => (await backtest()).backtestBars('tight'),
  'hung-advisors': async () => (await import('./hung-advisors.ts')).hungAdvisors(),
  'tools-tokens': async () => (await hosts()).toolsTokens(),
  'portfolio-tokens-5': async () => (await hosts()).portfolioTokens(5),
  'portfolio-tokens-50': async () => (await hosts()).portfolioTokens(50),
  'portfolio-tokens-500': async () => (await hosts()).portfolioTokens(500),
  'portfolio-latency-0ms': async () => (await hosts()).portfolioLatency(0),
  'portfolio-latency-40ms': async () => (await hosts()).portfolioLatency(40),
  'protect-50': async () => (await hosts()).protectFifty(),
  'rpc-overhead': async () => (await hosts()).rpcOverhead(),
  startup: async () => (await import('./startup.ts')).startup(),
  'exchange-events': async () => (await import('./exchange-events.ts')).exchangeEvents(),
  'exchange-http': async () => (await import('./exchange-http.ts')).exchangeHttp(),
  'exchange-memory': async () => (await import('./exchange-memory.ts')).exchangeMemory(),
  'journal-append-1-rows': async () => (await journal()).journalAppend(1, 'rows'),
  'journal-append-1-bytes': async () => (await journal()).journalAppend(1, 'bytes'),
  'journal-append-64-rows': async () => (await journal()).journalAppend(64, 'rows'),
  'journal-append-64-bytes': async () => (await journal()).journalAppend(64, 'bytes'),
  'journal-append-64-plain': async () => (await journal()).journalAppend(64, 'plain'),
  'journal-rows-64-bytes': async () => (await journal()).readyRows(64),
  'journal-verify': async () => (await journal()).journalVerify('hashes'),
  'journal-verify-threads': async () => (await journal()).journalVerify('one-thread'),
  'journal-history-24h': async () => (await million()).journalHistory(),
  'journal-start': async () => (await million()).journalStart(),
};

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const wanted = Object.entries(rows).filter(
  ([name]) => words.length === 0 || words.some((word) => name.includes(word)),
);
const measured: Row[] = [];
for (const [, row] of wanted) measured.push(await row());
report(measured, process.argv.includes('--json'));
