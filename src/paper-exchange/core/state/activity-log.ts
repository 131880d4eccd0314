import { packRows, unpackRows } from '../basics/packed-rows.ts';
import { PlaceIndex } from '../basics/place-index.ts';
import type { Activity, ActivityList } from '../basics/types.ts';

const PAGE = 512;

/** The activities of one account, oldest first; all but the newest are packed page by page. */
export class ActivityLog implements ActivityList {
  private readonly pages: Uint8Array[] = [];
  private readonly packedIds = new PlaceIndex();
  private recent: Activity[] = [];
  private opened: { readonly page: number; readonly items: readonly Activity[] } | null = null;

  get length(): number {
    return this.pages.length * PAGE + this.recent.length;
  }

  push(activity: Activity): void {
    this.recent.push(activity);
    if (this.recent.length >= 2 * PAGE) this.pack();
  }

  at(place: number): Activity | undefined {
    const page = Math.floor(place / PAGE);
    if (page < this.pages.length) return this.open(page)[place % PAGE];
    return this.recent[place - this.pages.length * PAGE];
  }

  placeOf(id: string): number | null {
    const recent = this.recent.findLastIndex((activity) => idOf(activity) === id);
    if (recent !== -1) return this.pages.length * PAGE + recent;
    const places = this.packedIds.placesOf(id);
    return places.find((place) => idOf(this.at(place)) === id) ?? null;
  }

  /** Puts another in the place of one. */
  amend(place: number, activity: Activity): void {
    const page = Math.floor(place / PAGE);
    if (page >= this.pages.length) {
      this.recent[place - this.pages.length * PAGE] = activity;
      return;
    }
    this.pages[page] = packed(this.open(page).with(place % PAGE, activity));
    this.opened = null;
  }

  private pack(): void {
    const first = this.pages.length * PAGE;
    const items = this.recent.slice(0, PAGE);
    for (const [place, item] of items.entries())
      this.packedIds.add(idOf(item) ?? '', first + place);
    this.pages.push(packed(items));
    this.recent = this.recent.slice(PAGE);
  }

  private open(page: number): readonly Activity[] {
    if (this.opened?.page === page) return this.opened.items;
    const bytes = this.pages[page];
    // Packed from activities by this class alone.
    const items = (bytes === undefined ? [] : unpackRows(bytes)) as readonly Activity[];
    this.opened = { page, items };
    return items;
  }
}

/** One of each kind has all fields of its kind. */
function packed(items: readonly Activity[]): Uint8Array {
  const kinds = ['fill', 'non_trade'].flatMap(
    (kind) => items.find((one) => one.kind === kind) ?? [],
  );
  return packRows(items, kinds);
}

function idOf(activity: Activity | undefined): string | undefined {
  return activity?.kind === 'fill' ? activity.executionId : activity?.id;
}
