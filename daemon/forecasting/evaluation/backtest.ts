import type { MetricName } from "../../../protocol/experiment/schema.ts";
import type { Forecast } from "../models/forecast.ts";
import type { FoldTruth } from "./fold.ts";
import { ErrorSums, type Metrics, panelMetrics } from "./metrics.ts";

/** The forecasts of one candidate at one origin; its rows are those of `fold.series`. */
export interface FoldForecast {
  readonly fold: FoldTruth;
  readonly forecast: Forecast;
}

/** How good a candidate was on its backtest. */
export interface BacktestScores {
  readonly metrics: Metrics;
  /** Metrics of each series, by its index in the panel. */
  readonly bySeries: ReadonlyMap<number, Metrics>;
  /** Metrics of each horizon step. */
  readonly byStep: readonly Metrics[];
  /** Origins that were scored. */
  readonly windows: number;
}

/** Scores the points of one candidate, quantile losses over `levels` only. NaN forecasts do not count. */
export function scoreBacktest(parts: readonly FoldForecast[], levels: readonly number[]): BacktestScores {
  const horizon = parts[0]?.forecast.horizon ?? 0;
  const places = levels.map((level) => parts[0]?.forecast.levels.findIndex((own) => Math.abs(own - level) < 1e-9) ?? 0);
  const all = new ErrorSums();
  const bySeries = new Map<number, ErrorSums>();
  const byStep = Array.from({ length: horizon }, () => new ErrorSums());
  for (const { fold, forecast } of parts) {
    fold.series.forEach((series, row) => {
      const own = bySeries.get(series) ?? new ErrorSums();
      bySeries.set(series, own);
      for (let step = 0; step < horizon; step++) {
        const index = row * horizon + step;
        const quantiles = places.map((place) => quantileAt(forecast, row, place, step));
        for (const sums of [all, own, byStep[step]!]) {
          sums.add(fold.actual[index]!, forecast.point[index]!, quantiles, levels, fold.scales[row]!);
        }
      }
    });
  }
  const seriesMetrics = new Map(Array.from(bySeries, ([series, sums]) => [series, sums.metrics()]));
  return {
    metrics: panelMetrics(all.metrics(), [...seriesMetrics.values()]),
    bySeries: seriesMetrics,
    byStep: byStep.map((sums) => sums.metrics()),
    windows: parts.length,
  };
}

function quantileAt(forecast: Forecast, row: number, level: number, step: number): number {
  return forecast.quantiles[(row * forecast.levels.length + level) * forecast.horizon + step]!;
}

/** The score a candidate is selected by; candidates whose score is not defined come last. */
export function selectionScore(scores: BacktestScores, metric: MetricName): number {
  const value = scores.metrics[metric];
  if (!Number.isNaN(value)) return value;
  // A scaled metric without any positive scale (all histories constant) falls back to the plain error.
  const plain = scores.metrics.mae;
  return Number.isNaN(plain) ? Number.POSITIVE_INFINITY : plain;
}
