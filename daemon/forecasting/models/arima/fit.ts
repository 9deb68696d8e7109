import { type LeastSquares, leastSquares, sumOfSquares } from "../../numerics/levenberg-marquardt.ts";
import { conditionalErrors, whiten } from "./arma-filter.ts";
import { coefficientsAt, vectorOf } from "./coefficients.ts";
import { ConcentratedErrors, regress } from "./concentrated.ts";
import { type Design, unexplained } from "./design.ts";
import { type ArimaOrder, type ArmaCoefficients, coefficientCount } from "./order.ts";
import { lagPolynomials, rootsBeyond } from "./polynomial.ts";

/** A regression with ARMA errors estimated by exact maximum likelihood. */
export interface ArmaFit {
  readonly order: ArimaOrder;
  readonly coefficients: ArmaCoefficients;
  /** Coefficients of the design's orthonormal regressors, in units of its scale. */
  readonly regression: Float64Array;
  readonly logLikelihood: number;
  /** Sum of squared standardised one-step errors, in the units of the data. */
  readonly sumOfSquares: number;
  /** Akaike's criterion corrected for small samples (Hurvich & Tsai 1989); infinite where there are too few values. */
  readonly aicc: number;
  /** Estimated coefficients, the variance not counted. */
  readonly parameters: number;
}

/**
 * Regression coefficients for given ARMA coefficients (generalised least squares) and the sum of squared standardised errors in
 * the units of the data. Undefined where they cannot be computed.
 */
export function regressionGiven(
  { columns, scale }: Design,
  coefficients: ArmaCoefficients,
  season: number,
): { regression: Float64Array; sumOfSquares: number } | undefined {
  const whitened = new Float64Array(columns.values.length);
  const regression = new Float64Array(columns.count - 1);
  if (whiten(columns, lagPolynomials(coefficients, season), whitened) === undefined) return undefined;
  if (!regress(columns, whitened, new Float64Array(regression.length ** 2), regression)) return undefined;
  return { regression, sumOfSquares: sumOfSquares(whitened.subarray(0, columns.length)) * scale ** 2 };
}

/** How closely a fit is to be iterated: a search compares criteria, a final fit is reported. */
export interface Precision {
  readonly iterations: number;
  readonly tolerance: number;
}

export const searchPrecision: Precision = { iterations: 25, tolerance: 1e-6 };
export const finalPrecision: Precision = { iterations: 60, tolerance: 1e-10 };

/**
 * Exact maximum likelihood of a regression with ARMA errors, regression coefficients concentrated out: with v the whitened
 * residuals and F their variances, −2 log L = n log(2π Σv²/n) + Σ log F + n, so v scaled by exp(Σ log F / 2n) is a plain least-squares
 * problem. Starts from the conditional sum of squares' optimum, or from `hint` (coefficients of a similar model) where that is more likely.
 * Undefined where it cannot be fitted.
 */
export function fitArma(
  design: Design,
  order: ArimaOrder,
  precision: Precision,
  hint?: ArmaCoefficients,
): ArmaFit | undefined {
  const { columns, scale } = design;
  const { length } = columns;
  const size = coefficientCount(order);
  const parameters = size + columns.count - 1;
  if (length <= parameters) return undefined;
  const errors = new ConcentratedErrors(columns, order, whiten);
  const scaled = new Float64Array(length);
  const cost = (x: Float64Array) => (errors.at(x, scaled) ? sumOfSquares(scaled) : Number.POSITIVE_INFINITY);
  const starts = [conditionalStart(design, order), ...(hint === undefined ? [] : [vectorOf(hint, order)])];
  const from = starts.toSorted((a, b) => cost(a) - cost(b))[0]!;
  const best = leastSquares(errors.at, from, length, { ...precision, near: errors.near });
  if (best === undefined) return undefined;
  errors.at(best.x, scaled);
  const deviance = length * (Math.log((2 * Math.PI * best.sumOfSquares * scale ** 2) / length) + 1);
  const penalty = 2 * (parameters + 1);
  const left = length - parameters - 2;
  return {
    order,
    coefficients: coefficientsAt(best.x, order),
    regression: errors.regression,
    logLikelihood: -deviance / 2,
    sumOfSquares: (best.sumOfSquares * scale ** 2) / Math.exp(errors.logVariance / length),
    aicc: left > 0 ? deviance + penalty + (penalty * (parameters + 2)) / left : Number.POSITIVE_INFINITY,
    parameters,
  };
}

/**
 * Where to start the search for the maximum: the best optimum of the conditional sum of squares over several starts, where enough
 * values remain after the condition. A mixed process has a ridge along which its two polynomials cancel, so it is entered
 * from both sides.
 */
function conditionalStart(design: Design, order: ArimaOrder): Float64Array {
  const { columns } = design;
  const starts = genericStarts(order);
  const condition = order.p + order.P * order.season;
  if (columns.length - condition < 3 * (coefficientCount(order) + columns.count)) return starts[0]!;
  // The regressors by plain least squares: closer ones do not change where the search ends, and cost most of its time.
  const alone = { count: 1, length: columns.length, values: unexplained(columns) };
  const errors = new ConcentratedErrors(alone, order, conditionalErrors);
  const precision = { iterations: 10, tolerance: 1e-4, limit: 2, near: errors.near };
  let best: LeastSquares | undefined;
  for (const start of starts) {
    const found = leastSquares(errors.at, start, columns.length, precision);
    if (found !== undefined && !(best !== undefined && best.sumOfSquares <= found.sumOfSquares)) best = found;
  }
  return best?.x ?? starts[0]!;
}

function genericStarts({ p, q, P, Q }: ArimaOrder): Float64Array[] {
  const at = (ar: number, ma: number, seasonalAr: number, seasonalMa: number) => {
    const x = new Float64Array(p + q + P + Q);
    if (p > 0) x[0] = ar;
    if (q > 0) x[p] = ma;
    if (P > 0) x[p + q] = seasonalAr;
    if (Q > 0) x[p + q + P] = seasonalMa;
    return x;
  };
  // A positive coordinate of a moving average stands for a negative coefficient.
  if (P > 0 && Q > 0) return [at(0.3, 0.9, 0.1, 0.5), at(0.5, -0.2, 0.9, 0.5), at(0.1, 0.3, 0.5, -0.3)];
  if (p > 0 && q > 0) return [at(0.3, 0.9, 0.1, 0.5), at(0.5, -0.2, 0.1, 0.5)];
  return [at(0.1, 0.1, 0.1, 0.5)];
}

/** Smallest modulus of roots that a chosen model may have: nearer to 1 its estimates and forecasts are fragile. */
const smallestRoot = 1.01;

/**
 * Whether a fit is safely stationary and invertible: R's `auto.arima` asks for roots beyond 1.01 of the whole polynomials, which is
 * 1.01 to the power of the season for the seasonal ones; here no more than `seasonalRoot` is asked of those.
 */
export function isSafe({ coefficients, order }: ArmaFit, seasonalRoot: number): boolean {
  const negative = (values: readonly number[]) => values.map((value) => -value);
  const seasonal = Math.min(seasonalRoot, smallestRoot ** order.season);
  return (
    rootsBeyond(coefficients.ar, smallestRoot) &&
    rootsBeyond(negative(coefficients.ma), smallestRoot) &&
    rootsBeyond(coefficients.seasonalAr, seasonal) &&
    rootsBeyond(negative(coefficients.seasonalMa), seasonal)
  );
}
