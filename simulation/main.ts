import { runWorld } from './world.ts';

const seeds = Number(process.argv[2] ?? 1);
const steps = Number(process.argv[3] ?? 2000);
const first = Number(process.argv[4] ?? 1);
const started = performance.now();
let total = 0;
for (let seed = first; seed < first + seeds; seed += 1) {
  const result = await runWorld(seed, { steps, without: [], symbols: 8 });
  total += result.steps;
  process.stdout.write(
    `${seed} ${result.steps} ${result.traceHash.slice(0, 12)} ${result.violations.length}\n`,
  );
  for (const v of result.violations.slice(0, 2))
    process.stdout.write(`   ${v.invariant} ${v.symbol} ${v.because.slice(-1800)}\n`);
}
process.stdout.write(`${total / ((performance.now() - started) / 1000)} steps/s\n`);
