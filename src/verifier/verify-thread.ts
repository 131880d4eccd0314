// What each thread of a check runs: it takes the next stretch that nobody has until none is left.
import { parentPort, workerData } from 'node:worker_threads';
import { openTable } from './journal-source.ts';
import { type Stretch, stretchOf } from './stretch.ts';
import type { Checked, Task } from './verify-in-threads.ts';

const { path, afterSeq, stretches, stretchRecords, anchored, taken } = workerData as Task;
const sizes = new Set(anchored);
const table = openTable(path);

for (let index = next(); index < stretches; index = next()) {
  const stretch = stretchAt(index);
  // One that is not good is enough: nobody takes another.
  if (stretch === null) Atomics.store(taken, 0, stretches);
  parentPort?.postMessage({ index, stretch } satisfies Checked);
}
table.close();

function next(): number {
  return Atomics.add(taken, 0, 1);
}

function stretchAt(index: number): Stretch | null {
  const after = afterSeq + index * stretchRecords;
  const upTo = index === stretches - 1 ? Number.MAX_SAFE_INTEGER : after + stretchRecords;
  try {
    return stretchOf(table.rows(after, upTo), after, sizes);
  } catch {
    return null; // What cannot be read is named by the one who reads all of it again.
  }
}
