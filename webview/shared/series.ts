import { unpackAxis } from "../../protocol/axis.ts";
import { unpackColumn } from "../../protocol/column.ts";
import type { ReportSummary, SeriesDetail } from "../../protocol/report.ts";

/** One backtest window: all arrays have `horizon` values. */
export interface WindowView {
  /** Milliseconds of the last value known to the model. */
  readonly origin: number;
  readonly times: readonly number[];
  readonly actual: readonly number[];
  /** What the winner was judged by. */
  readonly point: ArrayLike<number>;
  /** One array a quantile level. */
  readonly quantiles: readonly ArrayLike<number>[];
  readonly baseline: ArrayLike<number> | undefined;
}

/** A series decoded for drawing; its windows are in order of time. */
export interface SeriesView {
  readonly index: number;
  readonly name: string;
  readonly levels: readonly number[];
  /** Milliseconds, one an entry of `history`. */
  readonly historyTimes: Float64Array;
  readonly history: ArrayLike<number>;
  readonly omitted: number;
  readonly futureTimes: readonly number[];
  readonly mean: ArrayLike<number>;
  readonly quantiles: readonly ArrayLike<number>[];
  readonly windows: readonly WindowView[];
}

/** The name of a series: its key values joined, or the target where there is only one series. */
export function seriesName(summary: ReportSummary, index: number): string {
  const keys = summary.series.keys[index] ?? [];
  return keys.length === 0 ? summary.experiment.target : keys.join(" · ");
}

/** Decodes times and columns of one series. `axisTimes` remembers decoded axes between calls. */
export function viewSeries(
  summary: ReportSummary,
  index: number,
  detail: SeriesDetail,
  axisTimes: Map<number, Float64Array>,
): SeriesView {
  const { horizon, gap, levels } = summary.experiment;
  const times = timesOf(summary, detail.axis, axisTimes);
  const history = unpackColumn(detail.history);
  const end = detail.start + history.length;
  const packed = detail.backtest.baseline;
  const baseline = packed === undefined ? undefined : unpackColumn(packed);
  const point = unpackColumn(detail.backtest.point);
  const quantiles = unpackColumn(detail.backtest.quantiles);
  const windows = detail.backtest.origins.map((origin, window): WindowView => {
    const steps = Array.from({ length: horizon }, (_, step) => origin + gap + 1 + step);
    const size = levels.length * horizon;
    return {
      origin: times[origin] ?? Number.NaN,
      times: steps.map((step) => times[step] ?? Number.NaN),
      actual: steps.map((step) => history[step - detail.start] ?? Number.NaN),
      point: point.subarray(window * horizon, (window + 1) * horizon),
      quantiles: rowsOf(quantiles.subarray(window * size, (window + 1) * size), horizon),
      baseline: baseline?.subarray(window * horizon, (window + 1) * horizon),
    };
  });
  windows.sort((a, b) => a.origin - b.origin);
  return {
    index,
    name: seriesName(summary, index),
    levels,
    historyTimes: times.subarray(detail.start, end),
    history,
    omitted: detail.omitted,
    futureTimes: Array.from({ length: horizon }, (_, step) => times[end + gap + step] ?? Number.NaN),
    mean: unpackColumn(detail.mean),
    quantiles: rowsOf(unpackColumn(detail.quantiles), horizon),
    windows,
  };
}

function timesOf(summary: ReportSummary, axis: number, known: Map<number, Float64Array>): Float64Array {
  const found = known.get(axis);
  if (found !== undefined) return found;
  const packed = summary.axes[axis];
  if (packed === undefined) throw new TypeError("The report names a time axis that it does not hold: write it again.");
  const times = unpackAxis(packed);
  known.set(axis, times);
  return times;
}

/** Rows of a row-major matrix, as views. */
export function rowsOf(values: Float32Array | Float64Array, width: number): (Float32Array | Float64Array)[] {
  return Array.from({ length: Math.floor(values.length / width) }, (_, row) =>
    values.subarray(row * width, (row + 1) * width),
  );
}

/** A central interval: its nominal share and the rows of its bounds among the quantile levels. */
export interface Interval {
  readonly nominal: number;
  readonly lower: number;
  readonly upper: number;
}

/** Central intervals that the levels allow, widest first. */
export function intervalsOf(levels: readonly number[]): Interval[] {
  return levels
    .map((level, lower) => {
      const upper = levels.findIndex((other) => Math.abs(other - (1 - level)) < 1e-9);
      return { nominal: Math.round((1 - 2 * level) * 1e6) / 1e6, lower, upper };
    })
    .filter(({ nominal, upper }) => nominal > 0 && upper >= 0)
    .sort((a, b) => b.nominal - a.nominal);
}
