import { quantileOfSorted } from "../numerics/quantile.ts";
import { type Panel, pastOf, rowsOf, seriesCount } from "../panel/panel.ts";
import { type Decorator, viewing } from "./decorated.ts";

/** Values of a series from which single ones can be told from the others. */
const fewestValues = 24;

/** A slip lies this many times as far from the median as 98 % of the values do, and as the median is from zero. */
const [usualShare, timesAsFar] = [0.98, 20];

/** Share of the values that may be slips: what comes oftener is how the series is. */
const mostSlips = 0.015;

/** A value this many times as far from the mean as values are on average makes a closer look worth its time. */
const worthALook = 10;

const withoutSlipsLayer = viewing(withoutSlips);

/**
 * Lets a model not see slips: single values far beyond all others of their series (a wrong unit, a misplaced
 * decimal point, a code such as −9999 for a missing value). One of them would else widen intervals and bend levels for long.
 */
export const sparedSlips: Decorator = {
  fitted: (panel) => ({ seen: withoutSlips(panel), layer: withoutSlipsLayer }),
  loaded: (saved) => ({ inner: saved, layer: withoutSlipsLayer }),
};

/** The panel with slips of the target as missing values. */
export function withoutSlips(panel: Panel): Panel {
  const rows = slipsOf(panel);
  if (rows.length === 0) return panel;
  const target = panel.target.slice();
  for (const row of rows) target[row] = Number.NaN;
  return { ...panel, target };
}

/** Rows of a panel whose target is a slip, going by the past of each series. */
export function slipsOf(panel: Panel): number[] {
  const rows: number[] = [];
  for (let series = 0; series < seriesCount(panel); series++) {
    const { start } = rowsOf(panel, series);
    for (const step of slipsIn(pastOf(panel, panel.target, series))) rows.push(start + step);
  }
  return rows;
}

function slipsIn(past: Float64Array): number[] {
  if (past.length < fewestValues || !isSuspicious(past)) return [];
  const present = past.filter((value) => !Number.isNaN(value)).sort();
  const median = quantileOfSorted(present, 0.5, "upper");
  const distances = present.map((value) => Math.abs(value - median)).sort();
  const usual = quantileOfSorted(distances, usualShare, "lower");
  if (present.length < fewestValues || usual === 0) return [];
  const limit = timesAsFar * Math.max(usual, Math.abs(median));
  const steps = [...past.keys()].filter((step) => Math.abs(past[step]! - median) > limit);
  if (steps.length > Math.max(1, mostSlips * present.length)) return [];
  const end = startOfLastRun(past, steps);
  return past.length - end < 2 ? steps : steps.filter((step) => step < end);
}

/** First step of the run of slips at the end of a series, its length where there is none: several in a row may be a new level. */
function startOfLastRun(past: Float64Array, steps: readonly number[]): number {
  let start = past.length;
  for (let i = steps.length - 1; i >= 0 && steps[i] === start - 1; i--) start--;
  return start;
}

/** Whether any value is far from the mean: one pass, since most series have no slips. */
function isSuspicious(past: Float64Array): boolean {
  let [count, sum] = [0, 0];
  for (const value of past) {
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
  }
  const mean = sum / count;
  let [total, farthest] = [0, 0];
  for (const value of past) {
    if (Number.isNaN(value)) continue;
    const distance = Math.abs(value - mean);
    total += distance;
    if (distance > farthest) farthest = distance;
  }
  return farthest * count > worthALook * total;
}
