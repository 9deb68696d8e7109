/** A smooth function of several variables with a positive semidefinite approximation of its curvature. */
export interface CurvedFunction {
  readonly size: number;
  /** Value at `x`; not finite where `x` is not feasible. */
  value(x: Float64Array): number;
  /** Writes gradient (size) and the upper triangle of the curvature (size × size, row-major) at `x`. */
  expand(x: Float64Array, gradient: Float64Array, curvature: Float64Array): void;
}

/** Bounds of every variable. */
export interface Box {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

export interface BoxMinimum {
  readonly value: number;
  readonly iterations: number;
}

/** Scratch memory of one minimisation, reusable for problems up to its size. */
export class BoxWorkspace {
  readonly gradient: Float64Array;
  readonly curvature: Float64Array;
  readonly factor: Float64Array;
  readonly step: Float64Array;
  readonly trial: Float64Array;
  readonly held: Uint8Array;

  constructor(size: number) {
    this.gradient = new Float64Array(size);
    this.curvature = new Float64Array(size * size);
    this.factor = new Float64Array(size * size);
    this.step = new Float64Array(size);
    this.trial = new Float64Array(size);
    this.held = new Uint8Array(size);
  }
}

export interface BoxOptions {
  readonly maximumIterations: number;
  /** Ends once the expected and the made decrease fall below this. */
  readonly tolerance: number;
  /**
   * Ends early once even twenty times the expected decrease, and four more, would leave the value above this bound
   * (for −2 log-likelihoods: over a thousand series such an end never was the best form's).
   */
  readonly hopeless?: number;
}

/**
 * Minimises `problem` within a box, in place from the feasible point `x`.
 * Levenberg–Marquardt steps (Marquardt 1963) on the free variables; variables that a step would carry out of the box
 * are held at its edge and the step is solved again.
 */
export function minimiseInBox(
  problem: CurvedFunction,
  x: Float64Array,
  box: Box,
  options: BoxOptions,
  work: BoxWorkspace = new BoxWorkspace(problem.size),
): BoxMinimum {
  const size = problem.size;
  const { lower, upper } = box;
  const trial = work.trial.subarray(0, size);
  let best = problem.value(x);
  let damping = 1e-3;
  let iterations = 0;
  let expanded = false;
  for (; iterations < options.maximumIterations && damping < 1e12; iterations++) {
    if (!expanded) problem.expand(x, work.gradient, work.curvature);
    expanded = true;
    const expected = boxStep(x, box, damping, size, work);
    if (!(expected > options.tolerance * 1e-2)) break;
    if (options.hopeless !== undefined && damping < 1 && best - 20 * expected - 4 > options.hopeless) break;
    for (let i = 0; i < size; i++) trial[i] = Math.min(upper[i]!, Math.max(lower[i]!, x[i]! + work.step[i]!));
    const value = problem.value(trial);
    const made = best - value;
    if (!(made > 0)) {
      damping *= 8;
      if (expected < options.tolerance) break;
      continue;
    }
    x.set(trial);
    best = value;
    expanded = false;
    damping = made > 0.7 * expected ? Math.max(1e-9, damping / 10) : made < 0.2 * expected ? damping * 3 : damping;
    if (made < options.tolerance && expected < options.tolerance) break;
  }
  return { value: best, iterations };
}

/** Solves for the damped step within the box into `work.step`; returns the decrease the quadratic model expects. */
function boxStep(x: Float64Array, { lower, upper }: Box, damping: number, size: number, work: BoxWorkspace): number {
  const { gradient, step, held } = work;
  for (let i = 0; i < size; i++) {
    const outward = (x[i]! <= lower[i]! && gradient[i]! > 0) || (x[i]! >= upper[i]! && gradient[i]! < 0);
    held[i] = outward ? 1 : 0;
    step[i] = 0;
  }
  for (let round = 0; round <= size; round++) {
    if (!solveFree(size, damping, work)) return 0;
    let left = false;
    for (let i = 0; i < size; i++) {
      if (held[i]) continue;
      const target = x[i]! + step[i]!;
      if (target >= lower[i]! && target <= upper[i]!) continue;
      held[i] = 1;
      step[i] = (target < lower[i]! ? lower[i]! : upper[i]!) - x[i]!;
      left = true;
    }
    if (!left) break;
  }
  return expectedDecrease(size, work);
}

function expectedDecrease(size: number, { gradient, curvature, step }: BoxWorkspace): number {
  let decrease = 0;
  for (let i = 0; i < size; i++) {
    let row = 0.5 * curvature[i * size + i]! * step[i]!;
    for (let j = i + 1; j < size; j++) row += curvature[i * size + j]! * step[j]!;
    decrease -= step[i]! * (gradient[i]! + row);
  }
  return decrease;
}

/** Cholesky solve of the damped system for the variables that are not held; false where it is singular. */
function solveFree(size: number, damping: number, work: BoxWorkspace): boolean {
  const { curvature, factor, step, held } = work;
  let largest = 0;
  for (let i = 0; i < size; i++) largest = Math.max(largest, curvature[i * size + i]!);
  if (!(largest > 0) || !Number.isFinite(largest)) return false;
  for (let i = 0; i < size; i++) {
    if (held[i]) continue;
    let rest = freeSide(i, size, work);
    const start = i * size;
    for (let j = 0; j < i; j++) {
      if (held[j]) continue;
      const entry = (curvature[j * size + i]! - rowProduct(start, j * size, j, work)) / factor[j * size + j]!;
      factor[start + j] = entry;
      rest -= entry * step[j]!;
    }
    const pivot = curvature[start + i]! * (1 + damping) + 1e-14 * largest - rowProduct(start, start, i, work);
    factor[start + i] = Math.sqrt(pivot > 0 ? pivot : 1e-12 * largest);
    step[i] = rest / factor[start + i]!;
  }
  substituteBack(size, work);
  return true;
}

/** Right-hand side of row `i`: the downhill gradient less the part of the held variables' displacements. */
function freeSide(i: number, size: number, { curvature, gradient, step, held }: BoxWorkspace): number {
  let side = -gradient[i]!;
  for (let j = 0; j < size; j++) {
    if (held[j] && step[j] !== 0) side -= (j > i ? curvature[i * size + j]! : curvature[j * size + i]!) * step[j]!;
  }
  return side;
}

/** Product of the first `count` free entries of two rows of the factor. */
function rowProduct(a: number, b: number, count: number, { factor, held }: BoxWorkspace): number {
  let sum = 0;
  for (let k = 0; k < count; k++) if (!held[k]) sum += factor[a + k]! * factor[b + k]!;
  return sum;
}

function substituteBack(size: number, { factor, step, held }: BoxWorkspace): void {
  for (let i = size - 1; i >= 0; i--) {
    if (held[i]) continue;
    let rest = step[i]!;
    for (let k = i + 1; k < size; k++) if (!held[k]) rest -= factor[k * size + i]! * step[k]!;
    step[i] = rest / factor[i * size + i]!;
  }
}
