import { solveSymmetric } from "../../numerics/cholesky.ts";
import type { Columns } from "./arma-filter.ts";
import { coefficientsAt } from "./coefficients.ts";
import type { ArimaOrder } from "./order.ts";
import { type LagPolynomials, lagPolynomials } from "./polynomial.ts";

/** Writes the filtered columns to `out`; returns the sum of their log variances, undefined where there is none. */
export type Filter = (columns: Columns, polynomials: LagPolynomials, out: Float64Array) => number | undefined;

/**
 * Residuals of a regression with ARMA errors as a function of the ARMA coefficients alone: the regression coefficients are those of
 * generalised least squares at each point. Multiplied by exp(Σ log F / 2n), so that their sum of squares is what the likelihood
 * falls with.
 */
export class ConcentratedErrors {
  readonly regression: Float64Array;
  logVariance = 0;
  readonly #columns: Columns;
  readonly #order: ArimaOrder;
  readonly #filter: Filter;
  readonly #filtered: Float64Array;
  readonly #normal: Float64Array;
  readonly #combined: Columns;
  #combinedIsCurrent = false;

  constructor(columns: Columns, order: ArimaOrder, filter: Filter) {
    const { count, length } = columns;
    this.#columns = columns;
    this.#order = order;
    this.#filter = filter;
    this.#filtered = new Float64Array(columns.values.length);
    this.regression = new Float64Array(count - 1);
    this.#normal = new Float64Array((count - 1) ** 2);
    this.#combined = { count: 1, length, values: new Float64Array(length) };
  }

  /** Writes the residuals at `x` (see `coefficientsAt`) into `out`; false where they cannot be computed. */
  readonly at = (x: Float64Array, out: Float64Array): boolean => {
    const { length } = this.#columns;
    this.#combinedIsCurrent = false;
    const logs = this.#run(this.#columns, x, this.#filtered);
    if (logs === undefined || !regress(this.#columns, this.#filtered, this.#normal, this.regression)) return false;
    this.logVariance = logs;
    scaleInto(out, this.#filtered, logs, length);
    return Number.isFinite(out[length - 1]!);
  };

  /**
   * The same for an `x` next to the point of the last call of `at`, for derivatives: the errors at that point's regression, less what
   * the regressors filtered there explain (Kaufman 1975, BIT 15, 49–57). One column is filtered instead of all.
   */
  readonly near = (x: Float64Array, out: Float64Array): boolean => {
    const { length } = this.#columns;
    const logs = this.#run(this.#response(), x, out);
    if (logs === undefined) return false;
    this.#project(out);
    scaleInto(out, out, logs, length);
    return Number.isFinite(out[length - 1]!);
  };

  #run(columns: Columns, x: Float64Array, out: Float64Array): number | undefined {
    return this.#filter(columns, lagPolynomials(coefficientsAt(x, this.#order), this.#order.season), out);
  }

  /** The unfiltered response less the regression. */
  #response(): Columns {
    if (this.#combinedIsCurrent) return this.#combined;
    const { length, values } = this.#columns;
    const combined = this.#combined.values;
    combined.set(values.subarray(0, length));
    this.regression.forEach((coefficient, i) => {
      subtract(combined, coefficient, values, (i + 1) * length);
    });
    this.#combinedIsCurrent = true;
    return this.#combined;
  }

  /** Takes the part along the filtered regressors away. */
  #project(errors: Float64Array): void {
    const { length, count } = this.#columns;
    const size = count - 1;
    if (size === 0) return;
    const along = Float64Array.from({ length: size }, (_, i) =>
      dot(this.#filtered, (i + 1) * length, errors, 0, length),
    );
    if (!solveSymmetric(this.#normal.slice(), along, size)) return;
    along.forEach((coefficient, i) => {
      subtract(errors, coefficient, this.#filtered, (i + 1) * length);
    });
  }
}

function scaleInto(out: Float64Array, errors: Float64Array, logVariance: number, length: number): void {
  const factor = Math.exp(logVariance / (2 * length));
  for (let t = 0; t < length; t++) out[t] = errors[t]! * factor;
}

function dot(a: Float64Array, fromA: number, b: Float64Array, fromB: number, length: number): number {
  let sum = 0;
  for (let t = 0; t < length; t++) sum += a[fromA + t]! * b[fromB + t]!;
  return sum;
}

/** target −= coefficient · column. */
function subtract(target: Float64Array, coefficient: number, values: Float64Array, from: number): void {
  for (let t = 0; t < target.length; t++) target[t] = target[t]! - coefficient * values[from + t]!;
}

/**
 * Generalised least squares on filtered columns: writes the regressors' products to `normal` and their coefficients to `regression`; the
 * errors of column 0 are left in place of it. False where the regressors are collinear.
 */
export function regress(
  { count, length }: Columns,
  filtered: Float64Array,
  normal: Float64Array,
  regression: Float64Array,
): boolean {
  const size = count - 1;
  if (size === 0) return true;
  for (let i = 0; i < size; i++) {
    const left = (i + 1) * length;
    for (let j = 0; j <= i; j++) normal[i * size + j] = dot(filtered, left, filtered, (j + 1) * length, length);
    regression[i] = dot(filtered, left, filtered, 0, length);
  }
  if (!solveSymmetric(normal.slice(), regression, size)) return false;
  const errors = filtered.subarray(0, length);
  for (let i = 0; i < size; i++) subtract(errors, regression[i]!, filtered, (i + 1) * length);
  return true;
}
