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
    const ofRegime = this.chance === null ? 0 : climate.dailyDrift;
    const drift = this.character.dailyDrift + ofRegime;
    const shock = this.shockOf(market, sector, climate);
    this.path.step(drift * days, this.dailyVolatility * volatility * shock);
  }

  /** Lets nerves calm down or fray, for part of a day; the news that came meanwhile. */
  advance(days: number, market: Pull, sector: Pull, climate: Climate): News | null {
    if (this.chance === null) return null;
    this.volatility.advance(days);
    const news = this.chance.advance(days);
    this.react(news);
    const { marketWeight, sectorWeight, ownWeight } = this.character;
    const apart = infectionOf(market, climate);
    this.currentNervousness = Math.hypot(
      marketWeight * climate.volatility * market.nervousness,
      sectorWeight * apart * sector.nervousness,
      ownWeight * apart * this.volatility.factor * this.chance.liveliness,
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

  /** A name that is not left to chance feels where others go, but not their nerves. */
  private shockOf(market: Pull, sector: Pull, climate: Climate): number {
    const { marketWeight, sectorWeight, ownWeight } = this.character;
    const own = this.moves.normal();
    if (this.chance === null) {
      const together = marketWeight * (market.move / market.nervousness);
      return together + sectorWeight * (sector.move / sector.nervousness) + ownWeight * own;
    }
    const nervous = this.volatility.factor * this.chance.liveliness * own;
    const apart = sectorWeight * sector.move + ownWeight * nervous;
    const together = marketWeight * climate.volatility * market.move;
    return together + infectionOf(market, climate) * apart;
  }

  private react(news: News | null): void {
    if (news === null) return;
    this.path.scale(Math.exp(news.jump * this.character.dailyVolatility));
    this.volatility.excite(newsExcitement);
  }
}

/** A nervous market makes its sectors and names nervous too, though less. */
const infectionOf = ({ nervousness }: Pull, { volatility }: Climate): number =>
  Math.sqrt((volatility * nervousness) / meanSharedFactor);
