/**
 * Population stability index of `current` against `reference`, over the deciles of the reference: Σ (c − r) ln(c / r).
 * Shares are smoothed by half a value a bin, so that an empty bin counts without making the index infinite.
 */
export function populationStabilityIndex(reference: readonly number[], current: readonly number[], bins = 10): number {
  const sorted = [...reference].sort((a, b) => a - b);
  const edges = Array.from({ length: bins - 1 }, (_, bin) => sorted[Math.floor(((bin + 1) * sorted.length) / bins)]!);
  // Repeated values collapse bins: an edge that occurs twice bounds one bin, not an empty second.
  const distinct = [...new Set(edges)];
  const expected = sharesOf(reference, distinct);
  return sharesOf(current, distinct).reduce((sum, share, bin) => {
    return sum + (share - expected[bin]!) * Math.log(share / expected[bin]!);
  }, 0);
}

function sharesOf(values: readonly number[], edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length + 1).fill(0.5);
  for (const value of values) {
    const bin = edges.findIndex((edge) => value < edge);
    counts[bin < 0 ? edges.length : bin]! += 1;
  }
  return counts.map((count) => count / (values.length + 0.5 * counts.length));
}

/** Two-sample Kolmogorov–Smirnov statistic: largest distance between the two empirical distributions. */
export function kolmogorovSmirnov(first: readonly number[], second: readonly number[]): number {
  const [a, b] = [[...first].sort((x, y) => x - y), [...second].sort((x, y) => x - y)];
  let [i, j, largest] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i]!, b[j]!);
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return largest;
}

/**
 * Asymptotic p-value of a two-sample Kolmogorov–Smirnov statistic, with Stephens' correction for small samples
 * (J. R. Stat. Soc. B 32, 1970): 2 Σ (−1)^(k−1) exp(−2 k² λ²).
 */
export function kolmogorovSmirnovPValue(statistic: number, first: number, second: number): number {
  const root = Math.sqrt((first * second) / (first + second));
  const lambda = (root + 0.12 + 0.11 / root) * statistic;
  if (lambda < 0.2) {
    return 1;
  }
  let sum = 0;
  for (let k = 1; k <= 100; k++) {
    sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * (k * lambda) ** 2);
  }
  return Math.min(Math.max(sum, 0), 1);
}
