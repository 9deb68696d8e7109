const rootTwoPi = Math.sqrt(2 * Math.PI);

/** Density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / rootTwoPi;
}

/** Distribution function of the standard normal, to about 1e-15 absolutely and with full relative precision in the tails. */
export function normalCdf(x: number): number {
  if (x > 0) return 1 - normalCdf(-x);
  return x > -3 ? centralCdf(x) : tailCdf(-x);
}

/** Marsaglia (2004), Evaluating the normal distribution: power series around zero. */
function centralCdf(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-18 * Math.abs(sum); k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + sum * normalDensity(x);
}

/** Upper tail beyond `x` > 0 by Laplace's continued fraction. */
function tailCdf(x: number): number {
  let fraction = x;
  for (let k = 120; k >= 1; k--) fraction = x + k / fraction;
  return normalDensity(x) / fraction;
}

/** Quantile of the standard normal: a rational first guess, then Halley's method on the distribution function. */
export function normalQuantile(probability: number): number {
  if (!(probability > 0 && probability < 1)) {
    if (probability === 0) return Number.NEGATIVE_INFINITY;
    return probability === 1 ? Number.POSITIVE_INFINITY : Number.NaN;
  }
  if (probability > 0.5) return -normalQuantile(1 - probability);
  if (probability === 0.5) return 0;
  // Abramowitz and Stegun (1964), 26.2.23, good to 4.5e-4.
  const t = Math.sqrt(-2 * Math.log(probability));
  const top = 2.515517 + t * (0.802853 + t * 0.010328);
  const bottom = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  let x = top / bottom - t;
  for (let step = 0; step < 3; step++) {
    const change = (normalCdf(x) - probability) / normalDensity(x);
    x -= change / (1 + 0.5 * x * change);
  }
  return x;
}

/**
 * Quantiles of independent normal distributions: `mean` and `deviation` of each step, levels × steps row-major.
 * A deviation that is not finite counts as the largest finite one before it.
 */
export function gaussianQuantiles(
  mean: Float64Array,
  deviation: Float64Array,
  levels: readonly number[],
): Float64Array {
  const steps = mean.length;
  const quantiles = new Float64Array(levels.length * steps);
  const scores = levels.map(normalQuantile);
  let spread = 0;
  for (let step = 0; step < steps; step++) {
    if (Number.isFinite(deviation[step]!)) spread = deviation[step]!;
    for (let level = 0; level < scores.length; level++) {
      quantiles[level * steps + step] = mean[step]! + scores[level]! * spread;
    }
  }
  return quantiles;
}
