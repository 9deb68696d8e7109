import type { Problem } from "../../../protocol/errors.ts";
import type { Totals } from "../../../protocol/report.ts";
import type { FoldForecast } from "../../forecasting/evaluation/backtest.ts";
import { type Forecast, meanOf } from "../../forecasting/models/forecast.ts";
import { type Panel, pastOf, seriesCount } from "../../forecasting/panel/panel.ts";

/** Bias of the backtest, in per cent, beyond which totals are not to be trusted. */
const notableBias = 10;

const yearMs = 365.25 * 86_400_000;

/** Share of the forecast that series which reach back must have for an earlier total to compare with it. */
const comparableShare = 0.95;

/**
 * The total that a forecast adds up to, in units of the target, beside what the series were over the last `horizon` steps
 * and over the window a year earlier, and the bias of the winner's means on the backtest. An earlier total leaves out
 * series that do not reach back so far. It is null if these make up a notable part of the forecast.
 */
export function totalsOf(panel: Panel, forecast: Forecast, gap: number, parts: readonly FoldForecast[]): Totals {
  const year = stepsPerYear(panel);
  return {
    forecast: sumOf(forecast.mean),
    recent: totalBefore(panel, forecast, 0),
    yearAgo: totalBefore(panel, forecast, year - gap - forecast.horizon),
    bias: biasOf(parts),
  };
}

/** What the series were over the `horizon` steps that end `stepsBack` steps before the ends of their pasts. */
function totalBefore(panel: Panel, forecast: Forecast, stepsBack: number): number | null {
  const { horizon } = forecast;
  if (stepsBack < 0) return null;
  let [total, comparable, all] = [0, 0, 0];
  for (let series = 0; series < seriesCount(panel); series++) {
    const past = pastOf(panel, panel.target, series);
    const size = Math.abs(sumOf(meanOf(forecast, series)));
    const end = past.length - stepsBack;
    all += size;
    if (end < horizon) continue;
    comparable += size;
    total += sumOf(past.subarray(end - horizon, end));
  }
  return comparable > 0 && comparable >= comparableShare * all ? total : null;
}

/** Σ (mean − actual) ÷ Σ |actual| over all windows of a backtest, in per cent; null if the actual values are all zero. */
function biasOf(parts: readonly FoldForecast[]): number | null {
  let [difference, size] = [0, 0];
  for (const { fold, forecast } of parts) {
    forecast.mean.forEach((mean, index) => {
      const actual = fold.actual[index]!;
      if (Number.isNaN(actual) || Number.isNaN(mean)) return;
      difference += mean - actual;
      size += Math.abs(actual);
    });
  }
  return size > 0 ? (100 * difference) / size : null;
}

/** Warns if the means of the backtest added up to much more or much less than what came. */
export function biasProblem({ bias }: Totals): Problem | undefined {
  if (bias === null || Math.abs(bias) <= notableBias) return undefined;
  const side = bias > 0 ? "above" : "below";
  return {
    severity: "warning",
    code: "biased-backtest",
    message: `On the backtest, the forecasts added up to ${Math.abs(bias).toFixed(0)} % ${side} what came: totals of this forecast may be as far off.`,
    fix: "Look at the backtest windows in the report: a change of level is learnt late, and a known covariate or another metric (rmsse) may help.",
  };
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => (Number.isNaN(value) ? sum : sum + value), 0);
}

/** Steps of a year, by the times of the first series; more than any history if it has one step. */
function stepsPerYear({ time, offsets }: Panel): number {
  const first = time[0];
  const last = time[(offsets[1] ?? 0) - 1];
  const count = (offsets[1] ?? 0) - 1;
  if (first === undefined || last === undefined || last <= first) return Number.MAX_SAFE_INTEGER;
  return Math.max(1, Math.round((yearMs * count) / (last - first)));
}
