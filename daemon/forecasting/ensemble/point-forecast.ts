import { metricCards } from "../../../protocol/experiment/metrics.ts";
import type { MetricName } from "../../../protocol/experiment/schema.ts";
import { type FoldForecast, scoreBacktest, selectionScore } from "../evaluation/backtest.ts";
import type { Forecast } from "../models/forecast.ts";
import { withMedianAsPoint } from "../models/levels.ts";

/** Which value of its distribution a candidate is judged by; `model`: what the loss of the model asks for. */
export const points = ["mean", "median", "model"] as const;

export type Point = (typeof points)[number];

/**
 * If the metric is least at the median, takes the median or what the model's own loss asks for, whichever scores better
 * on the backtest: skewed and intermittent demand have medians far below their means. Under other metrics it is the
 * mean.
 */
export function choosePoint(parts: readonly FoldForecast[], metric: MetricName, levels: readonly number[]): Point {
  if (metricCards[metric].leastAt !== "median") return "mean";
  const own = selectionScore(scoreBacktest(parts, levels), metric);
  const median = selectionScore(scoreBacktest(withPoint(parts, "median"), levels), metric);
  return median < own ? "median" : "model";
}

/** The same forecasts with the chosen points. */
export function withPoint(parts: readonly FoldForecast[], point: Point): readonly FoldForecast[] {
  return parts.map(({ fold, forecast }) => ({ fold, forecast: pointed(forecast, point) }));
}

/** The same forecast with the chosen point. */
export function pointed(forecast: Forecast, point: Point): Forecast {
  if (point === "model") return forecast;
  return point === "median" ? withMedianAsPoint(forecast) : { ...forecast, point: forecast.mean };
}
