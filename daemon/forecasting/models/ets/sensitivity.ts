import { BASE, DAMPED, LEVEL, SEASON, SLOPE, type Smoothing, SURPRISE } from "./step.ts";

/** Positions of the parameters that enter every step; −1 where a form lacks one. Alpha is always at 0. */
export interface ParameterPositions {
  readonly beta: number;
  readonly gamma: number;
  readonly phi: number;
}

/** Coefficients of one step's derivatives by the derivatives of the states before it. */
const BASE_BY_LEVEL = 0;
const BASE_BY_SLOPE = 1;
const BASE_BY_PHI = 2;
const DAMPED_BY_SLOPE = 3;
const DAMPED_BY_PHI = 4;
const SURPRISE_BY_SEASON = 5;
const FORECAST_BY_BASE = 6;
const FORECAST_BY_SEASON = 7;
const SLOPE_GAIN = 8;
const SLOPE_BY_LEVEL = 9;
const SEASON_KEEP = 10;
const SEASON_GAIN = 11;
const SEASON_BY_BASE = 12;
const SLOPE_BY_BETA = 13;
const SEASON_BY_GAMMA = 14;

/** Derivatives of level, slope, seasons and forecast by all parameters, carried along with the filter. */
export class Sensitivity {
  readonly forecast: Float64Array;
  readonly #size: number;
  readonly #trend: number;
  readonly #season: number;
  readonly #at: ParameterPositions;
  readonly #level: Float64Array;
  readonly #slope: Float64Array;
  /** Period × size. */
  readonly #seasons: Float64Array;
  readonly #by = new Float64Array(15);

  constructor(size: number, period: number, trend: number, season: number, at: ParameterPositions) {
    this.#size = size;
    this.#trend = trend;
    this.#season = season;
    this.#at = at;
    this.forecast = new Float64Array(size);
    this.#level = new Float64Array(size);
    this.#slope = new Float64Array(size);
    this.#seasons = new Float64Array(season > 0 ? period * size : 0);
  }

