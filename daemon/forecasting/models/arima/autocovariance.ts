import type { LagPolynomials } from "./polynomial.ts";

/**
 * Autocovariances γ(0) … γ(lags) of a stationary autoregression with unit shocks: step-down to its partial
 * autocorrelations, then the Durbin–Levinson recursion forward. Undefined where it is not stationary.
 */
function autoregressiveCovariance(phi: Float64Array, lags: number): Float64Array | undefined {
  const p = phi.length;
  // Row k holds the coefficients of the best predictor from k past values.
  const rows: Float64Array[] = [phi];
  let variance = 1;
  for (let k = p; k > 0; k--) {
    const current = rows.at(-1)!;
    const last = current[k - 1]!;
    const left = 1 - last * last;
    if (!(left > 0)) return undefined;
    variance /= left;
    const lower = new Float64Array(k - 1);
    for (let i = 0; i < k - 1; i++) lower[i] = (current[i]! + last * current[k - 2 - i]!) / left;
    rows.push(lower);
  }
  const covariance = new Float64Array(lags + 1);
  covariance[0] = variance;
  let remaining = variance;
  for (let h = 1; h <= lags; h++) {
    const row = rows[p - Math.min(h - 1, p)]!;
    let value = 0;
    for (let i = 0; i < row.length; i++) value += row[i]! * covariance[h - 1 - i]!;
    if (h <= p) {
      const partial = rows[p - h]![h - 1]!;
      value += partial * remaining;
      remaining *= 1 - partial * partial;
    }
    covariance[h] = value;
  }
  return covariance;
}

/**
 * Autocovariances γ(0) … γ(lags) of a stationary ARMA process with unit shocks; undefined where it is not stationary.
 * The process is θ(B) applied to an autoregression, so its covariances are that one's, convolved with θ's own.
 */
export function armaCovariance({ phi, theta }: LagPolynomials, lags: number): Float64Array | undefined {
  const q = theta.length;
  const autoregressive = autoregressiveCovariance(phi, lags + q);
  if (autoregressive === undefined || q === 0) return autoregressive;
  const products = new Float64Array(q + 1);
  for (let k = 0; k <= q; k++) {
    let sum = k === 0 ? 1 : theta[k - 1]!;
    for (let j = 1; j + k <= q; j++) sum += theta[j - 1]! * theta[j + k - 1]!;
    products[k] = sum;
  }
  return Float64Array.from({ length: lags + 1 }, (_, h) => {
    let sum = products[0]! * autoregressive[h]!;
    for (let k = 1; k <= q; k++) sum += products[k]! * (autoregressive[h + k]! + autoregressive[Math.abs(h - k)]!);
    return sum;
  });
}
