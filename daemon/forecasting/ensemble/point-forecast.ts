import type { MetricName } from "../../../protocol/experiment/schema.ts";
import { type FoldForecast, scoreBacktest, selectionScore } from "../evaluation/backtest.ts";
import { withMedianAsMean } from "../models/levels.ts";

/** Which value of its distribution a candidate gives as the point forecast. */
export type Point = "mean" | "median";

/** Absolute errors are least at the median of the distribution, squared ones at its mean. */
const absolute: ReadonlySet<MetricName> = new Set(["mae", "mape", "smape", "wape", "mase", "mdape"]);

/**
 * Under an absolute error takes whichever of mean and median scores better on the backtest: skewed and intermittent demand
 * have medians far below their means. Under other metrics the mean stays.
 */
export function choosePoint(parts: readonly FoldForecast[], metric: MetricName, levels: readonly number[]): Point {
  if (!absolute.has(metric)) return "mean";
  const mean = selectionScore(scoreBacktest(parts, levels), metric);
  const median = selectionScore(scoreBacktest(withPoint(parts, "median"), levels), metric);
  return median < mean ? "median" : "mean";
}

/** The same forecasts with the chosen point forecast. */
export function withPoint(parts: readonly FoldForecast[], point: Point): readonly FoldForecast[] {
  if (point === "mean") return parts;
  return parts.map(({ fold, forecast }) => ({ fold, forecast: withMedianAsMean(forecast) }));
}
