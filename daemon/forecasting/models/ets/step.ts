/** Codes of trend and season kinds in the inner loops: none, additive, multiplicative. */
export const kindCode = { N: 0, A: 1, M: 2 } as const;

/** Smoothing parameters in the usual scale (beta and gamma as factors of the error, not shares of alpha). */
export interface Smoothing {
  alpha: number;
  beta: number;
  gamma: number;
  phi: number;
}

/** The states and the forecast of one step, in one array so that the loops allocate nothing. */
export const LEVEL = 0;
export const SLOPE = 1;
export const SEASON = 2;
/** Slope after damping. */
export const DAMPED = 3;
/** Forecast without season. */
export const BASE = 4;
export const FORECAST = 5;
/** What the value tells about the base: value − forecast, or value / season − base. */
export const SURPRISE = 6;
export const cellSize = 7;

/** Forecast of the next value from level, slope and season in `cell`, and the surprise of `value`. */
export function foresee(cell: Float64Array, trend: number, season: number, phi: number, value: number): void {
  const level = cell[LEVEL]!;
  let base = level;
  if (trend === 1) {
    const damped = phi * cell[SLOPE]!;
    cell[DAMPED] = damped;
    base += damped;
  } else if (trend === 2) {
    const damped = cell[SLOPE]! ** phi;
    cell[DAMPED] = damped;
    base *= damped;
  }
  cell[BASE] = base;
  const s = cell[SEASON]!;
  const forecast = season === 2 ? base * s : base + s;
  cell[FORECAST] = forecast;
  cell[SURPRISE] = season === 2 ? value / s - base : value - forecast;
}

/** Moves level, slope and season in `cell` on after `foresee`. */
export function learn(cell: Float64Array, trend: number, season: number, smoothing: Smoothing, value: number): void {
  const surprise = cell[SURPRISE]!;
  const base = cell[BASE]!;
  if (trend === 1) cell[SLOPE] = cell[DAMPED]! + smoothing.beta * surprise;
  else if (trend === 2) cell[SLOPE] = cell[DAMPED]! + (smoothing.beta * surprise) / cell[LEVEL]!;
  cell[LEVEL] = base + smoothing.alpha * surprise;
  if (season === 1) cell[SEASON]! += smoothing.gamma * surprise;
  else if (season === 2) cell[SEASON]! += smoothing.gamma * (value / base - cell[SEASON]!);
}
