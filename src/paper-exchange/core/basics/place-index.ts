const SLOTS_AT_FIRST = 1024;

/**
 * Finds the places of texts in a list that is too long to keep a map of. It keeps a number of
 * each text, so it may name a place too many: whoever asks looks whether the text is there.
 */
export class PlaceIndex {
  /** Pairs of the text's number and its place plus one; zero is a free pair. */
  private slots = new Uint32Array(2 * SLOTS_AT_FIRST);
  private count = 0;

  add(text: string, place: number): void {
    if (4 * this.count >= this.slots.length) this.grow();
    this.put(numberOf(text), place + 1);
    this.count += 1;
  }

  /** Newest first. */
  placesOf(text: string): readonly number[] {
    const wanted = numberOf(text);
    const found: number[] = [];
    const pairs = this.slots.length / 2;
    for (let pair = wanted % pairs; ; pair = (pair + 1) % pairs) {
      const place = this.slots[2 * pair + 1] ?? 0;
      if (place === 0) return found.sort((one, other) => other - one);
      if (this.slots[2 * pair] === wanted) found.push(place - 1);
    }
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Uint32Array(2 * old.length);
    for (let slot = 0; slot < old.length; slot += 2) {
      const place = old[slot + 1] ?? 0;
      if (place !== 0) this.put(old[slot] ?? 0, place);
    }
  }

  private put(number: number, place: number): void {
    const pairs = this.slots.length / 2;
    let pair = number % pairs;
    while (this.slots[2 * pair + 1] !== 0) pair = (pair + 1) % pairs;
    this.slots[2 * pair] = number;
    this.slots[2 * pair + 1] = place;
  }
}

/** 32 bits that differ for different texts nearly always (FNV-1a, mixed once more). */
function numberOf(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value ^= value >>> 16;
  return Math.imul(value, 0x45d9f3b) >>> 0;
}
