import type { Intermittency, SeriesProfile } from "../../../protocol/profile.ts";
import { autocorrelations } from "../../forecasting/numerics/autocorrelation.ts";
import { quantileOfSorted } from "../../forecasting/numerics/quantile.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import type { Stretch } from "./profile.ts";

/** Limits of Syntetos, Boylan and Croston (2005), "On the categorization of demand patterns". */
const intervalLimit = 1.32;
const variationLimit = 0.49;

/** Describes one series by its stretch of history. */
export function profileSeries(panel: Panel, stretch: Stretch, seasons: readonly number[]): SeriesProfile {
  const values = panel.target.subarray(stretch.from, stretch.to);
  const { mean, deviation, present, zeros } = moments(values);
  const { residuals, trend } = withoutTrend(values);
  const start = panel.offsets[stretch.series]!;
  const rows = panel.history[stretch.series]!;
  return {
    key: [...panel.keys[stretch.series]!],
    rows,
    start: panel.time[start]!,
    end: panel.time[start + rows - 1]!,
    mean: present > 0 ? mean : null,
    deviation: present > 1 ? deviation : null,
    missing: 1 - present / Math.max(1, values.length),
    zeros: zeros / Math.max(1, values.length),
    intermittency: intermittencyOf(values),
    trend,
    seasons: seasonStrengths(residuals, seasons),
    outliers: countOutliers(residuals),
  };
}

function moments(values: Float64Array): { mean: number; deviation: number; present: number; zeros: number } {
  let [present, sum, squares, zeros] = [0, 0, 0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    present++;
    sum += value;
    if (value === 0) zeros++;
  }
  const mean = sum / Math.max(1, present);
  for (const value of values) if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / Math.max(1, present - 1)), present, zeros };
}

/**
 * Class by the mean interval between demands and the squared coefficient of variation of their size. Series with negative values are no
 * demand and count as smooth.
 */
export function intermittencyOf(values: Float64Array): Intermittency {
  const demands = values.filter((value) => value !== 0 && !Number.isNaN(value));
  const present = values.filter((value) => !Number.isNaN(value)).length;
  if (demands.some((value) => value < 0)) return "smooth";
  if (demands.length === 0) return present === 0 ? "smooth" : "intermittent";
  const { mean, deviation } = moments(demands);
  const interval = present / demands.length;
  const erratic = (deviation / mean) ** 2 >= variationLimit;
  if (interval < intervalLimit) return erratic ? "erratic" : "smooth";
  return erratic ? "lumpy" : "intermittent";
}

/** Distances from the least-squares line through a series, NaN kept, and the share of variance the line explains. */
export function withoutTrend(values: Float64Array): { residuals: Float64Array; trend: number } {
  let [count, sumT, sumY] = [0, 0, 0];
  for (let t = 0; t < values.length; t++) {
    if (Number.isNaN(values[t]!)) continue;
    count++;
    sumT += t;
    sumY += values[t]!;
  }
  const [meanT, meanY] = [sumT / Math.max(1, count), sumY / Math.max(1, count)];
  let [tt, ty, yy] = [0, 0, 0];
  for (let t = 0; t < values.length; t++) {
    if (Number.isNaN(values[t]!)) continue;
    tt += (t - meanT) ** 2;
    ty += (t - meanT) * (values[t]! - meanY);
    yy += (values[t]! - meanY) ** 2;
  }
  const slope = tt > 0 ? ty / tt : 0;
  const residuals = values.map((value, t) => value - meanY - slope * (t - meanT));
  return { residuals, trend: yy > 0 && tt > 0 ? Math.min(1, (ty * ty) / (tt * yy)) : 0 };
}

/** Autocorrelation of what a line leaves of a series, at each season that it holds at least twice; zero at least. */
export function seasonStrengths(residuals: Float64Array, seasons: readonly number[]): SeriesProfile["seasons"] {
  const judged = seasons.filter((season) => residuals.length >= 2 * season);
  // A straight line leaves residuals of rounding errors, which correlate by accident.
  const strengths = autocorrelations(residuals, judged, { mean: 0, divisor: "pairs", constant: 1e-20 });
  return judged.map((season, index) => ({ season, strength: Math.min(1, Math.max(0, strengths[index]!)) }));
}

function countOutliers(residuals: Float64Array): number {
  const sorted = residuals.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length < 8) return 0;
  const lower = quantileOfSorted(sorted, 0.25, "upper");
  const upper = quantileOfSorted(sorted, 0.75, "upper");
  const fence = 3 * (upper - lower);
  return sorted.filter((value) => value < lower - fence || value > upper + fence).length;
}
