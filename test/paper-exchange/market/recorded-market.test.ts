import { describe, expect, it } from 'vitest';
import { formatDecimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { BarFileError } from '../../../src/paper-exchange/market/bar-file.ts';
import { RecordedMarket } from '../../../src/paper-exchange/market/recorded-market.ts';
import type { MarketInput } from '../../../src/paper-exchange/market/source.ts';
import { calendar } from './given.ts';
import { clockTime, header, parse, play } from './recorded-given.ts';

function tell(input: MarketInput): string {
  switch (input.kind) {
    case 'quote': {
      const { symbol, bidPrice, askPrice } = input.quote;
      return `${symbol} ${formatDecimal(bidPrice)}/${formatDecimal(askPrice)}`;
    }
    case 'trade':
      return `${input.trade.symbol} @${formatDecimal(input.trade.price)} x${input.trade.size}`;
    case 'bar':
      return `${input.bar.symbol} bar ${clockTime(input.bar.at)}`;
    case 'split':
      return `${input.split.symbol} ${input.split.newShares}:${input.split.oldShares}`;
    default:
      return input.kind;
  }
}

const told = (inputs: readonly MarketInput[]): string[] => inputs.map(tell);

describe('a file of bars', () => {
  it('is read exactly, with New York time, any column order and Windows line ends', () => {
    const series = parse(
      '\uFEFFvolume,Time,open,high,low,close,note\r',
      '400,2026-07-01T10:00,10.5,10.6123,10.4,10.55,hello\r',
      '100,2026-07-01T11:00,10.55,11,10.5,10.9,\r',
      '',
    );
    expect(series).toMatchObject({ symbol: 'ACME', interval: 'intraday', durationMs: 3_600_000 });
    expect(series.bars.map((bar) => new Date(bar.at).toISOString())).toEqual([
      '2026-07-01T14:00:00.000Z',
      '2026-07-01T15:00:00.000Z',
    ]);
    expect(formatDecimal(series.bars[0]?.high ?? 0n)).toBe('10.6123');
  });

  it.each([
    [[''], /ACME\.csv, line 1, column time: no such column/],
    [['time,open,high,low,volume'], /line 1, column close: .*needed is time,open,high,low,close/],
    [[header], /line 2: no bars/],
    [[header, 'tomorrow,1,1,1,1,1'], /line 2, column time: "tomorrow"; allowed is New York time/],
    [[header, '2026-02-30,1,1,1,1,1'], /column time: "2026-02-30" is no date/],
    [[header, '2026-07-01T24:00,1,1,1,1,1'], /column time: "2026-07-01T24:00"; allowed/],
    [[header, '2026-07-01,1,1,1'], /column close: nothing stands here/],
    [[header, '2026-07-01,abc,1,1,1,1'], /column open: "abc"; allowed is a price above 0/],
    [[header, '2026-07-01,1,1e3,1,1,1'], /column high: "1e3"/],
    [[header, '2026-07-01,1,1,-1,1,1'], /column low: "-1"/],
    [[header, '2026-07-01,1.00001,2,1,1,1'], /column open: "1.00001".*at most 4 decimals/],
    [[header, '2026-07-01,2,1,3,2,1'], /column high: "1" is below the low, "3"/],
    [[header, '2026-07-01,5,2,1,2,1'], /column open: "5" is outside low and high, "1" to "2"/],
    [[header, '2026-07-01,1,2,1,9,1'], /column close: "9" is outside/],
    [[header, '2026-07-01,1,1,1,1,-5'], /column volume: "-5"; allowed is a whole number/],
    [[header, '2026-07-01,1,1,1,1,1', '2026-07-01,1,1,1,1,1'], /line 3, column time: .*twice/],
    [[header, '2026-07-02,1,1,1,1,1', '2026-07-01,1,1,1,1,1'], /earlier than the line before/],
    [[header, '2026-07-01,1,1,1,1,1', '', '2026-07-02,1,1,1,1,1'], /line 3, column time/],
    [[header, '2026-07-01,1,1,1,1,1', '2026-07-02T10:00,1,1,1,1,1'], /daily and intraday/],
    [[header, '2026-07-01T10:00,1,1,1,1,1'], /how long it lasts; at least two are needed/],
  ])('%j is refused with the place and what is allowed', (rows, message) => {
    expect(() => parse(...rows)).toThrow(BarFileError);
    expect(() => parse(...rows)).toThrow(message);
  });
});

describe('recorded bars', () => {
  const daily = parse(header, '2026-11-25,100,104,99,103,4000', '2026-11-27,103,103.5,90,91,800');

  it('are played as open, nearer extreme, other extreme and close within the session', () => {
    const { cues } = play({ series: [daily], spreadBps: 2, startAt: '2026-11-26T12:00:00-05:00' });
    expect(cues.map((cue) => cue.at)).toEqual([
      '2026-11-26T12:00:00',
      '2026-11-27T09:30:00',
      '2026-11-27T10:39:59',
      '2026-11-27T11:49:59',
      '2026-11-27T12:59:59',
      '2026-11-27T13:00:00',
    ]);
    expect(cues.map((cue) => told(cue.inputs))).toEqual([
      ['ACME 102.98/103.02', 'ACME @103 x1'],
      ['ACME 102.98/103.02', 'ACME @103 x200'],
      ['ACME 103.48/103.52', 'ACME @103.5 x200'],
      ['ACME 89.99/90.01', 'ACME @90 x200'],
      ['ACME 90.99/91.01', 'ACME @91 x200'],
      ['ACME bar 2026-11-27T00:00:00'],
    ]);
  });

  it('begin with their first open when they begin with the exchange', () => {
    const { cues, market } = play({ series: [daily] });
    expect(market.history).toEqual([]);
    expect(cues[0]?.at).toBe('2026-11-25T00:00:00');
    expect(cues.slice(1, 6).map((cue) => told(cue.inputs))).toEqual([
      ['ACME 99.99/100.01', 'ACME @100 x1000'],
      ['ACME 98.99/99.01', 'ACME @99 x1000'],
      ['ACME 103.98/104.02', 'ACME @104 x1000'],
      ['ACME 102.98/103.02', 'ACME @103 x1000'],
      ['ACME bar 2026-11-25T00:00:00'],
    ]);
  });

  it('that begin before the open are played from the open; extended hours are left out', () => {
    const hourly = parse(
      header,
      '2026-11-27T08:00,10,11,9,10,400',
      '2026-11-27T09:00,10,11,9,10.5,400',
      '2026-11-27T12:00,10.5,11,10,10.8,400',
      '2026-11-27T13:00,10.8,11,10,10.2,400',
    );
    const { cues } = play({ series: [hourly] });
    const played = cues.slice(1).map((cue) => cue.at.slice(11));
    expect(played[0]).toBe('09:30:00');
    expect(played.slice(3, 6)).toEqual(['09:59:59', '10:00:00', '12:00:00']);
    expect(played.at(-1)).toBe('13:00:00');
  });

  it('of several names share one time line; those before the start are history', () => {
    const other = { ...parse(header, '2026-11-25,10,10,10,10,8', '2026-11-27,10,10,10,10,8') };
    const { market, cues } = play({
      series: [daily, { ...other, symbol: 'BOLT' }],
      startAt: '2026-11-27T00:00:00-05:00',
    });
    expect(market.history).toHaveLength(2);
    expect(cues.map((cue) => cue.inputs.length)).toEqual([4, 4, 4, 4, 4, 2]);
    expect(told(cues[0]?.inputs ?? [])[1]).toBe('ACME @103 x1');
  });

  it('announce a known split before the open of its day, with the price that follows', () => {
    const splits = [{ symbol: 'ACME', date: '2026-11-27', newShares: 4, oldShares: 1 }];
    const { cues } = play({ series: [daily], splits });
    const early = cues.filter((cue) => cue.at === '2026-11-27T04:00:00');
    expect(early.flatMap((cue) => told(cue.inputs))).toEqual([
      'ACME 4:1',
      'ACME 25.74/25.76',
      'ACME @25.75 x1',
    ]);
    const later = play({ series: [daily], splits, startAt: '2026-11-27T09:30:00-05:00' });
    expect(later.cues.flatMap((cue) => cue.inputs.filter((one) => one.kind === 'split'))).toEqual(
      [],
    );
  });

  it('of hours announce a split once a day, and play the bar that straddles the open', () => {
    const hourly = parse(
      header,
      '2026-11-25T15:00,40,40,40,40,4',
      '2026-11-27T09:00,10,10,10,10,4',
      '2026-11-27T10:00,10,10,10,10,4',
    );
    const splits = [{ symbol: 'ACME', date: '2026-11-27', newShares: 4, oldShares: 1 }];
    const kinds = (startAt: string) =>
      play({ series: [hourly], splits, startAt }).cues.flatMap((cue) =>
        cue.inputs.map((input) => input.kind),
      );
    const count = (inputs: readonly string[], kind: string) =>
      inputs.filter((one) => one === kind).length;
    const fromDayBefore = kinds('2026-11-25T09:30:00-05:00');
    expect([count(fromDayBefore, 'split'), count(fromDayBefore, 'bar')]).toEqual([1, 3]);
    const fromOpen = kinds('2026-11-27T09:30:00-05:00');
    expect([count(fromOpen, 'split'), count(fromOpen, 'bar')]).toEqual([0, 2]);
    const underWay = kinds('2026-11-27T09:31:00-05:00');
    expect(count(underWay, 'bar')).toBe(1);
  });

  it('refuse a split on a closed day, and ignore those of names without bars', () => {
    const split = { symbol: 'ACME', date: '2026-11-26', newShares: 4, oldShares: 1 };
    expect(() => play({ series: [daily], splits: [split] })).toThrow(/cannot split on 2026-11-26/);
    const other = { ...split, symbol: 'BOLT' };
    expect(play({ series: [daily], splits: [other] }).cues).toEqual(play({ series: [daily] }).cues);
  });

  it('of a day on which the exchange was closed are refused, as is a name given twice', () => {
    const onThanksgiving = parse(header, '2026-11-26,1,1,1,1,1');
    expect(() => play({ series: [onThanksgiving] })).toThrow(/2026-11-26, when the exchange was/);
    expect(() => play({ series: [daily, daily] })).toThrow(/ACME are given twice/);
    expect(
      () => new RecordedMarket({ calendar, series: [], startAt: Date.parse('2026-11-25') }),
    ).toThrow(/no bars to play/);
  });

  it('quote whole ticks around prices of any number of decimals', () => {
    const odd = parse(header, '2026-11-25,100.1234,100.1234,0.5004,0.5004,4');
    const { cues } = play({ series: [odd], spreadBps: 0 });
    expect(told(cues[1]?.inputs ?? [])[0]).toBe('ACME 100.12/100.13');
    expect(told(cues[4]?.inputs ?? [])[0]).toBe('ACME 0.5004/0.5005');
  });
});
