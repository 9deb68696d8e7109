import { minimise } from "../../numerics/golden-section.ts";

/**
 * Forms of the theta method: the standard one (simple smoothing with half the linear trend), the optimised one (its share of
 * the trend estimated), and both with the trend line fitted anew at every step (dynamic).
 */
export const thetaVariants = ["standard", "optimised", "dynamic-standard", "dynamic-optimised"] as const;

export type ThetaVariant = (typeof thetaVariants)[number];

/** A fitted form; plain data. */
export interface ThetaFit {
  readonly variant: ThetaVariant;
  readonly alpha: number;
  /** Share of the trend line in the forecast, 1 − 1 / θ. */
  readonly weight: number;
  /** Level before the first value. */
  readonly level: number;
  /** Line of a form that is not dynamic, at step t = 1 for the first value. */
  readonly intercept: number;
  readonly slope: number;
  /** Variance of the one-step errors. */
  readonly variance: number;
  /** Mean squared one-step error in sample, from the third value on. */
  readonly meanSquare: number;
}

/** Values at the start that no form's error counts: a line needs two. */
const skipped = 2;

/** Fits one form: level and weight by least squares for each alpha, alpha by search. Needs four values. */
export function fitVariant(y: Float64Array, variant: ThetaVariant): ThetaFit {
  const line = fittedLine(y);
  const trends = variant.startsWith("dynamic") ? runningLines(y) : fixedLine(y.length, line, variant);
  const fixed = variant.endsWith("standard") ? 0.5 : undefined;
  const cost = (alpha: number) =>
    // The standard form estimates its smoothing without the trend, which it adds afterwards.
    variant === "standard"
      ? profile(y, alpha, trends, 0, 0).squares
      : profile(y, alpha, trends, fixed, skipped).squares;
  const [from, to] = variant === "standard" ? [1e-4, 1 - 1e-4] : [0.1, 0.99];
  const alpha = minimise(cost, from, to, { cells: 12, tolerance: 1e-5 });
  const smoothing =
    variant === "standard" ? profile(y, alpha, trends, 0, 0) : profile(y, alpha, trends, fixed, skipped);
  const { level } = smoothing;
  const weight = fixed ?? smoothing.weight;
  const squares = variant === "standard" ? squaresWith(y, alpha, trends, weight, level) : smoothing.squares;
  const count = y.length - skipped;
  const freedom = variant === "standard" ? y.length - 2 : count - (fixed === undefined ? 3 : 2);
  return {
    variant,
    alpha,
    weight,
    level,
    intercept: variant === "optimised" ? line.intercept : 0,
    slope: variant.startsWith("dynamic") ? 0 : line.slope,
    variance: smoothing.squares / Math.max(1, freedom),
    meanSquare: squares / count,
  };
}

/** Intercepts and slopes of the trend line that is known after 0, 1, 2 … values, for the forecast of the value after. */
interface Lines {
  readonly intercepts: Float64Array;
  readonly slopes: Float64Array;
}

function fittedLine(y: Float64Array): { intercept: number; slope: number } {
  const n = y.length;
  const middle = (n + 1) / 2;
  let sum = 0;
  let weighted = 0;
  for (let i = 0; i < n; i++) {
    sum += y[i]!;
    weighted += y[i]! * (i + 1 - middle);
  }
  const slope = weighted / ((n * (n * n - 1)) / 12);
  return { intercept: sum / n - slope * middle, slope };
}

function fixedLine(n: number, line: { intercept: number; slope: number }, variant: ThetaVariant): Lines {
  return {
    intercepts: new Float64Array(n).fill(variant === "standard" ? 0 : line.intercept),
    slopes: new Float64Array(n).fill(line.slope),
  };
}

function runningLines(y: Float64Array): Lines {
  const intercepts = new Float64Array(y.length);
  const slopes = new Float64Array(y.length);
  const line = new RunningLine();
  for (let i = 1; i < y.length; i++) {
    line.add(y[i - 1]!);
    intercepts[i] = line.intercept;
    slopes[i] = line.slope;
  }
  return { intercepts, slopes };
}

/** Least-squares line through the values 1 … t, updated value by value (Fiorucci et al. 2016, equations 13–15). */
export class RunningLine {
  intercept = 0;
  slope = 0;
  #mean = 0;
  #count = 0;

  add(value: number): void {
    const t = ++this.#count;
    const before = this.#mean;
    this.#mean += (value - before) / t;
    this.slope = t === 1 ? 0 : ((t - 2) * this.slope + (6 * (value - before)) / t) / (t + 1);
    this.intercept = this.#mean - ((t + 1) / 2) * this.slope;
  }
}

interface Profile {
  readonly squares: number;
  readonly level: number;
  readonly weight: number;
}

/**
 * Best start level and trend weight for one alpha: the errors are linear in both. `weight` fixes the share of the trend; the
 * free one lies between 0 and 1 (θ from 1 to infinity).
 */
function profile(y: Float64Array, alpha: number, lines: Lines, weight: number | undefined, from: number): Profile {
  let smooth = 0;
  let decay = 1;
  let rr = 0;
  let rd = 0;
  let rg = 0;
  let dd = 0;
  let dg = 0;
  let gg = 0;
  for (let t = 0; t < y.length; t++) {
    const trend = decay * lines.intercepts[t]! + ((1 - decay * (1 - alpha)) / alpha) * lines.slopes[t]!;
    const rest = y[t]! - smooth;
    if (t >= from) {
      rr += rest * rest;
      rd += rest * decay;
      rg += rest * trend;
      dd += decay * decay;
      dg += decay * trend;
      gg += trend * trend;
    }
    smooth += alpha * rest;
    decay *= 1 - alpha;
  }
  const share = weight ?? freeWeight(rd, rg, dd, dg, gg);
  const level = dd > 1e-300 ? (rd - share * dg) / dd : 0;
  const squares = rr - 2 * (level * rd + share * rg) + level * level * dd + 2 * level * share * dg + share * share * gg;
  return { squares: Math.max(0, squares), level, weight: share };
}

function freeWeight(rd: number, rg: number, dd: number, dg: number, gg: number): number {
  const determinant = dd * gg - dg * dg;
  if (!(determinant > 1e-12 * dd * gg)) return 0.5;
  return Math.min(1, Math.max(0, (dd * rg - dg * rd) / determinant));
}

function squaresWith(y: Float64Array, alpha: number, lines: Lines, weight: number, start: number): number {
  let level = start;
  let decay = 1;
  let squares = 0;
  for (let t = 0; t < y.length; t++) {
    const trend = decay * lines.intercepts[t]! + ((1 - decay * (1 - alpha)) / alpha) * lines.slopes[t]!;
    if (t >= skipped) squares += (y[t]! - level - weight * trend) ** 2;
    level += alpha * (y[t]! - level);
    decay *= 1 - alpha;
  }
  return squares;
}
