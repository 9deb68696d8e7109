import { BoxWorkspace, minimiseInBox } from "../../numerics/box-least-squares.ts";
import { type EtsForm, parameterCount } from "./form.ts";
import { initialStates } from "./initial.ts";
import { EtsLikelihood } from "./likelihood.ts";

/** A fitted form on one series in the series' own units; plain data. */
export interface EtsFit {
  readonly form: EtsForm;
  readonly period: number;
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  readonly phi: number;
  readonly level: number;
  readonly slope: number;
  /** States before the first value; index 0 belongs to the first value. */
  readonly seasons: readonly number[];
  /** Variance of the one-step errors (relative ones where the error is multiplicative), degrees of freedom counted. */
  readonly variance: number;
  /** Corrected information criterion in R's convention. */
  readonly aicc: number;
  readonly logLikelihood: number;
}

/** A form that was minimised on a scaled series. */
export interface FormMinimum {
  readonly likelihood: EtsLikelihood;
  readonly x: Float64Array;
  /** −2 log-likelihood of the scaled series. */
  readonly value: number;
  readonly aicc: number;
}

/** Grid of starting values. */
const alphaStarts = [0.03, 0.15, 0.4, 0.75];
const betaShares = [0.02, 0.25];
const gammaShares = [0.02, 0.3];
const phiStart = 0.95;

/** Minimisations a form gets, from the best starting points: the likelihood often has two valleys. */
const startCount = 2;

let workspace = new BoxWorkspace(32);

/** What AICc adds to −2 log-likelihood; infinite where the series is too short for the form. */
export function aiccPenalty(form: EtsForm, period: number, n: number): number {
  const count = parameterCount(form, period) + 1;
  return n - count - 1 > 0 ? (2 * count * n) / (n - count - 1) : Number.POSITIVE_INFINITY;
}

/** A form with the points from which it will be minimised, best first. */
export interface FormStart {
  readonly likelihood: EtsLikelihood;
  readonly points: readonly Float64Array[];
  /** AICc at the best point. */
  readonly aicc: number;
}

/** The best points of a grid of smoothing parameters on `y` (scaled to a mean size of one); undefined where none is usable. */
export function startForm(y: Float64Array, form: EtsForm, period: number): FormStart | undefined {
  const penalty = aiccPenalty(form, period, y.length);
  if (!Number.isFinite(penalty)) return undefined;
  const likelihood = new EtsLikelihood(y, form, period);
  let found: GridPoint[] = [];
  // A season that is large against the first values makes forecasts negative: then it starts smaller.
  for (const share of form.season === "N" ? [1] : [1, 0.3, 0.1]) {
    found = gridPoints(likelihood, startStates(likelihood, y, share));
    if (found.length > 0) break;
  }
  if (found.length === 0) return undefined;
  found.sort((a, b) => a.value - b.value);
  return {
    likelihood,
    points: found.slice(0, startCount).map((start) => start.x),
    aicc: found[0]!.value + penalty,
  };
}

interface GridPoint {
  readonly value: number;
  readonly x: Float64Array;
}

/** A vector with heuristic start states, its seasons multiplied by `share` (towards 1 where they are multiplicative). */
function startStates(likelihood: EtsLikelihood, y: Float64Array, share: number): Float64Array {
  const { form, period, stateAt, seasonAt } = likelihood;
  const { level, slope, seasons } = initialStates(y, form, period);
  const x = new Float64Array(likelihood.size);
  x[stateAt] = level;
  if (form.trend !== "N") x[stateAt + 1] = slope;
  const centre = form.season === "M" ? 1 : 0;
  for (let j = 0; j < seasons.length - 1; j++) x[seasonAt + j] = centre + share * (seasons[j]! - centre);
  return x;
}

/** The usable points of the grid around the states of `x`, the best beta of each alpha and gamma. */
function gridPoints(likelihood: EtsLikelihood, x: Float64Array): GridPoint[] {
  const found: GridPoint[] = [];
  for (const alpha of alphaStarts) {
    for (const gamma of likelihood.form.season === "N" ? [0] : gammaShares) {
      const best = bestBeta(likelihood, x, alpha, gamma);
      if (best !== undefined) found.push(best);
    }
  }
  return found;
}

function bestBeta(likelihood: EtsLikelihood, x: Float64Array, alpha: number, gamma: number): GridPoint | undefined {
  let best: GridPoint | undefined;
  for (const beta of likelihood.form.trend === "N" ? [0] : betaShares) {
    likelihood.setSmoothing(x, alpha, beta, gamma, phiStart);
    const value = likelihood.value(x);
    if (value < (best?.value ?? Number.POSITIVE_INFINITY)) best = { value, x: x.slice() };
  }
  return best;
}

/** Minimises −2 log-likelihood of one form. Gives up early where AICc will not fall below `bound`. */
export function minimiseForm({ likelihood, points }: FormStart, n: number, bound: number): FormMinimum {
  if (workspace.step.length < likelihood.size) workspace = new BoxWorkspace(likelihood.size);
  const penalty = aiccPenalty(likelihood.form, likelihood.period, n);
  const box = likelihood.bounds();
  let best: FormMinimum | undefined;
  for (const x of points) {
    const hopeless = Math.min(bound - penalty, best?.value ?? Number.POSITIVE_INFINITY);
    const options = { maximumIterations: 60, tolerance: 1e-4, hopeless };
    const { value } = minimiseInBox(likelihood, x, box, options, workspace);
    if (best === undefined || value < best.value) best = { likelihood, x, value, aicc: value + penalty };
  }
  return best!;
}
