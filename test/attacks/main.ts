import { allCases } from './cases.ts';
import { runSequences } from './hijack.ts';
import { runCases } from './run-cases.ts';

const SEQUENCES = 10_000;
const BLOCK = 960;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Every attack that is written down, and ten thousand sequences of a hijacked host. */
async function main(): Promise<number> {
  const [first = '0', last = String(SEQUENCES)] = process.argv.slice(2);
  const cases = await runCases(allCases());
  say(
    `${cases.cases} attacks: ${cases.failures.length} unauthorised effects or crashes; ` +
      `${cases.judged} requests judged at the exchange, ${cases.forHosts} asked for by a host`,
  );
  const failures = [...cases.failures];
  let [sequences, calls, judged, forHosts] = [0, 0, 0, 0];
  for (let from = Number(first); from < Number(last); from += BLOCK) {
    const tally = await runSequences(from, Math.min(from + BLOCK, Number(last)));
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
  for (const failure of failures.slice(0, 20)) say(failure);
  return failures.length === 0 ? 0 : 1;
}

// Timers of questions that were never answered would keep it alive.
process.exit(await main());
