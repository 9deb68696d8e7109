import { type EtsFit, type FormMinimum, minimiseForm, startForm } from "./fit.ts";
import { candidateForms, type EtsForm, parameterCount } from "./form.ts";
import { initialStates } from "./initial.ts";

/** Which forms may be chosen; everything left out is chosen by AICc. */
export interface EtsSearch {
  readonly period: number;
  readonly multiplicativeTrend: boolean;
  readonly multiplicative: boolean;
  readonly damped: boolean | undefined;
  readonly trend: boolean | undefined;
}

/** Fits every candidate form to `past` and returns the one with the smallest AICc, as R's `ets` does. */
export function selectEts(past: Float64Array, search: EtsSearch): EtsFit {
  const scale = meanSize(past);
  if (past.length < 5 || isConstant(past)) return levelOnly(past);
  const y = past.map((value) => value / scale);
  const positive = search.multiplicative && past.every((value) => value > 0);
  const starts = candidateForms({ ...search, positive })
    .map((form) => startForm(y, form, search.period))
    .filter((start) => start !== undefined)
    .sort((a, b) => a.aicc - b.aicc);
  let best: FormMinimum | undefined;
  for (const start of starts) {
    const found = minimiseForm(start, y.length, best?.aicc ?? Number.POSITIVE_INFINITY);
    if ((best === undefined || found.aicc < best.aicc) && isSensible(found, y.length)) best = found;
  }
  return best === undefined ? levelOnly(past) : describe(best, past.length, scale);
}

/** Relative errors beyond the size of the forecasts themselves mean outliers; their spread would grow without measure. */
function isSensible({ likelihood, x }: FormMinimum, n: number): boolean {
  return likelihood.form.error === "A" || likelihood.squaredErrors(x) < n;
}

/** Fits one given form; undefined where the series is too short or not fit for it. */
export function fitForm(past: Float64Array, form: EtsForm, period: number): EtsFit | undefined {
  const scale = meanSize(past);
  const y = past.map((value) => value / scale);
  const start = startForm(y, form, period);
  if (start === undefined) return undefined;
  return describe(minimiseForm(start, y.length, Number.POSITIVE_INFINITY), past.length, scale);
}

/**
 * The fit for a history that it was not estimated on: as it is where the history continues the fitted one, with start states
 * that suit its first values where it begins elsewhere, and plain smoothing where the form does not suit it any more.
 */
export function adaptEts(past: Float64Array, fit: EtsFit, continues: boolean): EtsFit {
  if (continues && fitsForm(past, fit.form)) return fit;
  const usable = past.length >= Math.max(5, 2 * fit.period) && fitsForm(past, fit.form);
  if (!usable) return levelOnly(past);
  const scale = meanSize(past);
  const y = past.map((value) => value / scale);
  const { level, slope, seasons } = initialStates(y, fit.form, fit.period);
  return {
    ...fit,
    level: level * scale,
    slope: fit.form.trend === "M" ? slope : slope * scale,
    seasons: [...seasons].map((season) => (fit.form.season === "M" ? season : season * scale)),
  };
}

function fitsForm(past: Float64Array, form: EtsForm): boolean {
  const additive = form.error === "A" && form.trend !== "M" && form.season !== "M";
  return additive || past.every((value) => value > 0);
}

function meanSize(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += Math.abs(value) / values.length;
  return sum > 0 ? sum : 1;
}

function isConstant(values: Float64Array): boolean {
  return values.every((value) => value === values[0]);
}

/** Simple smoothing with a fixed parameter for series that are too short or too plain to estimate anything. */
function levelOnly(past: Float64Array): EtsFit {
  const form: EtsForm = { error: "A", trend: "N", damped: false, season: "N" };
  const alpha = 0.5;
  let level = past[0] ?? 0;
  let squares = 0;
  for (const value of past) {
    squares += (value - level) ** 2;
    level += alpha * (value - level);
  }
  const variance = past.length > 1 ? squares / (past.length - 1) : 0;
  return {
    form,
    period: 1,
    alpha,
    beta: 0,
    gamma: 0,
    phi: 1,
    level: past[0] ?? 0,
    slope: 0,
    seasons: [],
    variance,
    aicc: 0,
    logLikelihood: 0,
  };
}

function describe({ likelihood, x, value, aicc }: FormMinimum, n: number, scale: number): EtsFit {
  const { form, period, stateAt } = likelihood;
  const { alpha, beta, gamma, phi } = likelihood.smoothingAt(x);
  const shift = 2 * n * Math.log(scale);
  const slopeScale = form.trend === "M" ? 1 : scale;
  const seasonScale = form.season === "M" ? 1 : scale;
  const squares = likelihood.squaredErrors(x) * (form.error === "A" ? scale * scale : 1);
  return {
    form,
    period,
    alpha,
    beta,
    gamma,
    phi,
    level: x[stateAt]! * scale,
    slope: form.trend === "N" ? 0 : x[stateAt + 1]! * slopeScale,
    seasons: likelihood.seasonsOf(x).map((season) => season * seasonScale),
    variance: squares / Math.max(1, n - parameterCount(form, period)),
    aicc: aicc + shift,
    logLikelihood: -0.5 * (value + shift),
  };
}
