import { gaussianQuantiles } from "../../numerics/normal.ts";
import type { LocalForecast } from "../local.ts";
import type { EtsFit } from "./fit.ts";
import { simulatedQuantiles } from "./simulate.ts";
import { cellSize, foresee, kindCode, LEVEL, learn, SEASON, SLOPE } from "./step.ts";

/** States after the last value; season 0 belongs to the next value. */
export interface EtsState {
  readonly level: number;
  readonly slope: number;
  readonly seasons: Float64Array;
}

/** Runs the smoothing equations over `past` from the fitted states before its first value. */
export function filterEts(past: Float64Array, fit: EtsFit): EtsState {
  const { form, period } = fit;
  const trend = kindCode[form.trend];
  const season = kindCode[form.season];
  const seasons = Float64Array.from(fit.seasons);
  const cell = new Float64Array(cellSize);
  cell[LEVEL] = fit.level;
  cell[SLOPE] = fit.slope;
  for (let t = 0; t < past.length; t++) {
    const value = past[t]!;
    const j = t % period;
    if (season > 0) cell[SEASON] = seasons[j]!;
    foresee(cell, trend, season, fit.phi, value);
    learn(cell, trend, season, fit, value);
    if (season > 0) seasons[j] = cell[SEASON]!;
  }
  const turned = seasons.map((_, j) => seasons[(past.length + j) % period]!);
  return { level: cell[LEVEL], slope: cell[SLOPE], seasons: turned };
}

/**
 * Mean, quantiles and additive components from a state. The variance is exact for additive errors (class 1), for relative
 * errors with additive trend and season (class 2) and with multiplicative season (class 3), Hyndman et al. (2008), chapter 6;
 * multiplicative trends are simulated with a fixed seed. The means of class 3 are the exact conditional ones.
 */
export function forecastEts(fit: EtsFit, state: EtsState, steps: number, levels: readonly number[]): LocalForecast {
  const { form } = fit;
  const parts = pointForecast(fit, state, steps);
  if (form.trend === "M") return { ...parts, quantiles: simulatedQuantiles(fit, state, steps, levels) };
  if (form.error === "A") return { ...parts, quantiles: gaussianQuantiles(parts.mean, classOne(fit, steps), levels) };
  if (form.season !== "M") {
    return { ...parts, quantiles: gaussianQuantiles(parts.mean, classTwo(fit, parts.mean), levels) };
  }
  const { mean, deviation } = classThree(fit, state, steps);
  const { level, trend } = parts.components as Readonly<Record<string, Float64Array>>;
  const season = mean.map((value, step) => value - level![step]! - (trend?.[step] ?? 0));
  return { mean, quantiles: gaussianQuantiles(mean, deviation, levels), components: { ...parts.components, season } };
}

/** Means by the smoothing equations, split in the order level, trend, season: each part is what it adds to those before. */
function pointForecast(
  fit: EtsFit,
  state: EtsState,
  steps: number,
): Omit<Required<LocalForecast>, "point" | "quantiles"> {
  const { form, phi, period } = fit;
  const level = new Float64Array(steps).fill(state.level);
  const trend = new Float64Array(steps);
  const season = new Float64Array(steps);
  const mean = new Float64Array(steps);
  let power = phi;
  let sum = phi;
  for (let step = 0; step < steps; step++) {
    if (form.trend === "A") trend[step] = sum * state.slope;
    if (form.trend === "M") trend[step] = state.level * state.slope ** sum - state.level;
    const base = state.level + trend[step]!;
    const s = form.season === "N" ? 0 : state.seasons[step % period]!;
    season[step] = form.season === "M" ? base * s - base : s;
    mean[step] = base + season[step]!;
    power *= phi;
    sum += power;
  }
  const components: Record<string, Float64Array> = { level };
  if (form.trend !== "N") components.trend = trend;
  if (form.season !== "N") components.season = season;
  return { mean, components };
}

/** Weights c_j of a shock j steps ago in the forecast mean of the additive forms; index 0 holds c_1. */
function shockWeights({ form, alpha, beta, gamma, phi, period }: EtsFit, steps: number): Float64Array {
  const weights = new Float64Array(steps);
  let slopes = 0;
  let power = 1;
  for (let j = 1; j <= steps; j++) {
    power *= phi;
    slopes += form.damped ? power : 1;
    weights[j - 1] = alpha + beta * slopes + (form.season !== "N" && j % period === 0 ? gamma : 0);
  }
  return weights;
}

function classOne(fit: EtsFit, steps: number): Float64Array {
  const weights = shockWeights(fit, steps);
  let sum = 1;
  return weights.map((weight) => {
    const deviation = Math.sqrt(fit.variance * sum);
    sum += weight * weight;
    return deviation;
  });
}

