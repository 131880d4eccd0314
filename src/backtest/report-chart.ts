/** A line of values over the days of the chart, in the colour of its class. */
export type Line = { readonly name: string; readonly values: readonly number[] };

/** A mark at a place of the line, such as a purchase. */
export type Mark = { readonly at: number; readonly value: number; readonly kind: 'buy' | 'sell' };

const WIDTH = 960;
const HEIGHT = 280;
const LEFT = 72;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 28;
/** More points than a chart has room for are drawn by their extremes. */
const MOST_POINTS = 1_600;

/** Lines over days as an SVG that needs nothing else. */
export function lineChart(chart: {
  readonly label: string;
  readonly days: readonly string[];
  readonly lines: readonly Line[];
  readonly marks?: readonly Mark[];
  readonly format: (value: number) => string;
}): string {
  const { label, days, lines, marks = [], format } = chart;
  const values = [...lines.flatMap((line) => line.values), ...marks.map(({ value }) => value)];
  const scale = scaleOf(extent(values), days.length);
  const drawn = lines.map((line, index) => {
    const points = thinned(line.values).map((at) => place(scale, at, line.values[at] ?? 0));
    return `<polyline class="line c${index}" points="${points.join(' ')}"/>`;
  });
  const marked = marks.map((mark) => markOf(mark, place(scale, mark.at, mark.value)));
  return svg(label, [...axes(scale, days, format), ...drawn, ...marked]);
}

/** How often values fall into equal parts of their range. */
export function histogram(chart: {
  readonly label: string;
  readonly values: readonly number[];
  readonly step: number;
  readonly format: (value: number) => string;
}): string {
  const { label, values, step, format } = chart;
  const counts = new Map<number, number>();
  for (const value of values) {
    const bin = Math.floor(value / step);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  const bins = [...counts.keys()];
  const [first, last] = [Math.min(...bins, 0), Math.max(...bins, 0)];
  const most = Math.max(1, ...counts.values());
  const width = (WIDTH - LEFT - RIGHT) / (last - first + 1);
  const height = HEIGHT - TOP - BOTTOM;
  const every = Math.ceil((last - first + 1) / 12);
  const drawn = Array.from({ length: last - first + 1 }, (_, index) => {
    const bin = first + index;
    const count = counts.get(bin) ?? 0;
    const x = LEFT + index * width;
    const tall = (count / most) * height;
    const bar =
      `<rect class="${bin < 0 ? 'loss' : 'gain'}" x="${fixed(x + 1)}" ` +
      `y="${fixed(TOP + height - tall)}" width="${fixed(Math.max(1, width - 2))}" ` +
      `height="${fixed(tall)}"><title>${format(bin * step)}: ${count}</title></rect>`;
    const name = `<text x="${fixed(x)}" y="${HEIGHT - 8}">${format(bin * step)}</text>`;
    return index % every === 0 ? bar + name : bar;
  });
  const top = `<text class="y" x="${LEFT - 6}" y="${TOP + 10}">${most}</text>`;
  return svg(label, [top, ...drawn]);
}

type Scale = { readonly low: number; readonly high: number; readonly count: number };

const extent = (values: readonly number[]): readonly [number, number] =>
  values.reduce<readonly [number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );

function scaleOf([low, high]: readonly [number, number], count: number): Scale {
  if (!Number.isFinite(low)) return { low: 0, high: 1, count };
  const room = (high - low || Math.abs(high) || 1) * 0.04;
  return { low: low - room, high: high + room, count };
}

const xOf = ({ count }: Scale, at: number): number =>
  LEFT + (at / Math.max(1, count - 1)) * (WIDTH - LEFT - RIGHT);
const yOf = ({ low, high }: Scale, value: number): number =>
  TOP + ((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM);
const fixed = (value: number): string => String(Math.round(value * 10) / 10);
const place = (scale: Scale, at: number, value: number): string =>
  `${fixed(xOf(scale, at))},${fixed(yOf(scale, value))}`;

function markOf({ kind }: Mark, at: string): string {
  const [x = '0', y = '0'] = at.split(',');
  const shape = kind === 'buy' ? 'M0 0L-4 7H4Z' : 'M0 0L-4 -7H4Z';
  return `<path class="${kind}" d="${shape}" transform="translate(${x} ${y})"/>`;
}

function axes(scale: Scale, days: readonly string[], format: (value: number) => string): string[] {
  const rows = [0, 1, 2, 3, 4].map((row) => {
    const value = scale.low + ((scale.high - scale.low) * row) / 4;
    const y = fixed(yOf(scale, value));
    return (
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/>` +
      `<text class="y" x="${LEFT - 6}" y="${y}">${format(value)}</text>`
    );
  });
  const columns = Math.min(6, days.length);
  const names = Array.from({ length: columns }, (_, column) => {
    const at = Math.round((column * (days.length - 1)) / Math.max(1, columns));
    return `<text x="${fixed(xOf(scale, at))}" y="${HEIGHT - 8}">${days[at] ?? ''}</text>`;
  });
  return [...rows, ...names];
}

/** Places of the values to draw: of each stretch its first, lowest and highest. */
function thinned(values: readonly number[]): readonly number[] {
  const all = values.map((_, at) => at);
  if (values.length <= MOST_POINTS) return all;
  const size = Math.ceil((values.length * 3) / MOST_POINTS);
  const kept = new Set([values.length - 1]);
  for (let from = 0; from < values.length; from += size) {
    const stretch = all.slice(from, from + size);
    const by = (at: number) => values[at] ?? 0;
    kept.add(from);
    kept.add(stretch.reduce((low, at) => (by(at) < by(low) ? at : low)));
    kept.add(stretch.reduce((high, at) => (by(at) > by(high) ? at : high)));
  }
  return [...kept].sort((one, other) => one - other);
}

const svg = (label: string, parts: readonly string[]): string =>
  `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">${parts.join('')}</svg>`;
