import type { HostModel, HostModels } from '../ports/host-model.ts';

/** The models of the hosts that are connected to this process, directly or through another one. */
export class ConnectedModels implements HostModels {
  readonly #models = new Set<HostModel>();

  join(model: HostModel): () => void {
    this.#models.add(model);
    return () => void this.#models.delete(model);
  }

  latest(): HostModel | null {
    return [...this.#models].at(-1) ?? null;
  }
}
