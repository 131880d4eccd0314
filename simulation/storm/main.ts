import { SUBJECTS, stormWorld } from './world.ts';
const [subject = 'bigbrother', seed = '1', episodes = '5'] = process.argv.slice(2);
const name = SUBJECTS.find((s) => s === subject) ?? 'bigbrother';
const t = performance.now();
const figures = await stormWorld(name, Number(seed), Number(episodes));
process.stdout.write(`${JSON.stringify(figures)} ${((performance.now() - t) / 1000).toFixed(1)} s\n`);
