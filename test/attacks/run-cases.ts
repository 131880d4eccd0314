import { type AttackCase, houses } from './case.ts';
import { House } from './house.ts';

export type Tally = {
  cases: number;
  /** Requests that may change something, and those of them that a host had asked for. */
  judged: number;
  forHosts: number;
  readonly failures: string[];
};

/** Makes every attack, one after the other, and says which had an effect that nobody permitted. */
export async function runCases(cases: readonly AttackCase[]): Promise<Tally> {
  const tally: Tally = { cases: 0, judged: 0, forHosts: 0, failures: [] };
  for (const group of groupsOf(cases)) {
    const [{ terms }] = group;
    const house = await House.open(houses[terms]);
    for (const each of group) {
      tally.cases += 1;
      const found = await attack(house, each);
      tally.failures.push(...found.map((because) => `${each.name}: ${because}`));
    }
    tally.judged += house.checker.judged;
    tally.forHosts += house.checker.forHosts;
    await house.close();
  }
  return tally;
}

async function attack(house: House, { act, mayAct }: AttackCase): Promise<readonly string[]> {
  const { checker, crashes } = house;
  house.refreshQuotes();
  await house.wait(1_000);
  house.quiet();
  const before = checker.judged;
  const found = [...(await act(house).catch((error) => [`the case itself: ${error}`]))];
  await house.wait(mayAct ? 2_000 : 200);
  house.quiet();
  if (!mayAct && checker.judged > before) found.push('something was sent to the exchange');
  found.push(...checker.violations.splice(0).map(({ kind, because }) => `${kind}: ${because}`));
  found.push(...crashes.splice(0));
  const ping = await house.ping();
  return ping ? found : [...found, 'it answers no more'];
}

type Group = readonly [AttackCase, ...AttackCase[]];

/** Attacks of one kind that are made on one account, in their order. */
function groupsOf(cases: readonly AttackCase[]): Group[] {
  const kinds = new Map<string, AttackCase[]>();
  for (const each of cases) {
    const kind = `${each.terms} ${each.perHouse}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), each]);
  }
  return [...kinds.values()].flatMap((all) => {
    const size = all[0]?.perHouse ?? 1;
    const starts = all.flatMap((first, index) => (index % size === 0 ? [{ first, index }] : []));
    return starts.map(({ first, index }): Group => [first, ...all.slice(index + 1, index + size)]);
  });
}
