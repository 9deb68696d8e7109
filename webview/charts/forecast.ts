import type { ReportFrequency } from "../../protocol/report.ts";
import { formatPercent, timeFormat } from "../shared/format.ts";
import { intervalsOf, type SeriesView, type WindowView } from "../shared/series.ts";
import { decimate } from "./decimate.ts";
import { type ChartTheme, type Figure, frame, withAlpha } from "./figure.ts";

type Trace = Readonly<Record<string, unknown>>;

/** Pixel columns that a line is thinned to. */
const columns = 900;

/**
 * Range of the value axis for what lies between two moments, with a little air: Plotly would count values outside, too.
 * Nothing where there is no value.
 */
export function visibleValues(
  range: readonly [number, number],
  lines: readonly { readonly times: ArrayLike<number>; readonly values: ArrayLike<number> }[],
): [number, number] | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { times, values } of lines) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!Number.isFinite(value) || times[i]! < range[0] || times[i]! > range[1]) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) return undefined;
  const air = (high - low || Math.abs(high) || 1) * 0.06;
  return [low >= 0 && low < air ? 0 : low - air, high + air];
}

/** Lines of a series and a forecast, for the range of the value axis. */
export function linesOf(view: SeriesView, band: Band): { times: ArrayLike<number>; values: ArrayLike<number> }[] {
  return [
    { times: view.historyTimes, values: view.history },
    ...[band.mean, ...band.quantiles].map((values) => ({ times: band.times, values })),
  ];
}

/** What a forecast looks like over time: shared by the forecast, backtest and scenario charts. */
export interface Band {
  readonly times: readonly number[];
  readonly mean: ArrayLike<number>;
  readonly quantiles: readonly ArrayLike<number>[];
  readonly levels: readonly number[];
}

/** How a chart names its axes. */
export interface ChartLabels {
  readonly target: string;
  readonly frequency: ReportFrequency;
  /** Width of the visible past in steps; everything where undefined. */
  readonly recent?: number | undefined;
  /** Visible milliseconds after a zoom: the line is thinned for these only. */
  readonly range?: readonly [number, number] | undefined;
}

/** History and forecast of one series with its intervals, the forecast's start marked. */
export function forecastFigure(view: SeriesView, theme: ChartTheme, labels: ChartLabels): Figure {
  const band: Band = { times: view.futureTimes, mean: view.mean, quantiles: view.quantiles, levels: view.levels };
  const last = view.historyTimes.at(-1);
  const range = labels.range ?? initialRange(view, labels.recent);
  return {
    data: [
      historyTrace(view, theme, range),
      ...bandTraces(band, theme.accent),
      ...joinTrace(view, theme),
      meanTrace(band, theme.accent, "Forecast"),
    ],
    layout: {
      ...frame(
        theme,
        { type: "date", range: [...range], ...timeAxis(labels.frequency, view) },
        { title: labels.target, range: visibleValues(range, linesOf(view, band)) },
      ),
      shapes: last === undefined ? [] : [originLine(last, theme)],
    },
  };
}

/** Settings of a time axis: times as precise as the frequency, and no panning into the void. */
export function timeAxis(frequency: ReportFrequency, view: SeriesView): Record<string, unknown> {
  const start = view.historyTimes[0] ?? view.futureTimes[0] ?? 0;
  const end = view.futureTimes.at(-1) ?? start;
  const air = (end - start) * 0.03;
  return { hoverformat: timeFormat(frequency), minallowed: start - air, maxallowed: end + air };
}

/** A vertical line at the last known value. */
export function originLine(time: number, theme: ChartTheme): Trace {
  return {
    type: "line",
    layer: "below",
    x0: time,
    x1: time,
    yref: "paper",
    y0: 0,
    y1: 1,
    line: { color: theme.muted, width: 1, dash: "dot" },
  };
}

function initialRange(view: SeriesView, recent: number | undefined): [number, number] {
  const end = view.futureTimes.at(-1) ?? view.historyTimes.at(-1) ?? 0;
  const from = recent === undefined ? 0 : Math.max(0, view.historyTimes.length - recent);
  const start = view.historyTimes[from] ?? view.futureTimes[0] ?? 0;
  const pad = (end - start) * 0.015;
  return [start - pad, end + pad];
}