/** θ_h = μ_h² + σ² Σ c_j² θ_{h−j}; variance (1 + σ²) θ_h − μ_h². */
function classTwo(fit: EtsFit, mean: Float64Array): Float64Array {
  const squares = shockWeights(fit, mean.length).map((weight) => weight * weight);
  const moments = new Float64Array(mean.length);
  return mean.map((value, h) => {
    let sum = 0;
    for (let j = 1; j <= h; j++) sum += squares[j - 1]! * moments[h - j]!;
    moments[h] = value * value + fit.variance * sum;
    return Math.sqrt(Math.max(0, (1 + fit.variance) * moments[h] - value * value));
  });
}

/**
 * Mean and deviation for relative errors with multiplicative season. The products of (level, slope) with one season form a
 * pair whose mean and 2 × 2 covariance evolve by themselves (Hyndman et al. 2008, section 6.4.3, block by block): at every step
 * the pair moves with the trend and takes the shock of its level, and with its own season's step also that of the season.
 */
function classThree(fit: EtsFit, state: EtsState, steps: number): { mean: Float64Array; deviation: Float64Array } {
  const mean = new Float64Array(steps);
  const deviation = new Float64Array(steps);
  const tracks = Math.min(fit.period, steps);
  for (let track = 0; track < tracks; track++) {
    const pair = new SeasonPair(fit, state.level, state.slope, state.seasons[track]!);
    for (let step = 0; step < steps; step++) {
      const own = step % fit.period === track;
      if (own) {
        mean[step] = pair.forecast();
        deviation[step] = Math.sqrt(Math.max(0, pair.variance()));
      }
      pair.advance(own);
    }
  }
  return { mean, deviation };
}

/** Level × season and slope × season of one position of the season: means (a, b) and covariances (aa, ab, bb). */
class SeasonPair {
  readonly #fit: EtsFit;
  readonly #phi: number;
  #a: number;
  #b: number;
  #aa = 0;
  #ab = 0;
  #bb = 0;

  constructor(fit: EtsFit, level: number, slope: number, season: number) {
    this.#fit = fit;
    this.#phi = fit.form.trend === "N" ? 0 : fit.phi;
    this.#a = level * season;
    this.#b = slope * season;
  }

  forecast(): number {
    return this.#a + this.#phi * this.#b;
  }

  variance(): number {
    const { variance } = this.#fit;
    const spread = this.#baseVariance(this.#aa, this.#ab, this.#bb);
    return (1 + variance) * spread + variance * this.forecast() ** 2;
  }

  #baseVariance(aa: number, ab: number, bb: number): number {
    return aa + 2 * this.#phi * ab + this.#phi * this.#phi * bb;
  }

  /**
   * One step: with w = a + φb the pair moves to F(a, b) + ε K(a, b) + ε² G(a, b), where F(a, b) = (w, φb), the level's shock is
   * (αw, βw), the season's own γF(a, b), and G = γ(αw, βw); the last two only where the step is the season's own.
   */
  advance(own: boolean): void {
    const { alpha, beta, gamma, variance } = this.#fit;
    const phi = this.#phi;
    const season = own ? gamma : 0;
    // Rows of F, K and G as coefficients of (a, b).
    const f = [1, phi, 0, phi] as const;
    const k = [alpha + season, (alpha + season) * phi, beta, (beta + season) * phi] as const;
    const g = [season * alpha, season * alpha * phi, season * beta, season * beta * phi] as const;
    const second = [this.#aa + this.#a * this.#a, this.#ab + this.#a * this.#b, this.#bb + this.#b * this.#b] as const;
    const covariance = [this.#aa, this.#ab, this.#bb] as const;
    const thirds = second.map((value, i) => 2 * value + covariance[i]!) as unknown as Symmetric;
    const moved = sandwich(f, f, covariance);
    const crossed = sandwich(f, g, covariance);
    const shocked = sandwich(k, k, second);
    const squared = sandwich(g, g, thirds);
    const next = (i: number, cross: number) => moved[i]! + variance * (cross + shocked[i]! + variance * squared[i]!);
    this.#aa = next(0, 2 * crossed[0]);
    this.#ab = next(1, crossed[1] + crossed[3]);
    this.#bb = next(2, 2 * crossed[2]);
    const a = f[0] * this.#a + f[1] * this.#b + variance * (g[0] * this.#a + g[1] * this.#b);
    this.#b = f[2] * this.#a + f[3] * this.#b + variance * (g[2] * this.#a + g[3] * this.#b);
    this.#a = a;
  }
}

type Matrix = readonly [number, number, number, number];
type Symmetric = readonly [number, number, number];

/** L S Rᵀ for 2 × 2 row-major L, R and symmetric S: entries (0,0), (0,1), (1,1), (1,0). */
function sandwich(l: Matrix, r: Matrix, [s00, s01, s11]: Symmetric): [number, number, number, number] {
  const p0 = l[0] * s00 + l[1] * s01;
  const p1 = l[0] * s01 + l[1] * s11;
  const q0 = l[2] * s00 + l[3] * s01;
  const q1 = l[2] * s01 + l[3] * s11;
  return [p0 * r[0] + p1 * r[1], p0 * r[2] + p1 * r[3], q0 * r[2] + q1 * r[3], q0 * r[0] + q1 * r[1]];
}
