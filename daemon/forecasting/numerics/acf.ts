/**
 * Autocorrelations at lags 1 … `lags` with the usual divisor n (Box and Jenkins 1970); index 0 holds lag 1.
 * Zeros where the series is constant or a lag reaches beyond it.
 */
export function autocorrelations(values: Float64Array, lags: number): Float64Array {
  const n = values.length;
  const result = new Float64Array(lags);
  let mean = 0;
  for (let i = 0; i < n; i++) mean += values[i]! / n;
  let variance = 0;
  for (let i = 0; i < n; i++) variance += (values[i]! - mean) ** 2;
  // What rounding leaves of a constant is no variance.
  if (!(variance > 1e-26 * n * mean * mean)) return result;
  for (let lag = 1; lag <= lags; lag++) {
    let sum = 0;
    for (let i = lag; i < n; i++) sum += (values[i]! - mean) * (values[i - lag]! - mean);
    result[lag - 1] = sum / variance;
  }
  return result;
}
