import { metricCards } from "../../../protocol/experiment/metrics.ts";
import type { MetricName } from "../../../protocol/experiment/schema.ts";
import { type FoldForecast, scoreBacktest, selectionScore } from "../evaluation/backtest.ts";
import { withMedianAsMean } from "../models/levels.ts";

/** Which value of its distribution a candidate gives as the point forecast. */
export type Point = "mean" | "median";

/**
 * If the metric is least at the median, takes the mean or the median, whichever scores better on the backtest: skewed and
 * intermittent demand have medians far below their means. Under other metrics the mean stays.
 */
export function choosePoint(parts: readonly FoldForecast[], metric: MetricName, levels: readonly number[]): Point {
  if (metricCards[metric].leastAt !== "median") return "mean";
  const mean = selectionScore(scoreBacktest(parts, levels), metric);
  const median = selectionScore(scoreBacktest(withPoint(parts, "median"), levels), metric);
  return median < mean ? "median" : "mean";
}

/** The same forecasts with the chosen point forecast. */
export function withPoint(parts: readonly FoldForecast[], point: Point): readonly FoldForecast[] {
  if (point === "mean") return parts;
  return parts.map(({ fold, forecast }) => ({ fold, forecast: withMedianAsMean(forecast) }));
}
