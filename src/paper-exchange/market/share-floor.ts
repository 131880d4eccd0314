import type { Calendar, DateText, Milliseconds, TradingDay } from '../core/basics/types.ts';
import * as profile from './day-profile.ts';
import { Factors } from './factors.ts';
import type { GeneratedName, Ids, Showing, Surroundings } from './generated-name.ts';
import { type RegimeName, Regimes } from './regimes.ts';
import type { MarketInput } from './source.ts';
import type { Moment, Timeline } from './timeline.ts';

/** All that changes; it is saved as it is. */
export type ShareState = {
  startAt: Milliseconds;
  dueAt: Milliseconds;
  lastDate: DateText;
  /** Trading that nerves have not followed yet. */
  restlessDays: number;
  readonly regimes: Regimes;
  readonly factors: Factors;
  readonly names: readonly GeneratedName[];
};

export type ShareFloorOptions = {
  readonly seed: string;
  readonly startAt: Milliseconds;
  readonly calendar: Calendar;
  readonly timeline: Timeline;
  readonly cadenceMs: number;
  readonly extendedCadenceMs: number;
  readonly extendedHours: boolean;
  readonly overnightHours: boolean;
  readonly regime: RegimeName | null;
  readonly names: readonly GeneratedName[];
};

const minuteMs = 60_000;
const sessionMs = 390 * minuteMs;
const extendedMs = 570 * minuteMs;
const nightMs = 8 * 60 * minuteMs;
const thinningMs = 45 * minuteMs;

/** Where shares trade: sessions, auctions, nights, regimes. */
export class ShareFloor {
  readonly #options: ShareFloorOptions;
  #state: ShareState;

