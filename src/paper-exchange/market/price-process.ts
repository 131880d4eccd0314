import { Chance, type News, volatilityWithoutNews } from './chance.ts';
import { type PathEvent, PricePath } from './price-path.ts';
import { MarketRandom } from './random.ts';
import { beginsAt, type Character } from './scenario.ts';
import { meanSharedFactor, ownLayers, Volatility } from './volatility.ts';

/** What moves a name together with others: the market, or its sector. */
export type Pull = {
  readonly move: number;
  /** Against usual times. */
  readonly nervousness: number;
};

/** What the regime of the market does to names that are left to chance. */
export type Climate = { readonly volatility: number; readonly dailyDrift: number };

/** One step of time, the same for every name. */
export type Step = {
  /** Since the market began. */
  readonly elapsedMs: number;
  /** What a day's volatility is to be multiplied with for it. */
  readonly volatility: number;
  /** What of a day's trading it is. */
  readonly days: number;
  readonly market: Pull;
  readonly climate: Climate;
  /** Counts the steps from this one to an instant, both included. */
  readonly stepsUntil: (elapsedMs: number) => number;
};

export const mildClimate: Climate = { volatility: 1, dailyDrift: 0 };
const newsExcitement = 0.6;

/** The price of one name: what moves all, what moves its sector, and what moves it alone. */
export class PriceProcess {
  private readonly character: Character;
  private readonly events: PathEvent[];
  private readonly path: PricePath;
  private readonly moves: MarketRandom;
  private readonly volatility: Volatility;
  private readonly chance: Chance | null;
  private readonly dailyVolatility: number;
  private currentNervousness = 1;

  constructor(seed: string, character: Character, events: PathEvent[], newsPerYear: number) {
    const { dailyVolatility, isLeftToChance, startPrice } = character;
    this.character = character;
    this.events = events;
    this.path = new PricePath(startPrice);
    this.moves = new MarketRandom(`${seed}/moves`);
    this.volatility = new Volatility(seed, ownLayers);
    this.chance = isLeftToChance ? new Chance(seed, newsPerYear) : null;
    const calm = isLeftToChance ? volatilityWithoutNews(newsPerYear) : 1;
    this.dailyVolatility = dailyVolatility * calm;
  }

  get price(): number {
    return this.path.price;
  }

  /** How large moves are just now against usual times. */
  get nervousness(): number {
    return this.currentNervousness;
  }

  step({ elapsedMs, volatility, days, market, climate, stepsUntil }: Step, sector: Pull): void {
    for (let event = this.events[0]; event !== undefined; event = this.events[0]) {
      if (beginsAt(event) > elapsedMs) break;
      this.events.shift();
      if ('gapPercent' in event) this.path.scale(1 + event.gapPercent / 100);
      else this.path.leadTo(event.driftPercent, stepsUntil(event.toMs));
    }
    const drift = this.character.dailyDrift + this.felt(climate).dailyDrift;
    const shock = this.shockOf(market, sector, climate);
    this.path.step(drift * days, this.dailyVolatility * volatility * shock);
  }

  /** Lets nerves calm down or fray, for part of a day; the news that came meanwhile. */
  advance(days: number, market: Pull, sector: Pull, climate: Climate): News | null {
    this.volatility.advance(days);
    const news = this.chance?.advance(days) ?? null;
    this.react(news);
    const { marketWeight, sectorWeight, ownWeight } = this.character;
    const { volatility } = this.felt(climate);
    const apart = this.infection(market, climate);
    this.currentNervousness = Math.hypot(
      marketWeight * volatility * market.nervousness,
      sectorWeight * apart * sector.nervousness,
      ownWeight * apart * this.volatility.factor * this.liveliness,
    );
    return news;
  }

  /** What happened while nobody could trade shows at once; the news, if there was any. */
  passNight(volatility: number, market: Pull, sector: Pull, climate: Climate): News | null {
    this.path.jump(this.dailyVolatility * volatility * this.shockOf(market, sector, climate));
    const news = this.chance?.passNight() ?? null;
    this.react(news);
    return news;
  }

  /** To a multiple of the price, as by a split. */
  scale(factor: number): void {
    this.path.scale(factor);
  }

  private shockOf(market: Pull, sector: Pull, climate: Climate): number {
    const { marketWeight, sectorWeight, ownWeight } = this.character;
    const own = this.volatility.factor * this.liveliness * this.moves.normal();
    const apart = sectorWeight * sector.move + ownWeight * own;
    const together = marketWeight * this.felt(climate).volatility * market.move;
    return together + this.infection(market, climate) * apart;
  }

  /** A nervous market makes its sectors and names nervous too, though less. */
  private infection({ nervousness }: Pull, climate: Climate): number {
    return Math.sqrt((this.felt(climate).volatility * nervousness) / meanSharedFactor);
  }

  private felt(climate: Climate): Climate {
    return this.chance === null ? mildClimate : climate;
  }

  private get liveliness(): number {
    return this.chance?.liveliness ?? 1;
  }

  private react(news: News | null): void {
    if (news === null) return;
    this.path.scale(Math.exp(news.jump * this.character.dailyVolatility));
    this.volatility.excite(newsExcitement);
  }
}
