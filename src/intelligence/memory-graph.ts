import type { Json } from '../domain/canonical.ts';
import { fieldAt, textAt } from '../domain/record-body.ts';
import type { Advisor } from '../ports/advisor.ts';
import { lineOf, nodesOf, type Remembered } from './remembered.ts';

const TIMEOUT_MS = 10_000;

export type Graph = {
  /** Entities by their names, with their observations. */
  readonly entities: ReadonlyMap<string, readonly string[]>;
  readonly relations: readonly { readonly from: string; readonly to: string }[];
};

/**
 * Writes outcomes into the graph and looks whether they are there. The server loses writes that
 * overlap and says nothing, refuses observations of what it does not know, and drops those that
 * it has: so one caller, everything first created, and every line looked up afterwards.
 *
 * @returns those whose line is not there
 * @throws AdvisorError when the server does not answer
 */
export async function writeOutcomes(
  server: Advisor,
  account: string,
  secret: string,
  outcomes: readonly Remembered[],
): Promise<readonly Remembered[]> {
  const placed = outcomes.map((outcome) => {
    const nodes = nodesOf(account, outcome);
    return { outcome, nodes, line: lineOf(nodes.decision, outcome, secret) };
  });
  const types = new Map<string, string>();
  for (const { nodes } of placed) {
    for (const [entityType, name] of Object.entries(nodes)) types.set(name, entityType);
  }
  const entities = [...types].map(([name, entityType]) => ({ name, entityType, observations: [] }));
  await server.call('create_entities', { entities }, TIMEOUT_MS);
  const observations = placed.map(({ nodes, line }) => ({
    entityName: nodes.decision,
    contents: [line],
  }));
  await server.call('add_observations', { observations }, TIMEOUT_MS);
  const relations = uniqueRelations(
    placed.flatMap(({ nodes }) => [
      { from: nodes.decision, to: nodes.symbol, relationType: 'concerns' },
      { from: nodes.decision, to: nodes.policy, relationType: 'was_wanted_by' },
      { from: nodes.decision, to: nodes.shelf, relationType: 'stands_on' },
    ]),
  );
  await server.call('create_relations', { relations }, TIMEOUT_MS);
  const { entities: kept, relations: links } = await openNodes(
    server,
    placed.map(({ nodes }) => nodes.decision),
  );
  const linked = new Set(links.map(({ from, to }) => `${from}\n${to}`));
  return placed
    .filter(
      ({ nodes, line }) =>
        kept.get(nodes.decision)?.includes(line) !== true ||
        !linked.has(`${nodes.decision}\n${nodes.shelf}`),
    )
    .map(({ outcome }) => outcome);
}

/** Entities by their whole names, and what they are tied to. @throws AdvisorError */
export async function openNodes(server: Advisor, names: readonly string[]): Promise<Graph> {
  const { structured } = await server.call('open_nodes', { names }, TIMEOUT_MS);
  const entities = new Map(
    listAt(structured, 'entities').flatMap((entity) => {
      const name = textAt(entity, 'name');
      const lines = listAt(entity, 'observations').filter((line) => typeof line === 'string');
      return name === null ? [] : [[name, lines] as const];
    }),
  );
  const relations = listAt(structured, 'relations').flatMap((relation) => {
    const [from, to] = [textAt(relation, 'from'), textAt(relation, 'to')];
    return from === null || to === null ? [] : [{ from, to }];
  });
  return { entities, relations };
}

/** What stands twice in one call the server keeps twice. */
const uniqueRelations = <Relation extends object>(
  all: readonly Relation[],
): readonly Relation[] => [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];

function listAt(body: Json, name: string): readonly Json[] {
  const list = fieldAt(body, name);
  return Array.isArray(list) ? list : [];
}
