/** A question to a model. All of it is ours; nothing in it was written by others. */
export type ModelQuestion = {
  readonly instructions: string;
  readonly text: string;
  readonly maxTokens: number;
};

/** The model of a host that is connected and offers to be asked. What it says is words of others. */
export type HostModel = {
  /** @throws whatever the host, its person or the connection makes of it */
  ask(question: ModelQuestion, timeoutMs: number, signal: AbortSignal): Promise<string>;
};

/** Where hosts that offer their model are found. */
export interface HostModels {
  /** @returns takes it away again */
  join(model: HostModel): () => void;
  /** The one that came last; null while there is none. */
  latest(): HostModel | null;
}
