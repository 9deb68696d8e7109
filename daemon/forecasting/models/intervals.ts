/** Levels of a grid of quantiles. */
const gridLevels = 200;

/** Evenly spaced quantiles of values, at levels (i + 0.5) / 200. Empty input gives none. */
export function quantileGrid(values: Float64Array): number[] {
  const sorted = values.toSorted();
  if (sorted.length === 0) return [];
  return Array.from({ length: gridLevels }, (_, i) => interpolated(sorted, (i + 0.5) / gridLevels));
}

/** Quantile of a grid at `level`. */
export function gridQuantile(grid: readonly number[], level: number): number {
  return grid.length === 0 ? 0 : interpolated(grid, level);
}

/** Quantile by linear interpolation between values taken at levels (i + 0.5) / n. */
function interpolated(sorted: ArrayLike<number>, level: number): number {
  const position = Math.min(sorted.length - 1, Math.max(0, level * sorted.length - 0.5));
  const low = Math.floor(position);
  const share = position - low;
  return share === 0 ? sorted[low]! : sorted[low]! * (1 - share) + sorted[low + 1]! * share;
}
