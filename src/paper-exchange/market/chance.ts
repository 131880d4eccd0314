import { MarketRandom } from './random.ts';

/** News that nobody saw coming, in days' volatilities; one at a time. */
export type News = {
  readonly jump: number;
  /** Trading is halted until everybody has read it; null when it is not. */
  readonly haltMs: number | null;
};

const minuteMs = 60_000;
const tradingDaysPerYear = 252;

const nightlyNews = 0.6;
const haltingNews = 0.35;
const smallestJump = 0.75;
const jumpScale = 1.2;
const meanSquareJump = smallestJump ** 2 + 2 * smallestJump * jumpScale + 2 * jumpScale ** 2;

const spellsPerDay = 0.6;
const spellDays = 40 / 390;
const quietness = 0.35;

/** What of a day's volatility is left for all that is no news. */
export const volatilityWithoutNews = (newsPerYear: number): number =>
  1 / Math.sqrt(1 + (newsPerYear * meanSquareJump) / tradingDaysPerYear);

/** What comes over one name by chance: news by day and by night, and quiet spells. */
export class Chance {
  private readonly newsPerDay: number;
  private readonly newsRandom: MarketRandom;
  private readonly spellRandom: MarketRandom;
  private spellDaysLeft = 0;

  constructor(seed: string, newsPerYear: number) {
    this.newsPerDay = newsPerYear / tradingDaysPerYear;
    this.newsRandom = new MarketRandom(`${seed}/news`);
    this.spellRandom = new MarketRandom(`${seed}/spells`);
  }

  /** 1, or less while nobody cares. */
  get liveliness(): number {
    return this.spellDaysLeft > 0 ? quietness : 1;
  }

  /** Lets part of a day of trading pass; the news that came meanwhile. */
  advance(days: number): News | null {
    this.passSpell(days);
    if (this.newsRandom.uniform() >= this.newsPerDay * (1 - nightlyNews) * days) return null;
    const jump = this.jump();
    const isHalt = this.newsRandom.uniform() < haltingNews;
    return { jump, haltMs: isHalt ? this.newsRandom.integer(10, 40) * minuteMs : null };
  }

  /** What became known while the exchange was closed. */
  passNight(): News | null {
    if (this.newsRandom.uniform() >= this.newsPerDay * nightlyNews) return null;
    return { jump: this.jump(), haltMs: null };
  }

  private passSpell(days: number): void {
    if (this.spellDaysLeft > 0) this.spellDaysLeft -= days;
    else if (this.spellRandom.uniform() < spellsPerDay * days) {
      this.spellDaysLeft = spellDays * this.spellRandom.exponential();
    }
  }

  private jump(): number {
    const size = smallestJump + jumpScale * this.newsRandom.exponential();
    return size * this.newsRandom.sign();
  }
}
