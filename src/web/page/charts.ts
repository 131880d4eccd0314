import {
  AreaSeries,
  BaselineSeries,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type LineData,
  LineSeries,
  LineStyle,
  LineType,
  type SeriesMarker,
  TickMarkType,
  type Time,
  type UTCTimestamp,
  type WhitespaceData,
} from 'lightweight-charts';
import type { Course, EquityView, PriceView } from './page-data.ts';

/** A colour that the style sheet names, as the theme of now has it. */
function colour(name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

const withAlpha = (rgb: string, alpha: number): string =>
  rgb.replace(/^rgb\(([^)]+)\)$/, (_, parts: string) => `rgba(${parts}, ${alpha})`);

/** Whole seconds, each once and in order: what a chart takes. The last of a second counts. */
function inSeconds<Value>(points: readonly (readonly [atMs: number, value: Value])[]) {
  const bySecond = new Map<number, Value>();
  for (const [at, value] of points) bySecond.set(Math.floor(at / 1_000), value);
  return [...bySecond]
    .sort(([one], [other]) => one - other)
    .map(([time, value]) => ({ time: time as UTCTimestamp, value }));
}

const lastOf = (course: Course) => course.map(([at, last]) => [at, last] as const);

function chartIn(root: HTMLElement): IChartApi {
  return createChart(root, {
    autoSize: true,
    // Attribution stands in the footer of the page, where no inline style is needed for it.
    layout: { attributionLogo: false, fontFamily: 'system-ui, sans-serif' },
    timeScale: {
      ...{ timeVisible: true, secondsVisible: true, borderVisible: false },
      tickMarkFormatter: tickWords,
    },
    rightPriceScale: { borderVisible: false },
    localization: { timeFormatter: (time: Time) => dateOf(time).toLocaleString([], LONG) },
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
    handleScale: { mouseWheel: false },
  });
}

const LONG: Intl.DateTimeFormatOptions = {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
};

const dateOf = (time: Time): Date => new Date(Number(time) * 1_000);

/** On the reader's clock, like every other time on the page. */
function tickWords(time: Time, type: TickMarkType): string {
  const at = dateOf(time);
  switch (type) {
    case TickMarkType.Year:
      return String(at.getFullYear());
    case TickMarkType.Month:
    case TickMarkType.DayOfMonth:
      return at.toLocaleDateString([], { month: 'short', day: 'numeric' });
    case TickMarkType.Time:
      return at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    case TickMarkType.TimeWithSeconds:
      return at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  }
}

function themed(chart: IChartApi): void {
  const [ink, line] = [colour('quiet'), colour('line')];
  chart.applyOptions({
    layout: {
      ...{ background: { color: 'transparent' }, textColor: ink },
      panes: { separatorColor: line, separatorHoverColor: line },
    },
    grid: { vertLines: { visible: false }, horzLines: { color: withAlpha(line, 0.6) } },
  });
}

/** Equity and, beneath it, how far below its highest it stood. */
export class EquityChart {
  readonly #chart: IChartApi;
  readonly #equity: ISeriesApi<'Area'>;
  readonly #drawdown: ISeriesApi<'Area'>;
  #isFitted = false;

  constructor(root: HTMLElement) {
    this.#chart = chartIn(root);
    this.#equity = this.#chart.addSeries(AreaSeries, { lineWidth: 2, title: 'Equity' }, 0);
    this.#drawdown = this.#chart.addSeries(
      AreaSeries,
      { lineWidth: 1, title: 'Drawdown %', invertFilledArea: true, priceLineVisible: false },
      1,
    );
    this.#chart.panes()[1]?.setHeight(100);
    this.theme();
  }

  theme(): void {
    themed(this.#chart);
    const [accent, bad] = [colour('accent'), colour('bad')];
    this.#equity.applyOptions({
      ...{ lineColor: accent, topColor: withAlpha(accent, 0.25) },
      bottomColor: withAlpha(accent, 0.02),
    });
    this.#drawdown.applyOptions({
      ...{ lineColor: bad, topColor: withAlpha(bad, 0.05), bottomColor: withAlpha(bad, 0.3) },
    });
  }

  show({ equity, peak }: EquityView): void {
    this.#equity.setData(inSeconds(lastOf(equity)));
    this.#drawdown.setData(inSeconds(drawdownOf(equity, peak)));
    if (!this.#isFitted && equity.length > 0) this.#chart.timeScale().fitContent();
    this.#isFitted ||= equity.length > 0;
  }
}

/** In percent of the highest until then; a low between two points counts as well. */
function drawdownOf(equity: Course, peak: number | null) {
  let highest = Number.NEGATIVE_INFINITY;
  const known = equity.at(-1)?.[1];
  // A peak from before the first point is known of only by what it is now.
  const before = peak === null || known === undefined ? highest : peak;
  const within = Math.max(...equity.map(([, , , high]) => high));
  if (before > within) highest = before;
  return equity.map(([at, , low, high]) => {
    highest = Math.max(highest, high);
    return [at, highest <= 0 ? 0 : Math.min(0, ((low - highest) / highest) * 100)] as const;
  });
}

