/** Orders of a seasonal ARIMA process: (p, d, q) and, at lags that are multiples of `season`, (P, D, Q). */
export interface ArimaOrder {
  readonly p: number;
  readonly d: number;
  readonly q: number;
  readonly P: number;
  readonly D: number;
  readonly Q: number;
  /** Season length in steps; 1 where there is none, then P, D and Q are 0. */
  readonly season: number;
}

/** Autoregressive and moving-average coefficients: φ(B) = 1 − Σ ar Bⁱ, θ(B) = 1 + Σ ma Bⁱ, seasonal ones likewise. */
export interface ArmaCoefficients {
  readonly ar: readonly number[];
  readonly ma: readonly number[];
  readonly seasonalAr: readonly number[];
  readonly seasonalMa: readonly number[];
}

/** Number of coefficients of the ARMA part. */
export function coefficientCount({ p, q, P, Q }: ArimaOrder): number {
  return p + q + P + Q;
}

/** As textbooks write it, such as `ARIMA(2,1,1)(0,1,0)[12]`. */
export function orderText({ p, d, q, P, D, Q, season }: ArimaOrder): string {
  const seasonal = season > 1 ? `(${P},${D},${Q})[${season}]` : "";
  return `ARIMA(${p},${d},${q})${seasonal}`;
}
