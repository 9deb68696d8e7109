const coefficients = new Float64Array(512);

/**
 * Whether a form with trend and season of length `period` forgets its start (forecastability): no root of the characteristic
 * equation of its discount matrix lies outside the unit circle. Hyndman, Akram & Archibald (2008), The admissible parameter
 * space for exponential smoothing models, Annals of the Institute of Statistical Mathematics 60; for parameters within the
 * usual bounds only forms with both parts can fail. Roots are counted by the Schur–Cohn reduction.
 */
export function isForecastable(alpha: number, beta: number, gamma: number, phi: number, period: number): boolean {
  const degree = period + 1;
  const c = degree < coefficients.length ? coefficients : new Float64Array(degree + 1);
  c.fill(alpha + beta - alpha * phi, 0, degree);
  c[0] = phi * (1 - alpha - gamma);
  c[1]! += gamma - 1;
  c[period] = alpha + beta - phi;
  c[degree] = 1;
  for (let order = degree; order > 0; order--) {
    const reflection = c[0] / c[order]!;
    if (!(Math.abs(reflection) < 1)) return false;
    // c ← (c − reflection × reversed c) / z; the pair (k, order − k) is needed together.
    for (let low = 0, high = order; low <= high; low++, high--) {
      const a = c[low]!;
      const b = c[high]!;
      c[low] = a - reflection * b;
      c[high] = b - reflection * a;
    }
    for (let k = 0; k < order; k++) c[k] = c[k + 1]!;
  }
  return true;
}