  constructor(options: ShareFloorOptions) {
    const { seed, startAt, calendar, regime, names } = options;
    this.#options = options;
    const sectors = new Set(names.flatMap(({ sector }) => sector ?? []));
    this.#state = {
      startAt,
      dueAt: startAt,
      lastDate: calendar.dateOf(startAt),
      restlessDays: 0,
      regimes: new Regimes(seed, regime),
      factors: new Factors(seed, sectors),
      names,
    };
  }

  get state(): ShareState {
    return this.#state;
  }

  resume(state: ShareState): void {
    this.#state = state;
  }

  get dueAt(): Milliseconds {
    return this.#state.dueAt;
  }

  next(ids: Ids, inputs: MarketInput[]): void {
    const state = this.#state;
    const { timeline, calendar } = this.#options;
    const at = state.dueAt;
    const moment = timeline.momentAt(at);
    state.dueAt = timeline.after(at);
    for (const name of state.names) name.takeEndedBar(at, inputs);
    const isFirst = at === state.startAt;
    // A night is that of the evening before until it ends.
    const date = moment.kind === 'night' ? state.lastDate : calendar.dateOf(at);
    const isNewDay = date !== state.lastDate;
    state.lastDate = date;
    if (isFirst || isNewDay) for (const name of state.names) name.keepUp(at, inputs);
    if (!isFirst && moment.kind !== 'silent') this.#move(at, moment, isNewDay, inputs);
    const showing = isFirst ? this.#first(at, moment) : this.#showing(at, moment);
    if (showing === null) return;
    for (const name of state.names) name.show(showing, ids, inputs);
  }

  #move(at: Milliseconds, moment: Moment, isNewDay: boolean, inputs: MarketInput[]): void {
    switch (moment.kind) {
      case 'silent':
      case 'closing':
        break;
      case 'night':
        this.#stepOutside(at, profile.nightVariance, nightMs);
        break;
      case 'extended':
        if (isNewDay) this.#passNight(at, inputs);
        this.#stepOutside(at, profile.extendedVariance, extendedMs);
        break;
      case 'opening':
        if (isNewDay) this.#passNight(at, inputs);
        this.#stepRegular(at, moment.day, inputs);
        for (const name of this.#state.names) name.open();
        this.#calm(at, moment.day, inputs);
        break;
      case 'regular':
        this.#stepRegular(at, moment.day, inputs);
        break;
    }
  }

  #passNight(at: Milliseconds, inputs: MarketInput[]): void {
    const { regimes, factors, names } = this.#state;
    const { extendedHours, overnightHours } = this.#options;
    regimes.passNight();
    factors.step();
    const quoted =
      (extendedHours ? profile.extendedVariance : 0) + (overnightHours ? profile.nightVariance : 0);
    const inTheDark = profile.overnightVariance - quoted;
    const around = this.#around(at, null);
    for (const name of names) {
      name.passNight(Math.sqrt(inTheDark), around, factors.ofSector(name.sector), inputs);
    }
  }

  /** What is to happen in so long a time outside the session happens little by little. */
  #stepOutside(at: Milliseconds, variance: number, durationMs: number): void {
    const share = this.#options.extendedCadenceMs / durationMs;
    this.#step(at, Math.sqrt(variance * share), 0);
  }

  #stepRegular(at: Milliseconds, day: TradingDay, inputs: MarketInput[]): void {
    const days = this.#options.cadenceMs / sessionMs;
    const variance = (1 - profile.overnightVariance) * days;
    this.#step(at, Math.sqrt(variance) * profile.volatilityAt(shareOf(day, at)), days);
    this.#state.restlessDays += days;
    if (this.#state.restlessDays * sessionMs >= minuteMs) this.#calm(at, day, inputs);
  }

  #step(at: Milliseconds, volatility: number, days: number): void {
    const { factors, regimes, names, startAt } = this.#state;
    factors.step();
    const elapsedMs = at - startAt;
    const stepsUntil = (until: number): number =>
      this.#options.timeline.movesBetween(at, startAt + until);
    const { market } = factors;
    const step = { elapsedMs, volatility, days, market, climate: regimes.climate, stepsUntil };
    for (const name of names) name.step(step, factors.ofSector(name.sector));
  }

  /** Nerves follow once a minute: more often nobody would see. */
  #calm(at: Milliseconds, day: TradingDay, inputs: MarketInput[]): void {
    const { factors, names, restlessDays } = this.#state;
    this.#state.restlessDays = 0;
    factors.advance(restlessDays);
    const around = this.#around(at, day.closeAt - at);
    for (const name of names) {
      name.advance(restlessDays, around, factors.ofSector(name.sector), inputs);
    }
  }

  #around(at: Milliseconds, untilCloseMs: number | null): Surroundings {
    const { factors, regimes } = this.#state;
    return { at, market: factors.market, climate: regimes.climate, untilCloseMs };
  }

  /** A price whatever the hour, so that every name has one from the start. */
  #first(at: Milliseconds, moment: Moment): Showing {
    const showing = this.#showing(at, moment);
    if (showing === null) {
      const volume = this.#options.cadenceMs / sessionMs;
      return { ...{ at, kind: 'first', volume, days: 0, untilCloseMs: null }, ...certain };
    }
    return { ...showing, probability: 1 };
  }

  #showing(at: Milliseconds, moment: Moment): Showing | null {
    switch (moment.kind) {
      case 'silent':
        return null;
      case 'night':
      case 'extended':
        return this.#extended(at, moment.day);
      case 'opening':
      case 'closing':
      case 'regular':
        return this.#regular(at, moment.kind, moment.day);
    }
  }

  #regular(at: Milliseconds, kind: 'opening' | 'regular' | 'closing', day: TradingDay): Showing {
    const days = this.#options.cadenceMs / sessionMs;
    const volume = {
      opening: profile.openingAuctionVolume,
      regular: profile.volumeAt(shareOf(day, at)) * days,
      closing: profile.closingAuctionVolume,
    }[kind];
    const untilCloseMs = day.closeAt - at;
    const spread = profile.spreadAt(at - day.openAt, untilCloseMs);
    return { at, kind, spread, volume, probability: 1, days, untilCloseMs };
  }

  /** The further from the session, the fewer trade. */
  #extended(at: Milliseconds, day: TradingDay): Showing {
    const distanceMs = at < day.openAt ? day.openAt - at : at - day.closeAt;
    const probability = 0.1 + 0.5 * Math.exp(-distanceMs / thinningMs);
    const volume = (profile.extendedVolume * this.#options.extendedCadenceMs) / extendedMs;
    const spread = profile.extendedSpread;
    const quiet = { days: 0, untilCloseMs: null } as const;
    return { at, kind: 'extended', spread, volume, probability, ...quiet };
  }
}

const certain = { spread: 1, probability: 1 } as const;

const shareOf = (day: TradingDay, at: Milliseconds): number =>
  (at - day.openAt) / (day.closeAt - day.openAt);
