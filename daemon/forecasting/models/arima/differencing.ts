import { needsDifference } from "../../numerics/kpss.ts";
import { designOf, unexplained } from "./design.ts";
import type { ArimaOrder } from "./order.ts";
import { difference } from "./polynomial.ts";
import { isStrong } from "./seasonal-strength.ts";

/** Numbers of plain and seasonal differences, and the season. */
export type Differences = Pick<ArimaOrder, "d" | "D" | "season">;

/** Numbers of differences that are not to be chosen. */
export interface FixedDifferences {
  readonly d?: number | undefined;
  readonly D?: number | undefined;
}

const maximumDifferences = 2;

/** Strength above which a series is differenced at its season, as R's `forecast::nsdiffs` has it. */
const differencingStrength = 0.64;

/** Residuals of ordinary least squares on a constant and the regressors. */
export function leastSquaresResiduals(response: Float64Array, regressors: readonly Float64Array[]): Float64Array {
  if (regressors.length === 0) return response;
  const { columns, scale } = designOf(response, regressors, { d: 0, D: 0, season: 1 }, true);
  return unexplained(columns).map((value) => value * scale);
}

/**
 * Numbers of differences: a seasonal one where the season of the (regression's) residuals is strong, then plain ones until the KPSS test no
 * longer rejects stationarity; fewer where they would leave a regressor constant. Fixed numbers are taken as they are.
 */
export function chooseDifferences(
  response: Float64Array,
  regressors: readonly Float64Array[],
  season: number,
  fixed: FixedDifferences,
): Differences {
  const residuals = leastSquaresResiduals(response, regressors);
  const magnitude = response.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const usable = (order: { d: number; D: number; season: number }) =>
    regressors.every((values) => !isConstant(difference(values, order), 0));
  let D = fixed.D ?? 0;
  if (fixed.D === undefined && season > 1) {
    D = isStrong(residuals, season, differencingStrength) && usable({ d: 0, D: 1, season }) ? 1 : 0;
  }
  if (season === 1 || response.length <= D * season + 1) D = 0;
  if (fixed.d !== undefined) return { d: fixed.d, D, season };
  let d = 0;
  let current = difference(residuals, { d: 0, D, season });
  while (d < maximumDifferences && !isConstant(current, magnitude) && needsDifference(current)) {
    if (!usable({ d: d + 1, D, season })) break;
    d++;
    current = difference(current, { d: 1, D: 0, season });
  }
  return { d, D, season };
}

/** Whether values differ by no more than rounding, given the magnitude of the numbers they were computed from. */
export function isConstant(values: Float64Array, magnitude: number): boolean {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return !(high - low > 1e-12 * Math.max(magnitude, Math.abs(high), Math.abs(low)));
}
