const ratio = (Math.sqrt(5) - 1) / 2;

/**
 * Argument in [from, to] at which `cost` is smallest: the best of `cells` + 1 grid points, refined between its
 * neighbours by golden-section search (Kiefer 1953) to within `tolerance`. The grid guards against several valleys.
 */
export function minimise(
  cost: (x: number) => number,
  from: number,
  to: number,
  { cells = 10, tolerance = 1e-4 }: { cells?: number; tolerance?: number } = {},
): number {
  const step = (to - from) / cells;
  const grid = Array.from({ length: cells + 1 }, (_, i) => cost(from + i * step));
  const best = grid.indexOf(Math.min(...grid));
  if (best < 0) return from;
  let [low, high] = [from + Math.max(0, best - 1) * step, from + Math.min(cells, best + 1) * step];
  let [left, right] = [high - ratio * (high - low), low + ratio * (high - low)];
  let [costLeft, costRight] = [cost(left), cost(right)];
  while (high - low > tolerance) {
    if (costLeft <= costRight) {
      [high, right, costRight] = [right, left, costLeft];
      left = high - ratio * (high - low);
      costLeft = cost(left);
    } else {
      [low, left, costLeft] = [left, right, costRight];
      right = low + ratio * (high - low);
      costRight = cost(right);
    }
  }
  const middle = (low + high) / 2;
  return cost(middle) < grid[best]! ? middle : from + best * step;
}
