const MOST_LINKS = 20_000;

type Nested = {
  readonly id: string;
  readonly status?: string | undefined;
  readonly legs?: readonly { readonly id?: string }[] | null | undefined;
};

/**
 * Which order each leg hangs on. Alpaca says so only where it nests legs in their parent; an
 * update on the stream and an answer about a leg alone do not, so it is kept from there.
 */
export class OrderFamilies {
  readonly #parents = new Map<string, string>();

  learn({ id, status, legs }: Nested): void {
    for (const leg of legs ?? []) {
      // An order that was replaced goes on naming the legs that its successor has now.
      if (leg.id === undefined) continue;
      if (status === 'replaced' && this.#parents.has(leg.id)) continue;
      this.#parents.set(leg.id, id);
    }
    // The oldest links belong to orders that ended long ago.
    for (const old of this.#parents.keys()) {
      if (this.#parents.size <= MOST_LINKS) break;
      this.#parents.delete(old);
    }
  }

  /** Null for a parent and for a simple order. What replaces a leg stands in its place. */
  parentOf(order: { readonly id: string; readonly replaces: string | null }): string | null {
    const known = this.#parents.get(order.id) ?? this.#parents.get(order.replaces ?? '') ?? null;
    if (known !== null) this.#parents.set(order.id, known);
    return known;
  }
}
