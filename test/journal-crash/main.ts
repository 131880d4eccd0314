import { killWriters } from './campaign.ts';

const kills = Number(process.argv[2] ?? '1000');
const startedAt = Date.now();
const { acknowledged, lost, failures } = await killWriters(kills);
const seconds = (Date.now() - startedAt) / 1_000;
process.stdout.write(
  `${kills} kills in ${seconds.toFixed(0)} s: ${acknowledged} records acknowledged, ${lost} lost, ` +
    `${failures.length} failures\n`,
);
for (const failure of failures.slice(0, 10)) process.stdout.write(`${failure}\n`);
process.exitCode = lost === 0 && failures.length === 0 ? 0 : 1;