  /** Derivatives at the start: the states are parameters themselves, the last season minus the sum of the others. */
  start(stateAt: number, seasonAt: number, period: number): void {
    this.#level.fill(0)[stateAt] = 1;
    this.#slope.fill(0);
    if (this.#trend > 0) this.#slope[stateAt + 1] = 1;
    if (this.#season === 0) return;
    this.#seasons.fill(0);
    for (let j = 0; j < period - 1; j++) {
      this.#seasons[j * this.#size + seasonAt + j] = 1;
      this.#seasons[(period - 1) * this.#size + seasonAt + j] = -1;
    }
  }

  /** One step between `foresee` and `learn` of the same `cell`; `position` is that of the season. */
  step(cell: Float64Array, smoothing: Smoothing, value: number, position: number): void {
    this.#trendCoefficients(cell, smoothing);
    this.#seasonCoefficients(cell, smoothing, value);
    if (this.#season > 0) this.#carrySeasonal(smoothing.alpha, position * this.#size);
    else this.#carryPlain(smoothing.alpha);
    this.#level[0]! += cell[SURPRISE]!;
    if (this.#at.beta >= 0) this.#slope[this.#at.beta]! += this.#by[SLOPE_BY_BETA]!;
    if (this.#at.gamma >= 0) this.#seasons[position * this.#size + this.#at.gamma]! += this.#by[SEASON_BY_GAMMA]!;
  }

  #trendCoefficients(cell: Float64Array, { beta, phi }: Smoothing): void {
    const by = this.#by;
    const trend = this.#trend;
    const level = cell[LEVEL]!;
    const slope = cell[SLOPE]!;
    const surprise = cell[SURPRISE]!;
    if (trend === 2) {
      const damped = cell[DAMPED]!;
      by[BASE_BY_LEVEL] = damped;
      by[DAMPED_BY_SLOPE] = (phi * damped) / slope;
      by[DAMPED_BY_PHI] = damped * Math.log(slope);
      by[BASE_BY_SLOPE] = level * by[DAMPED_BY_SLOPE];
      by[BASE_BY_PHI] = level * by[DAMPED_BY_PHI];
      by[SLOPE_GAIN] = beta / level;
      by[SLOPE_BY_LEVEL] = (-beta * surprise) / (level * level);
      by[SLOPE_BY_BETA] = surprise / level;
      return;
    }
    by[BASE_BY_LEVEL] = 1;
    by[BASE_BY_SLOPE] = by[DAMPED_BY_SLOPE] = phi;
    by[BASE_BY_PHI] = by[DAMPED_BY_PHI] = slope;
    by[SLOPE_GAIN] = beta;
    by[SLOPE_BY_LEVEL] = 0;
    by[SLOPE_BY_BETA] = surprise;
  }

  #seasonCoefficients(cell: Float64Array, { gamma }: Smoothing, value: number): void {
    const by = this.#by;
    const s = cell[SEASON]!;
    const base = cell[BASE]!;
    if (this.#season === 2) {
      by[SURPRISE_BY_SEASON] = value / (s * s);
      by[FORECAST_BY_BASE] = s;
      by[FORECAST_BY_SEASON] = base;
      by[SEASON_KEEP] = 1 - gamma;
      by[SEASON_GAIN] = 0;
      by[SEASON_BY_BASE] = (-gamma * value) / (base * base);
      by[SEASON_BY_GAMMA] = value / base - s;
      return;
    }
    by[SURPRISE_BY_SEASON] = 1;
    by[FORECAST_BY_BASE] = 1;
    by[FORECAST_BY_SEASON] = 1;
    by[SEASON_KEEP] = 1;
    by[SEASON_GAIN] = gamma;
    by[SEASON_BY_BASE] = 0;
    by[SEASON_BY_GAMMA] = cell[SURPRISE]!;
  }

  #carryPlain(alpha: number): void {
    const { forecast } = this;
    const by = this.#by;
    const level = this.#level;
    const slope = this.#slope;
    const size = this.#size;
    const baseByLevel = by[BASE_BY_LEVEL]!;
    const baseBySlope = by[BASE_BY_SLOPE]!;
    const dampedBySlope = by[DAMPED_BY_SLOPE]!;
    const gain = by[SLOPE_GAIN]!;
    const slopeByLevel = by[SLOPE_BY_LEVEL]!;
    for (let p = 0; p < size; p++) {
      const oldLevel = level[p]!;
      const oldSlope = slope[p]!;
      const isPhi = p === this.#at.phi;
      const base = baseByLevel * oldLevel + baseBySlope * oldSlope + (isPhi ? by[BASE_BY_PHI]! : 0);
      forecast[p] = base;
      level[p] = base - alpha * base;
      slope[p] = dampedBySlope * oldSlope + (isPhi ? by[DAMPED_BY_PHI]! : 0) - gain * base + slopeByLevel * oldLevel;
    }
  }

  #carrySeasonal(alpha: number, row: number): void {
    const { forecast } = this;
    const by = this.#by;
    const level = this.#level;
    const slope = this.#slope;
    const seasons = this.#seasons;
    const size = this.#size;
    const baseByLevel = by[BASE_BY_LEVEL]!;
    const baseBySlope = by[BASE_BY_SLOPE]!;
    const dampedBySlope = by[DAMPED_BY_SLOPE]!;
    const gain = by[SLOPE_GAIN]!;
    const slopeByLevel = by[SLOPE_BY_LEVEL]!;
    const surpriseBySeason = by[SURPRISE_BY_SEASON]!;
    const forecastByBase = by[FORECAST_BY_BASE]!;
    const forecastBySeason = by[FORECAST_BY_SEASON]!;
    const keep = by[SEASON_KEEP]!;
    const seasonGain = by[SEASON_GAIN]!;
    const seasonByBase = by[SEASON_BY_BASE]!;
    for (let p = 0; p < size; p++) {
      const oldLevel = level[p]!;
      const oldSlope = slope[p]!;
      const s = seasons[row + p]!;
      const isPhi = p === this.#at.phi;
      const base = baseByLevel * oldLevel + baseBySlope * oldSlope + (isPhi ? by[BASE_BY_PHI]! : 0);
      const surprise = -base - surpriseBySeason * s;
      forecast[p] = forecastByBase * base + forecastBySeason * s;
      level[p] = base + alpha * surprise;
      slope[p] =
        dampedBySlope * oldSlope + (isPhi ? by[DAMPED_BY_PHI]! : 0) + gain * surprise + slopeByLevel * oldLevel;
      seasons[row + p] = keep * s + seasonGain * surprise + seasonByBase * base;
    }
  }
}
