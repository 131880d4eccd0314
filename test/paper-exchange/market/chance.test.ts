import { describe, expect, it } from 'vitest';
import { Chance, volatilityWithoutNews } from '../../../src/paper-exchange/market/chance.ts';
import { mean } from './stylised-facts.ts';

const minute = 1 / 390;

describe('what comes over a name by chance', () => {
  it('is quiet spells of less than an hour, some of the time', () => {
    const chance = new Chance('spells', 0);
    const spells: number[] = [];
    let [quiet, length] = [0, 0];
    for (let count = 0; count < 390 * 250; count += 1) {
      chance.advance(minute);
      if (chance.liveliness < 1) {
        quiet += 1;
        length += 1;
      } else if (length > 0) {
        spells.push(length);
        length = 0;
      }
    }
    expect(quiet / (390 * 250)).toBeGreaterThan(0.03);
    expect(quiet / (390 * 250)).toBeLessThan(0.1);
    expect(mean(spells)).toBeGreaterThan(30);
    expect(mean(spells)).toBeLessThan(50);
  });

  it('is news as often as asked for, more of them at night, up as often as down', () => {
    const chance = new Chance('news', 100);
    const [byDay, byNight]: [number[], number[]] = [[], []];
    for (let day = 0; day < 252 * 20; day += 1) {
      for (let count = 0; count < 10; count += 1) {
        const news = chance.advance(0.1);
        if (news !== null) byDay.push(news.jump);
      }
      const news = chance.passNight();
      if (news !== null) byNight.push(news.jump);
    }
    const all = [...byDay, ...byNight];
    expect(all.length / 20).toBeGreaterThan(90);
    expect(all.length / 20).toBeLessThan(110);
    expect(byNight.length / all.length).toBeCloseTo(0.6, 1);
    expect(Math.abs(mean(all))).toBeLessThan(0.2);
    expect(Math.min(...all.map(Math.abs))).toBeGreaterThan(0.7);
    // Their variance is what the rest of the moves leave for them.
    const left =
      1 - (volatilityWithoutNews(100) ** 2 * mean(all.map((jump) => jump ** 2)) * 100) / 252;
    expect(left).toBeCloseTo(volatilityWithoutNews(100) ** 2, 1);
  });
});
