/** Rows that share an error size at least. */
const fewestRows = 50;

/**
 * Mean absolute error at each of `horizon` steps ahead. Steps with few errors borrow from their neighbours: the window around
 * a step grows until it holds enough of them. Never zero.
 */
export function stepSizes(errors: Float64Array, steps: Int32Array, horizon: number): number[] {
  const sums = new Float64Array(horizon);
  const counts = new Int32Array(horizon);
  errors.forEach((error, i) => {
    const step = Math.min(horizon, Math.max(1, steps[i]!)) - 1;
    sums[step]! += Math.abs(error);
    counts[step]!++;
  });
  return Array.from({ length: horizon }, (_, step) => {
    for (let reach = 0; ; reach++) {
      const from = Math.max(0, step - reach);
      const to = Math.min(horizon, step + reach + 1);
      let sum = 0;
      let count = 0;
      for (let i = from; i < to; i++) {
        sum += sums[i]!;
        count += counts[i]!;
      }
      if (count >= fewestRows || to - from === horizon) return count > 0 && sum > 0 ? sum / count : 1e-9;
    }
  });
}