/** The past, thinned to what the visible range can show; a little beyond it stays for panning. */
export function historyTrace(view: SeriesView, theme: ChartTheme, range: readonly [number, number]): Trace {
  const margin = (range[1] - range[0]) / 2;
  const from = firstAtOrAfter(view.historyTimes, range[0] - margin);
  const to = firstAtOrAfter(view.historyTimes, range[1] + margin);
  const kept = decimate(view.history, from, to, columns);
  return {
    type: "scatter",
    mode: kept.length < 40 ? "lines+markers" : "lines",
    name: "Actual",
    legendrank: 1,
    x: kept.map((index) => view.historyTimes[index]),
    y: kept.map((index) => finiteOrNull(view.history[index]!)),
    line: { color: theme.text, width: 1.4 },
    marker: { color: theme.text, size: 4 },
    hovertemplate: "%{y:,.4~g}<extra>Actual</extra>",
  };
}

function firstAtOrAfter(times: Float64Array, moment: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Areas of the central intervals, widest and palest first. */
export function bandTraces(band: Band, colour: string, legend = true): Trace[] {
  const intervals = intervalsOf(band.levels);
  return intervals.flatMap(({ nominal, lower, upper }, rank) => {
    const edge = {
      type: "scatter",
      mode: "lines",
      x: band.times,
      line: { width: 0, color: colour },
      hoverinfo: "skip",
    };
    return [
      { ...edge, y: numbers(band.quantiles[lower]!), showlegend: false },
      {
        ...edge,
        y: numbers(band.quantiles[upper]!),
        fill: "tonexty",
        fillcolor: withAlpha(colour, intervals.length === 1 ? 0.26 : 0.16 + (0.14 * rank) / (intervals.length - 1)),
        name: `${formatPercent(nominal)} interval`,
        showlegend: legend,
      },
    ];
  });
}

/** The mean forecast; its hover text tells the intervals too. */
export function meanTrace(band: Band, colour: string, name: string): Trace {
  const intervals = intervalsOf(band.levels).reverse();
  const ranges = intervals
    .map(
      ({ nominal }, k) =>
        `<br>${formatPercent(nominal)}: %{customdata[${2 * k}]:,.4~g} to %{customdata[${2 * k + 1}]:,.4~g}`,
    )
    .join("");
  return {
    type: "scatter",
    mode: band.times.length < 40 ? "lines+markers" : "lines",
    name,
    legendrank: 2,
    x: band.times,
    y: numbers(band.mean),
    customdata: band.times.map((_, step) =>
      intervals.flatMap(({ lower, upper }) => [band.quantiles[lower]![step], band.quantiles[upper]![step]]),
    ),
    line: { color: colour, width: 2.2 },
    marker: { color: colour, size: 4 },
    hovertemplate: `%{y:,.4~g}${ranges}<extra>${name}</extra>`,
  };
}

/** A faint line from the last known value to the first forecast, so that the eye follows one path. */
function joinTrace(view: SeriesView, theme: ChartTheme): Trace[] {
  const last = view.history.length - 1;
  const value = view.history[last];
  if (value === undefined || Number.isNaN(value)) return [];
  return [
    {
      type: "scatter",
      mode: "lines",
      x: [view.historyTimes[last], view.futureTimes[0]],
      y: [value, finiteOrNull(view.mean[0]!)],
      line: { color: theme.accent, width: 1.2, dash: "dot" },
      hoverinfo: "skip",
      showlegend: false,
    },
  ];
}

/** One backtest window: what was known, what came, what was said. */
export function backtestFigure(view: SeriesView, window: WindowView, theme: ChartTheme, labels: ChartLabels): Figure {
  const band: Band = { times: window.times, mean: window.point, quantiles: window.quantiles, levels: view.levels };
  const span = (window.times.at(-1) ?? 0) - window.origin;
  const first = view.windows[0] ?? window;
  const final = view.windows.at(-1) ?? window;
  const range: [number, number] = [first.origin - span * 0.75, (final.times.at(-1) ?? 0) + span * 0.1];
  const baseline: Trace[] =
    window.baseline === undefined
      ? []
      : [
          {
            type: "scatter",
            mode: "lines",
            name: "Baseline",
            legendrank: 3,
            x: window.times,
            y: numbers(window.baseline),
            line: { color: theme.second, width: 1.6, dash: "dash" },
            hovertemplate: "%{y:,.4~g}<extra>Baseline</extra>",
          },
        ];
  return {
    data: [
      ...bandTraces(band, theme.accent),
      historyTrace(view, theme, range),
      ...baseline,
      meanTrace(band, theme.accent, "Forecast"),
    ],
    layout: {
      ...frame(
        theme,
        { type: "date", range, ...timeAxis(labels.frequency, view) },
        { title: labels.target, range: visibleValues(range, linesOf(view, band)) },
      ),
      shapes: [originLine(window.origin, theme)],
    },
  };
}

/** Numbers with null where they are missing, which Plotly draws as a gap. */
export function numbers(values: ArrayLike<number>): (number | null)[] {
  return Array.from({ length: values.length }, (_, index) => finiteOrNull(values[index]!));
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