/** What every close came to in R, and all of them so far. */
export class OutcomeChart {
  readonly #chart: IChartApi;
  readonly #each: ISeriesApi<'Histogram'>;
  readonly #sum: ISeriesApi<'Baseline'>;

  constructor(root: HTMLElement) {
    this.#chart = chartIn(root);
    // A single close is a bar, and not a wall.
    this.#chart.applyOptions({ timeScale: { maxBarSpacing: 24 } });
    this.#each = this.#chart.addSeries(HistogramSeries, { title: 'R', priceLineVisible: false });
    this.#sum = this.#chart.addSeries(BaselineSeries, {
      ...{
        title: 'Sum of R',
        lineType: LineType.WithSteps,
        baseValue: { type: 'price', price: 0 },
      },
    });
    this.theme();
  }

  theme(): void {
    themed(this.#chart);
    const [good, bad] = [colour('good'), colour('bad')];
    this.#sum.applyOptions({
      ...{ topLineColor: good, topFillColor1: withAlpha(good, 0.2), topFillColor2: 'transparent' },
      ...{ bottomLineColor: bad, bottomFillColor1: 'transparent' },
      bottomFillColor2: withAlpha(bad, 0.2),
    });
  }

  show({ closes }: EquityView): void {
    const [good, bad] = [colour('good'), colour('bad')];
    let sum = 0;
    const sums = closes.map(({ at, r }) => {
      sum += r;
      return [at, sum] as const;
    });
    const each = inSeconds(closes.map(({ at, r }) => [at, r] as const));
    this.#each.setData(each.map((bar) => ({ ...bar, color: bar.value >= 0 ? good : bad })));
    this.#sum.setData(inSeconds(sums));
    this.#chart.timeScale().fitContent();
  }
}

/** The price of one symbol with its stop, its entry and its fills. */
export class PriceChart {
  readonly #chart: IChartApi;
  readonly #price: ISeriesApi<'Line'>;
  readonly #stop: ISeriesApi<'Line'>;
  readonly #entry: ISeriesApi<'Line'>;
  readonly #fills: ISeriesMarkersPluginApi<Time>;
  #symbol = '';

  constructor(root: HTMLElement) {
    this.#chart = chartIn(root);
    this.#price = this.#chart.addSeries(LineSeries, { lineWidth: 2 });
    this.#stop = this.#chart.addSeries(LineSeries, {
      ...{ lineWidth: 2, lineType: LineType.WithSteps, title: 'Stop', priceLineVisible: false },
    });
    this.#entry = this.#chart.addSeries(LineSeries, {
      ...{ lineWidth: 1, lineStyle: LineStyle.Dashed, title: 'Entry', priceLineVisible: false },
    });
    this.#fills = createSeriesMarkers(this.#price, []);
    this.theme();
  }

  theme(): void {
    themed(this.#chart);
    this.#price.applyOptions({ color: colour('accent') });
    this.#stop.applyOptions({ color: colour('bad') });
    this.#entry.applyOptions({ color: colour('quiet') });
  }

  show(view: PriceView): void {
    const { symbol, prices, entry, fills } = view;
    const [first, last] = [prices[0]?.[0], prices.at(-1)?.[0]];
    this.#price.applyOptions({ title: symbol });
    this.#price.setData(inSeconds([...lastOf(prices), ...fills.map(priceOf)]));
    this.#stop.setData(stopLine(view));
    const ends = first === undefined || last === undefined || entry === null ? [] : [first, last];
    this.#entry.setData(inSeconds(ends.map((at) => [at, entry ?? 0] as const)));
    this.#fills.setMarkers(fills.map(markerOf));
    if (symbol !== this.#symbol) this.#chart.timeScale().fitContent();
    this.#symbol = symbol;
  }
}

const priceOf = ({ at, price }: PriceView['fills'][number]) => [at, Number(price)] as const;

function stopLine({ stops }: PriceView): (LineData<Time> | WhitespaceData<Time>)[] {
  return inSeconds(stops).map(({ time, value }) => (value === null ? { time } : { time, value }));
}

function markerOf({ at, side, quantity }: PriceView['fills'][number]): SeriesMarker<Time> {
  const isBuy = side === 'buy';
  return {
    time: Math.floor(at / 1_000) as UTCTimestamp,
    position: isBuy ? 'belowBar' : 'aboveBar',
    shape: isBuy ? 'arrowUp' : 'arrowDown',
    color: colour(isBuy ? 'good' : 'bad'),
    text: `${isBuy ? 'Bought' : 'Sold'} ${quantity}`,
  };
}
