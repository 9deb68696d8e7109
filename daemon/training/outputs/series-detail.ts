import { packColumn } from "../../../protocol/column.ts";
import type { SeriesDetail } from "../../../protocol/report.ts";
import type { FoldForecast } from "../../forecasting/evaluation/backtest.ts";
import { type Forecast, meanOf, pointOf } from "../../forecasting/models/forecast.ts";
import { type Panel, pastOf, seriesCount } from "../../forecasting/panel/panel.ts";
import type { AxisList } from "./axis-list.ts";

/** Numbers of history, forecast and backtest that a document carries at most: about 12 MB of text. */
const mostNumbers = 2_000_000;

/** Values of history that are drawn per series; older ones are left out. */
const longestHistory = 5000;

/** What the details of series are made of. */
export interface DetailParts {
  readonly panel: Panel;
  /** The published forecast and the winner's backtest, both with the levels that are shown. */
  readonly forecast: Forecast;
  readonly winner: readonly FoldForecast[];
  /** The backtest of the model that others are compared with. */
  readonly baseline: readonly FoldForecast[] | undefined;
  readonly axes: AxisList;
}

/** The series that are shown in detail: all of them, or the largest ones if all would be too many numbers. */
export function detailedSeries({ panel, forecast, winner }: DetailParts): Set<number> {
  const perForecast = forecast.horizon * (1 + forecast.levels.length) * (1 + 2 * winner.length);
  const order = Array.from({ length: seriesCount(panel) }, (_, series) => series);
  const cost = (series: number): number => Math.min(longestHistory, panel.history[series]!) + perForecast;
  const total = order.reduce((sum, series) => sum + cost(series), 0);
  if (total <= mostNumbers) return new Set(order);
  const sizes = order.map((series) => sizeOf(panel, series));
  order.sort((a, b) => sizes[b]! - sizes[a]!);
  const chosen = new Set<number>();
  let sum = 0;
  for (const series of order) {
    sum += cost(series);
    if (sum > mostNumbers) break;
    chosen.add(series);
  }
  return chosen;
}

/** Mean absolute target of a series. */
export function sizeOf(panel: Panel, series: number): number {
  const past = pastOf(panel, panel.target, series).filter((value) => !Number.isNaN(value));
  return past.length === 0 ? 0 : past.reduce((sum, value) => sum + Math.abs(value), 0) / past.length;
}

/** History, forecast and backtest of one series, as the report draws them. */
export function seriesDetail({ panel, forecast, winner, baseline, axes }: DetailParts, series: number): SeriesDetail {
  const past = pastOf(panel, panel.target, series);
  const { axis, start } = axes.place(panel.time.subarray(panel.offsets[series]!, panel.offsets[series + 1]!));
  const omitted = Math.max(0, past.length - longestHistory);
  const rows = winner.flatMap((part, window) => {
    const row = part.fold.series.indexOf(series);
    return row < 0 ? [] : [{ part, row, window }];
  });
  return {
    axis,
    start: start + omitted,
    history: packColumn(past.subarray(omitted)),
    omitted,
    mean: packColumn(meanOf(forecast, series)),
    quantiles: packColumn(quantileRows(forecast, series)),
    backtest: {
      origins: rows.map(({ part }) => start + past.length - 1 - part.fold.stepsBack),
      point: packColumn(rows.flatMap(({ part, row }) => Array.from(pointOf(part.forecast, row)))),
      quantiles: packColumn(rows.flatMap(({ part, row }) => Array.from(quantileRows(part.forecast, row)))),
      ...baselineColumn(rows, baseline),
    },
  };
}

function baselineColumn(
  rows: readonly { readonly row: number; readonly window: number }[],
  parts: readonly FoldForecast[] | undefined,
): { baseline?: string } {
  if (parts === undefined || rows.some(({ window }) => parts[window] === undefined)) return {};
  return { baseline: packColumn(rows.flatMap(({ row, window }) => Array.from(pointOf(parts[window]!.forecast, row)))) };
}

function quantileRows({ quantiles, levels, horizon }: Forecast, row: number): Float64Array {
  return quantiles.subarray(row * levels.length * horizon, (row + 1) * levels.length * horizon);
}
