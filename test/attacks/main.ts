import { allCases } from './cases.ts';
import { runSequences } from './hijack.ts';
import { runCases } from './run-cases.ts';
import { searchWorstHost } from './search.ts';

const SEQUENCES = 10_000;
const BLOCK = 960;
const SEARCHES = 8;
const TRIES = 60;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/**
 * Every attack that is written down, ten thousand sequences of a hijacked host, and a search for
 * the host that costs most. Two numbers choose a slice of the sequences, without the rest.
 */
async function main(): Promise<number> {
  const [first, last] = process.argv.slice(2).map(Number);
  const failures =
    first === undefined || last === undefined
      ? [...(await writtenDown()), ...(await searched()), ...(await played(0, SEQUENCES))]
      : await played(first, last);
  for (const failure of failures.slice(0, 20)) say(failure);
  return failures.length === 0 ? 0 : 1;
}

async function writtenDown(): Promise<readonly string[]> {
  const { cases, judged, forHosts, failures } = await runCases(allCases());
  say(
    `${cases} attacks: ${failures.length} unauthorised effects or crashes; ` +
      `${judged} requests judged at the exchange, ${forHosts} asked for by a host`,
  );
  return failures;
}

async function searched(): Promise<readonly string[]> {
  const failures: string[] = [];
  for (let seed = 0; seed < SEARCHES; seed += 1) {
    const { tried, worst, printed, violations } = await searchWorstHost(String(seed), TRIES);
    say(`the worst of ${tried} hosts costs $${worst.toFixed(2)}, of $${printed} that are printed`);
    failures.push(...violations, ...(worst > printed ? [`host ${seed} costs more`] : []));
  }
  return failures;
}

async function played(first: number, last: number): Promise<readonly string[]> {
  const failures: string[] = [];
  let [sequences, calls, judged, forHosts] = [0, 0, 0, 0];
  for (let from = first; from < last; from += BLOCK) {
    const tally = await runSequences(from, Math.min(from + BLOCK, last));
    sequences += tally.sequences;
    calls += tally.calls;
    judged += tally.judged;
    forHosts += tally.forHosts;
    failures.push(...tally.failures);
    say(
      `${sequences} sequences, ${calls} calls: ${failures.length} unauthorised effects or crashes`,
    );
  }
  say(`${judged} requests judged at the exchange, ${forHosts} asked for by a host`);
  return failures;
}

// Timers of questions that were never answered would keep it alive.
process.exit(await main());
