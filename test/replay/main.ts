import {
  declarationOf,
  declare,
  declared,
  keepJournal,
  keptJournal,
  recordsIn,
} from './fixtures.ts';
import { recorded } from './recording.ts';
import { situations } from './situations.ts';

const USAGE = `npm run journals -- make [NAME...]   records the kept journals anew, all or those named
npm run journals -- declare          prints what is decided otherwise now, and declares it`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function make(names: readonly string[]): Promise<void> {
  const known = new Map(Object.entries(declared()));
  for (const situation of situations) {
    const { name, about } = situation;
    if (names.length > 0 && !names.includes(name)) continue;
    const records = await recorded(situation);
    const bytes = keepJournal(name, records);
    known.set(name, declarationOf(about, records));
    say(`${name}: ${records.length} records in ${bytes} bytes, ${known.get(name)?.same} the same`);
  }
  declare(inOrder(known));
}

function declareAgain(): void {
  const before = declared();
  const after = new Map<string, ReturnType<typeof declarationOf>>();
  for (const { name, about } of situations) {
    const now = declarationOf(about, recordsIn(keptJournal(name)));
    after.set(name, now);
    const known = new Set([...(before[name]?.differences ?? []), ...(before[name]?.missing ?? [])]);
    const found = [...now.differences, ...now.missing];
    for (const line of found) if (!known.has(line)) say(`${name}: new: ${line}`);
    for (const line of known) if (!found.includes(line)) say(`${name}: gone: ${line}`);
  }
  declare(inOrder(after));
}

const inOrder = <Value>(all: ReadonlyMap<string, Value>): Readonly<Record<string, Value>> =>
  Object.fromEntries(
    situations.flatMap(({ name }) => {
      const value = all.get(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );

const [task, ...names] = process.argv.slice(2);
if (task === 'make') await make(names);
else if (task === 'declare') declareAgain();
else {
  say(USAGE);
  process.exitCode = 2;
}
