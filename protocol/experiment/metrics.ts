import type { MetricName } from "./schema.ts";

/** What a person needs to know to choose a metric; the reference page, hovers and completion show it. */
export interface MetricCard {
  /** Full name, such as "mean absolute scaled error". */
  readonly title: string;
  /** What it measures, in one sentence. */
  readonly definition: string;
  /** Formula in plain text; the symbols are explained at the head of docs/reference/metrics.md. */
  readonly formula: string;
  /** How it becomes one number for several series: over all values together, or series by series. */
  readonly over: "all values" | "series";
  /** Where it is least: absolute errors at a distribution's median, squared ones at its mean; some see quantiles only. */
  readonly leastAt: "mean" | "median" | "quantiles";
  readonly unit: "target" | "percent" | "none";
  /** Smallest and largest value; undefined: no upper limit. */
  readonly range: readonly [least: number, most: number | undefined];
  /** When to choose it, and what to look out for. */
  readonly choose: string;
}

/** Every metric that an experiment can name; lower is better for every one. */
export const metricCards: Readonly<Record<MetricName, MetricCard>> = {
  mae: {
    title: "mean absolute error",
    definition: "Mean distance between forecast and actual value, in the target's own unit.",
    formula: "mean |y − f|",
    over: "all values",
    leastAt: "median",
    unit: "target",
    range: [0, undefined],
    choose: "A miss costs the same per unit wherever it happens. Series with large values decide the result.",
  },
  rmse: {
    title: "root mean squared error",
    definition: "Root of the mean squared error, in the target's own unit; large misses weigh more.",
    formula: "√ mean (y − f)²",
    over: "all values",
    leastAt: "mean",
    unit: "target",
    range: [0, undefined],
    choose: "One large miss is worse than several small ones, or the total matters: the mean minimises it.",
  },
  mape: {
    title: "mean absolute percentage error",
    definition: "Mean absolute error in percent of the actual value; values of zero are left out.",
    formula: "100 × mean (|y − f| ÷ |y|), over y ≠ 0",
    over: "all values",
    leastAt: "median",
    unit: "percent",
    range: [0, undefined],
    choose: "Others expect it. Only for values far from zero: small ones blow it up, and it favours low forecasts.",
  },
  smape: {
    title: "symmetric mean absolute percentage error",
    definition: "Absolute error in percent of the mean of actual value and forecast, from 0 to 200.",
    formula: "100 × mean (2 |y − f| ÷ (|y| + |f|)), where 0 ÷ 0 counts as 0",
    over: "series",
    leastAt: "median",
    unit: "percent",
    range: [0, 200],
    choose:
      "Results are compared with the M3 and M4 competitions. An actual of zero costs 200 % unless the forecast is zero.",
  },
  wape: {
    title: "weighted absolute percentage error",
    definition: "Sum of absolute errors in percent of the sum of actual values; small values cannot blow it up.",
    formula: "100 × Σ |y − f| ÷ Σ |y|",
    over: "all values",
    leastAt: "median",
    unit: "percent",
    range: [0, undefined],
    choose: "Sales and demand: the share of the volume that is wrong. Large series count more; zeros do no harm.",
  },
  mase: {
    title: "mean absolute scaled error",
    definition: "Absolute error over the seasonal naive error in the history; below 1 is better than that forecast.",
    formula: "mean |y − f| ÷ a, where a = mean |y[t] − y[t − m]| over the history",
    over: "series",
    leastAt: "median",
    unit: "none",
    range: [0, undefined],
    choose: "The default. Series of different size or unit count alike (Hyndman & Koehler 2006; M4).",
  },
  rmsse: {
    title: "root mean squared scaled error",
    definition: "Root of the squared error over the squared seasonal naive error in the history, as in M5.",
    formula: "√ (mean (y − f)² ÷ s), where s = mean (y[t] − y[t − m])² over the history",
    over: "series",
    leastAt: "mean",
    unit: "none",
    range: [0, undefined],
    choose: "As MASE, where large misses weigh more, or demand is zero most of the time: MASE then favours zero.",
  },
  mdape: {
    title: "median absolute percentage error",
    definition: "Median of the absolute errors in percent of the actual value; a few extreme misses do not move it.",
    formula: "100 × median (|y − f| ÷ |y|), over y ≠ 0",
    over: "all values",
    leastAt: "median",
    unit: "percent",
    range: [0, undefined],
    choose: "The typical miss matters and rare ones do not. It says nothing about the worse half of the forecasts.",
  },
  nrmse: {
    title: "normalised root mean squared error",
    definition: "RMSE over the mean size of the actual values.",
    formula: "√ mean (y − f)² ÷ mean |y|",
    over: "all values",
    leastAt: "mean",
    unit: "none",
    range: [0, undefined],
    choose: "As RMSE, but comparable between data sets of different size.",
  },
  wql: {
    title: "weighted quantile loss",
    definition: "Quantile loss over all levels, relative to the sum of actual values; judges the intervals too.",
    formula: "Σ mean over q of 2 × max (q (y − f_q), (q − 1) (y − f_q)) ÷ Σ |y|",
    over: "all values",
    leastAt: "quantiles",
    unit: "none",
    range: [0, undefined],
    choose: "Decisions use the quantiles, such as safety stock. Large series count more, as in WAPE.",
  },
  sql: {
    title: "scaled quantile loss",
    definition: "Quantile loss over the seasonal naive error in the history; judges the intervals too.",
    formula: "mean of (mean over q of 2 × max (q (y − f_q), (q − 1) (y − f_q))) ÷ a",
    over: "series",
    leastAt: "quantiles",
    unit: "none",
    range: [0, undefined],
    choose: "As WQL, where series of different size count alike, as in MASE.",
  },
};
