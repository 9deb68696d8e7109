import { solveSymmetric } from "./cholesky.ts";

/** Writes the residuals at `x` into `out`; false where the function is not defined there. */
export type Residuals = (x: Float64Array, out: Float64Array) => boolean;

export interface LeastSquaresOptions {
  readonly iterations?: number;
  readonly tolerance?: number;
  readonly limit?: number;
  /** Residuals, to first order, next to the point of the last call of the residuals, where that is cheaper. */
  readonly near?: Residuals;
}

/** Longest step in one coordinate: the quadratic model is not to be trusted further. */
const longest = 1;

export interface LeastSquares {
  readonly x: Float64Array;
  readonly sumOfSquares: number;
}

/** Step of the forward differences: near the square root of double precision, coarser for noise in the residuals. */
const differenceStep = 1e-6;

/**
 * Minimises a sum of squared residuals from `start` by the Levenberg–Marquardt method (Marquardt 1963) with forward differences
 * and damping relative to the diagonal. Coordinates stay within ±`limit`. Ends when a step lowers the sum by less than
 * `tolerance` relative to it, or after `iterations` steps. Undefined where the residuals are not defined at the start.
 */
export function leastSquares(
  residuals: Residuals,
  start: Float64Array,
  count: number,
  { iterations = 40, tolerance = 1e-9, limit = 5, near = residuals }: LeastSquaresOptions = {},
): LeastSquares | undefined {
  const size = start.length;
  let x = start.slice();
  let current = new Float64Array(count);
  let trial = new Float64Array(count);
  if (!residuals(x, current)) return undefined;
  let sum = sumOfSquares(current);
  let damping = 1e-2;
  const jacobian = new Float64Array(size * count);
  for (let iteration = 0; iteration < iterations && size > 0; iteration++) {
    // The last point tried is the one accepted, so `near` is next to it.
    differentiate(near, x, current, jacobian, trial);
    const { normal, gradient } = normalEquations(jacobian, current, size, count);
    const before = sum;
    let accepted = false;
    while (!accepted && damping < 1e8) {
      const next = stepFrom(x, normal, gradient, damping, limit);
      if (next !== undefined && residuals(next, trial) && sumOfSquares(trial) < sum) {
        x = next;
        [current, trial] = [trial, current];
        sum = sumOfSquares(current);
        damping = Math.max(1e-9, damping / 10);
        accepted = true;
      } else damping *= 8;
    }
    if (!accepted || before - sum <= tolerance * before) break;
  }
  return { x, sumOfSquares: sum };
}

/** Σ v². */
export function sumOfSquares(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return sum;
}

/** Forward differences; backwards where the function is not defined ahead. */
function differentiate(
  residuals: Residuals,
  x: Float64Array,
  current: Float64Array,
  jacobian: Float64Array,
  work: Float64Array,
): void {
  const count = current.length;
  for (let k = 0; k < x.length; k++) {
    const moved = x.slice();
    let step = differenceStep;
    moved[k] = x[k]! + step;
    if (!residuals(moved, work)) {
      step = -step;
      moved[k] = x[k]! + step;
      if (!residuals(moved, work)) work.set(current);
    }
    for (let i = 0; i < count; i++) jacobian[k * count + i] = (work[i]! - current[i]!) / step;
  }
}

function normalEquations(jacobian: Float64Array, current: Float64Array, size: number, count: number) {
  const normal = new Float64Array(size * size);
  const gradient = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    for (let l = 0; l <= k; l++) {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += jacobian[k * count + i]! * jacobian[l * count + i]!;
      normal[k * size + l] = sum;
    }
    let sum = 0;
    for (let i = 0; i < count; i++) sum += jacobian[k * count + i]! * current[i]!;
    gradient[k] = sum;
  }
  return { normal, gradient };
}

function stepFrom(
  x: Float64Array,
  normal: Float64Array,
  gradient: Float64Array,
  damping: number,
  limit: number,
): Float64Array<ArrayBuffer> | undefined {
  const size = x.length;
  const damped = normal.slice();
  let largest = 0;
  for (let k = 0; k < size; k++) largest = Math.max(largest, normal[k * size + k]!);
  for (let k = 0; k < size; k++) {
    const diagonal = normal[k * size + k]!;
    damped[k * size + k] = diagonal + damping * Math.max(diagonal, 1e-8 * largest);
  }
  const step = gradient.map((value) => -value);
  if (!solveSymmetric(damped, step, size)) return undefined;
  return x.map((value, k) =>
    Math.min(limit, Math.max(-limit, value + Math.min(longest, Math.max(-longest, step[k]!)))),
  );
}
