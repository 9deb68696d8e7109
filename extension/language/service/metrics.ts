import type { MetricName } from "../../../protocol/experiment/schema.ts";

/** What each metric measures, in a sentence; lower is better for every one. */
export const metricDocs: Readonly<Record<MetricName, string>> = {
  mae: "Mean absolute error, in the target's own unit.",
  rmse: "Root of the mean squared error, in the target's own unit; large misses weigh more.",
  mape: "Mean absolute error in percent of the actual value; undefined where that is zero.",
  smape: "Absolute error in percent of the mean of actual and forecast, from 0 to 200.",
  wape: "Sum of absolute errors over the sum of actual values: percent error that small values cannot blow up.",
  mase: "Absolute error over that of the seasonal naive forecast in the history; below 1 beats it (Hyndman & Koehler 2006).",
  rmsse: "Squared-error sibling of MASE, as in the M5 competition.",
  mdape: "Median absolute percentage error; ignores a few extreme misses.",
  nrmse: "RMSE over the mean of the actual values.",
  wql: "Weighted quantile loss over all levels, relative to the sum of actual values; judges the intervals too.",
  sql: "Scaled quantile loss: quantile loss over the seasonal naive error of the history; judges the intervals too.",
};
